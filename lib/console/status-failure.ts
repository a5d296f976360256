import { isJsonObject } from "../json";
import type { Answer } from "./exchange";
import { type Call, Failure, quote } from "./failure";
import { pageFailure, pageTitle } from "./page";

const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The failure that the status of an answer means; undefined for a status of success. */
export function statusFailure(answer: Answer, call: Call, atLogin: boolean): Failure | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const title = pageTitle(answer, call);
  const told = errText(answer);
  const detail = title ? `, a web page ${title}` : told === undefined ? "" : `, ${quote(told, call)}`;
  const http = `(HTTP ${status}${detail})`;
  const fail = (what: string, remedy: string) => new Failure(call, what, remedy, { status });

  if (TRANSIENT.has(status)) {
    const what = status === 429 ? `The Console gets too many requests ${http}` : `The Console fails ${http}`;
    const waitMs = parseRetryAfter(answer.retryAfter, Date.now());
    return new Failure(call, what, "Try again later, or ask whoever runs it.", { status, retry: true, waitMs });
  }
  if (status >= 300 && status < 400) {
    const { location } = answer;
    const target = location && URL.canParse(location, call.url.href) ? new URL(location, call.url).host : "";
    const what = `The Console redirects to ${target ? quote(target, call, 100) : "no address"} (HTTP ${status})`;
    return fail(what, `That is not followed, it would carry credentials along. Set {variable} to the final address.`);
  }
  const page = pageFailure(answer, call);
  if (page) return page;
  const [what, remedy] = (atLogin ? AT_LOGIN[status] : undefined) ?? LATER[status] ?? OTHER;
  return fail(`${what} ${http}`, remedy.replace("REMEDY", call.remedy));
}

type Reason = readonly [what: string, remedy: string];

const AT_LOGIN: Readonly<Record<number, Reason>> = {
  401: ["The Console refused the login", "Check TL_USER and TL_PASS."],
  403: ["The Console forbids TL_USER to log in", "Check that the account isn't locked, nor bound to other addresses."],
};

const LATER: Readonly<Record<number, Reason>> = {
  400: ["The Console finds the request wrong", "REMEDY"],
  401: [
    "The Console refuses the token of its own login",
    "Check that TL_CONSOLE, AUTH_API_ENDPOINT and TASK_GENERATION_API_ENDPOINT lead to the same Console.",
  ],
  403: [
    "The Console forbids this to TL_USER",
    "It needs the role Defender Manager or above, in the project TL_PROJECT if that is set.",
  ],
  404: ["The Console has nothing at this address", "Check the path in {variable}, and TL_API_VERSION."],
};

const OTHER: Reason = ["The Console answered with an error", "Check {variable}, or ask whoever runs the Console."];

/** Milliseconds; 0 when the header says nothing. Seconds or an HTTP date. */
export function parseRetryAfter(header: string, now: number): number {
  const value = header.trim();
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

function errText({ body }: Answer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isJsonObject(value) && typeof value.err === "string" && value.err !== "" ? value.err : undefined;
  } catch {
    return undefined;
  }
}
