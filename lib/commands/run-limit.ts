import type { ExpectedError } from "../errors";
import { deadline } from "../http/deadline";
import { TRIES_OF_A_RUN } from "../http/retry";
import type { NetworkSettings } from "../settings/network";
import { type SafeText, text } from "../text/safe-text";

/**
 * Does what a command asks others for, within a limit for all of it: each call has one of its own, but a list may go on
 * page after page.
 *
 * @param late the error that it ends with when it takes longer, and what to look at then
 * @throws what `work` throws, which hears of the limit by the signal that it gets
 */
export async function withinRunLimit<T>(
  { timeoutMs }: Pick<NetworkSettings, "timeoutMs">,
  parent: AbortSignal,
  late: { readonly Kind: new (problems: readonly SafeText[]) => ExpectedError; readonly lookAt: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limitMs = TRIES_OF_A_RUN * timeoutMs;
  const sentence = text`The run took longer than ${limitMs / 1000} seconds. Look at ${late.lookAt}, or raise TL_TIMEOUT_MS.`;
  const { signal, release } = deadline(limitMs, parent, new late.Kind([sentence]));
  try {
    return await work(signal);
  } finally {
    release();
  }
}
