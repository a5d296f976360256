import type { Clock } from "./clock";

/**
 * Makes a signal that aborts with `reason` when the time is over, or with the parent's reason when the parent aborts.
 * To be declared with `using`: otherwise the timer keeps the process running after the work is done.
 */
export function deadline(milliseconds: number, parent: AbortSignal, clock: Clock, reason?: Error) {
  // Not AbortSignal.any over AbortSignal.timeout: on Node 20 that pair can be collected before it fires.
  const controller = new AbortController();
  const stop = () => controller.abort(parent.reason);
  const cancel = clock.after(milliseconds, () => controller.abort(reason));
  parent.addEventListener("abort", stop, { once: true });
  if (parent.aborted) stop();
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      cancel();
      parent.removeEventListener("abort", stop);
    },
  };
}

/**
 * Waits for work that can't be cancelled, such as the AWS SDK's search for credentials.
 *
 * @throws what the work throws; the signal's reason as soon as it is aborted.
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Waits. @throws the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal, clock: Clock): Promise<void> {
  let cancel = () => {};
  const over = new Promise<void>((resolve) => {
    cancel = clock.after(milliseconds, resolve);
  });
  return orAborted(over, signal).finally(cancel);
}
