import type { ExpectedError } from "../errors";
import type { NetworkSettings } from "../settings/network";
import { type SafeText, text } from "../text/safe-text";
import type { Answer } from "./call";
import { type Clock, systemClock } from "./clock";
import { deadline, pause } from "./deadline";
import { HttpFailure, sentence } from "./failure";

/** How a step reports to the user, and is stopped by the user. */
export type RunContext = {
  readonly signal: AbortSignal;
  /** One line, for people. */
  readonly notice: (line: SafeText) => void;
};

export const TRIES = 4;
/** A whole run may take as long as this many tries of one call. */
const TRIES_OF_A_RUN = 30;

/**
 * Limits the total time of a run's remote calls: each call has its own limit, but a list may have any number of pages. To be
 * declared with `using`, as `deadline`. Its end aborts the calls that are still under way: beside one that has failed, they
 * would go on, and be tried again.
 *
 * @param late the kind of the error when the time is over, and what the user should look at then
 */
export function runDeadline(
  { timeoutMs }: Pick<NetworkSettings, "timeoutMs">,
  parent: AbortSignal,
  late: { readonly Kind: new (problems: readonly SafeText[]) => ExpectedError; readonly lookAt: string },
  clock: Clock = systemClock,
) {
  const limitMs = TRIES_OF_A_RUN * timeoutMs;
  const sentence = text`The run took longer than ${limitMs / 1000} seconds. Look at ${late.lookAt}, or raise TL_TIMEOUT_MS.`;
  const ended = new AbortController();
  const limit = deadline(limitMs, AbortSignal.any([parent, ended.signal]), clock, new late.Kind([sentence]));
  return {
    signal: limit.signal,
    [Symbol.dispose]: () => {
      ended.abort(new Error("The run has ended."));
      limit[Symbol.dispose]();
    },
  };
}

// The server, or a proxy in front of it, may work again a moment later.
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether another try may help after an answer with this status. */
export function isTransient(status: number): boolean {
  return TRANSIENT.has(status);
}

/** Returns the milliseconds that `Retry-After` asks for, as seconds or as an HTTP date; 0 if missing or invalid. */
export function retryAfterMs(answer: Answer, clock: Clock): number {
  const header = answer.header("retry-after");
  // Date.parse would take a fraction such as 45.5 for May 2045.
  const isSeconds = /^\d{1,9}(\.\d+)?$/.test(header);
  const milliseconds = isSeconds ? Number(header) * 1000 : Date.parse(header) - clock.date();
  return Math.max(0, milliseconds || 0);
}

/**
 * Runs `attempt` up to `TRIES` times, each within `timeoutMs`, all within `TRIES` times `timeoutMs`. Only an HttpFailure with
 * `retry` leads to another try.
 *
 * @throws HttpFailure of the last try, which says why no other followed.
 */
export async function withRetries<T>(
  attempt: (limitMs: number, isRetry: boolean) => Promise<T>,
  { timeoutMs, retryDelayMs }: Pick<NetworkSettings, "timeoutMs" | "retryDelayMs">,
  { signal, notice }: RunContext,
  clock: Clock,
): Promise<T> {
  const wholeMs = TRIES * timeoutMs;
  const end = clock.now() + wholeMs;
  for (let number = 1; ; number += 1) {
    signal.throwIfAborted();
    try {
      return await attempt(Math.max(1, Math.min(timeoutMs, end - clock.now())), number > 1);
    } catch (error) {
      if (!(error instanceof HttpFailure) || !error.hints.retry) throw error;
      if (number === TRIES) throw ended(error, text`, after ${TRIES} tries`);
      const { waitMs = 0 } = error.hints;
      const backoffMs = retryDelayMs * 2 ** (number - 1) * (0.5 + Math.random());
      const pauseMs = Math.max(backoffMs, waitMs);
      const next = text`${number + 1} of ${TRIES}`;
      if (clock.now() + pauseMs >= end) {
        const asked = text`it asks for a pause of ${seconds(waitMs)} (Retry-After)`;
        const why = waitMs > backoffMs ? asked : text`no time is left for try ${next}`;
        throw ended(error, text`, ${why}; a call may take ${seconds(wholeMs)} (${TRIES} times TL_TIMEOUT_MS)`);
      }
      notice(sentence(error.request, error.what, text`Trying again in ${seconds(pauseMs)} (try ${next}).`));
      await pause(pauseMs, signal, clock);
    }
  }
}

function ended({ request, what, remedy, hints }: HttpFailure, why: SafeText): HttpFailure {
  return new HttpFailure(request, text`${what}${why}`, remedy, hints);
}

function seconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 100) / 10} s`;
}
