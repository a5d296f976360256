import * as v from "valibot";

import type { Answer } from "../http/call";
import type { Clock } from "../http/clock";
import { failureOf, type HttpFailure } from "../http/failure";
import { detailOf, pageFailure } from "../http/page";
import { isRedirect, shownRedirectTarget } from "../http/redirect";
import { isTransient, retryAfterMs } from "../http/retry";
import { quote, type SafeText, text } from "../text/safe-text";
import type { ConsoleCall } from "./calls";

/** Returns the failure for an answer's status; undefined for a success status. */
export function statusFailure(answer: Answer, call: ConsoleCall, clock: Clock): HttpFailure | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (isRedirect(status)) {
    const target = shownRedirectTarget(answer, call.url)?.host;
    const what = text`The Console redirects to ${target ? quote(target, 100) : "no address"} (HTTP ${status})`;
    const remedy = text`The redirect isn't followed: it would carry credentials along. Set ${call.peer.setting} to the final address.`;
    return failureOf(call, what, remedy, { status });
  }
  if (isTransient(status)) {
    const isTooMany = status === 429;
    const what = isTooMany ? text`The Console gets too many requests` : text`The Console fails`;
    const remedy = isTooMany
      ? text`Try again later, or set TL_CONCURRENCY lower.`
      : text`Try again later, or ask whoever runs it.`;
    const hints = { status, retry: true, waitMs: retryAfterMs(answer, clock) };
    return failureOf(call, text`${what} ${detailOf(answer, reasonIn)}`, remedy, hints);
  }
  const page = pageFailure(answer, call);
  if (page) return page;
  const reason = (call.isLogin ? AT_LOGIN[status] : undefined) ?? LATER[status] ?? OTHER;
  const { what, remedy } = reason(call);
  return failureOf(call, text`${what} ${detailOf(answer, reasonIn)}`, remedy, { status });
}

type Reason = (call: ConsoleCall) => { readonly what: SafeText; readonly remedy: SafeText };

const AT_LOGIN: Readonly<Record<number, Reason>> = {
  401: ({ remedy }) => ({ what: text`The Console refused the login`, remedy }),
  403: () => ({
    what: text`The Console forbids TL_USER to log in`,
    remedy: text`Check that the account isn't locked or limited to other addresses.`,
  }),
};

const LATER: Readonly<Record<number, Reason>> = {
  400: ({ remedy }) => ({ what: text`The Console rejects the request`, remedy }),
  401: () => ({
    what: text`The Console refuses the token of its own login`,
    remedy: text`Check that TL_CONSOLE, AUTH_API_ENDPOINT and TASK_GENERATION_API_ENDPOINT lead to the same Console.`,
  }),
  403: () => ({
    what: text`The Console denies this to TL_USER`,
    remedy: text`The user needs the role Defender Manager or above, in the project TL_PROJECT if that is set.`,
  }),
  404: ({ peer }) => ({
    what: text`The Console has nothing at this address`,
    remedy: text`Check the path in ${peer.setting}, and TL_API_VERSION.`,
  }),
};

const OTHER: Reason = ({ peer }) => ({
  what: text`The Console answered with an error`,
  remedy: text`Check ${peer.setting}, or ask whoever runs the Console.`,
});

const reasonIn = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ err: v.pipe(v.string(), v.minLength(1)) }),
  v.transform(({ err }) => err),
);
