import type { Clock } from "../../lib/http/clock";

/** Time that stands still until the test moves it on: nothing ends because a machine is busy. */
export function manualClock() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const clock: Clock = {
    now: () => now,
    date: () => Date.now(),
    after: (milliseconds, callback) => {
      const timer = { at: now + milliseconds, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  /** Moves on to the earliest timer, and runs it. */
  const runNext = () => {
    const next = [...timers].sort((one, other) => one.at - other.at)[0];
    if (!next) throw new Error("no timer is waiting");
    timers.delete(next);
    now = Math.max(now, next.at);
    next.callback();
  };
  return { clock, runNext, waiting: () => timers.size };
}
