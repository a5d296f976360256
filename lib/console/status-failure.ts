import * as v from "valibot";

import type { Answer } from "./exchange";
import { type Call, Failure, quote } from "./failure";
import { pageFailure, pageTitle } from "./page";

const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The failure that the status of an answer means; undefined for a status of success. */
export function statusFailure(answer: Answer, call: Call, atLogin: boolean): Failure | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) {
    const location = answer.header("location");
    const target = location && URL.canParse(location, call.url.href) ? new URL(location, call.url).host : "";
    const what = `The Console redirects to ${target ? quote(target, call, 100) : "no address"} (HTTP ${status})`;
    const remedy = "That is not followed, it would carry credentials along. Set {variable} to the final address.";
    return new Failure(call, what, remedy, { status });
  }
  if (TRANSIENT.has(status)) {
    const what = status === 429 ? "The Console gets too many requests" : "The Console fails";
    const hints = { status, retry: true, waitMs: retryAfterMs(answer.header("retry-after")) };
    return new Failure(call, `${what} ${told(answer, call)}`, "Try again later, or ask whoever runs it.", hints);
  }
  const page = pageFailure(answer, call);
  if (page) return page;
  const [what, remedy] = (atLogin ? AT_LOGIN[status] : undefined) ?? LATER[status] ?? OTHER;
  return new Failure(call, `${what} ${told(answer, call)}`, remedy, { status });
}

type Reason = readonly [what: string, remedy: string];

const ONE_CONSOLE =
  "Check that TL_CONSOLE, AUTH_API_ENDPOINT and TASK_GENERATION_API_ENDPOINT lead to the same Console.";
const ROLE = "It needs the role Defender Manager or above, in the project TL_PROJECT if that is set.";

const AT_LOGIN: Readonly<Record<number, Reason>> = {
  401: ["The Console refused the login", "{remedy}"],
  403: ["The Console forbids TL_USER to log in", "Check that the account isn't locked, nor bound to other addresses."],
};

const LATER: Readonly<Record<number, Reason>> = {
  400: ["The Console finds the request wrong", "{remedy}"],
  401: ["The Console refuses the token of its own login", ONE_CONSOLE],
  403: ["The Console forbids this to TL_USER", ROLE],
  404: ["The Console has nothing at this address", "Check the path in {variable}, and TL_API_VERSION."],
};

const OTHER: Reason = ["The Console answered with an error", "Check {variable}, or ask whoever runs the Console."];

/** Milliseconds; 0 when the header says nothing. Seconds or an HTTP date. */
function retryAfterMs(header: string): number {
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Math.max(0, milliseconds || 0);
}

const Err = v.pipe(v.string(), v.parseJson(), v.object({ err: v.pipe(v.string(), v.minLength(1)) }));

function told(answer: Answer, call: Call): string {
  const title = pageTitle(answer, call);
  const err = v.safeParse(Err, answer.body.toString("utf8"));
  const detail = title ? `, a web page ${title}` : err.success ? `, ${quote(err.output.err, call)}` : "";
  return `(HTTP ${answer.status}${detail})`;
}
