import type { ExpectedError } from "../errors";
import { systemClock } from "../http/clock";
import { deadline } from "../http/deadline";
import { type RunContext, TRIES_OF_A_RUN } from "../http/retry";
import type { NetworkSettings } from "../settings/network";
import { printLine, type Terminal } from "../text/print";
import { type SafeText, text } from "../text/safe-text";

/** A context that prints notices as lines on `stream`, and holds the signal that stops the run. */
export function contextOn(stream: Terminal, signal: AbortSignal): RunContext {
  return { signal, notice: (line) => printLine(stream, line) };
}

/**
 * Limits the total time of a command's remote calls: each call has its own limit, but a list may have any number of pages.
 *
 * @param late the error when the limit is exceeded, and what the user should look at then
 * @throws what `work` throws; its signal is aborted when the limit is exceeded
 */
export async function withinRunLimit<T>(
  { timeoutMs }: Pick<NetworkSettings, "timeoutMs">,
  parent: AbortSignal,
  late: { readonly Kind: new (problems: readonly SafeText[]) => ExpectedError; readonly lookAt: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limitMs = TRIES_OF_A_RUN * timeoutMs;
  const sentence = text`The run took longer than ${limitMs / 1000} seconds. Look at ${late.lookAt}, or raise TL_TIMEOUT_MS.`;
  using limit = deadline(limitMs, parent, systemClock, new late.Kind([sentence]));
  return await work(limit.signal);
}
