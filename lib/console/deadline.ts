/**
 * A signal that aborts when the time is over, or together with the parent. `release` is to be called
 * when the work is done, or the timer holds the process.
 */
export function deadline(milliseconds: number, parent: AbortSignal, reason = new Error("The time is over.")) {
  // Not AbortSignal.any over AbortSignal.timeout: on Node 20 that pair can be collected before it fires.
  const controller = new AbortController();
  const stop = () => controller.abort(parent.reason);
  const timer = setTimeout(() => controller.abort(reason), milliseconds);
  parent.addEventListener("abort", stop, { once: true });
  if (parent.aborted) stop();
  const release = () => {
    clearTimeout(timer);
    parent.removeEventListener("abort", stop);
  };
  return { signal: controller.signal, release };
}
