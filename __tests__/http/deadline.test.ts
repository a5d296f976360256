import { deadline, orAborted } from "../../lib/http/deadline";
import { manualClock } from "./manual-clock";

const late = new Error("too late");
const stopped = new Error("stopped");

test("the signal aborts with the reason when the time is over", () => {
  const { clock, runNext } = manualClock();
  const { signal } = deadline(1000, new AbortController().signal, clock, late);
  expect(signal.aborted).toBe(false);
  runNext();
  expect(signal.reason).toBe(late);
  expect(clock.now()).toBe(1000);
});

test("it aborts with the parent's reason", () => {
  const parent = new AbortController();
  const { signal } = deadline(1000, parent.signal, manualClock().clock, late);
  parent.abort(stopped);
  expect(signal.reason).toBe(stopped);
});

test("it is aborted from the start when the parent is", () => {
  expect(deadline(1000, AbortSignal.abort(stopped), manualClock().clock, late).signal.reason).toBe(stopped);
});

test("after its release there is no timer, and the parent's abort has no effect", () => {
  const parent = new AbortController();
  const { clock, waiting } = manualClock();
  const limit = deadline(1000, parent.signal, clock, late);
  limit[Symbol.dispose]();
  parent.abort(stopped);
  expect({ aborted: limit.signal.aborted, waiting: waiting() }).toEqual({ aborted: false, waiting: 0 });
});

test("work isn't waited for when the signal is aborted from the start", async () => {
  await expect(orAborted(new Promise(() => {}), AbortSignal.abort(stopped))).rejects.toBe(stopped);
});
