import { ConsoleError } from "../../lib/errors";
import { type Hints, HttpFailure } from "../../lib/http/failure";
import { retryAfterMs, runDeadline, withRetries } from "../../lib/http/retry";
import { text } from "../../lib/text/safe-text";
import { manualClock } from "./manual-clock";

const LIMITS = { timeoutMs: 1000, retryDelayMs: 100 };

/** Fails once per hint, and then answers; the clock moves on by itself. */
async function run(hints: readonly Hints[], { takesMs = 0, limits = LIMITS, stop = new AbortController() } = {}) {
  const { clock, runNext } = manualClock();
  const allowed: number[] = [];
  const pauses: number[] = [];
  const notices: string[] = [];
  const attempt = async (limitMs: number) => {
    allowed.push(limitMs);
    if (takesMs > 0) {
      clock.after(takesMs, () => undefined);
      runNext();
    }
    const hint = hints[allowed.length - 1];
    if (hint) throw new HttpFailure(text`GET https://host/path`, text`It failed`, text`Try later.`, hint);
    return "answer";
  };
  const notice = (line: string) => {
    notices.push(line);
    const before = clock.now();
    setImmediate(() => {
      runNext();
      pauses.push(clock.now() - before);
    });
  };
  const result = await withRetries(attempt, limits, { signal: stop.signal, notice }, clock).catch(
    (error: unknown) => error,
  );
  return { result, allowed, pauses, notices };
}

const AGAIN: Hints = { retry: true };

test("a call that succeeds is tried once", async () => {
  expect(await run([])).toEqual({ result: "answer", allowed: [1000], pauses: [], notices: [] });
});

test("the pauses double, give or take half", async () => {
  const { result, pauses } = await run([AGAIN, AGAIN, AGAIN]);
  expect(result).toBe("answer");
  for (const [index, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(50 * 2 ** index);
    expect(pause).toBeLessThanOrEqual(150 * 2 ** index);
  }
});

test("the pauses of two calls differ, so that those that failed together don't come back together", async () => {
  expect((await run([AGAIN])).pauses).not.toEqual((await run([AGAIN])).pauses);
});

test("a failure that another try can't fix is thrown unchanged", async () => {
  const { result, allowed } = await run([{ status: 404 }]);
  expect(result).toMatchObject({ message: "It failed: GET https://host/path. Try later.", hints: { status: 404 } });
  expect(allowed).toHaveLength(1);
});

test("four tries are the most, and the sentence counts them", async () => {
  const { result, notices } = await run([AGAIN, AGAIN, AGAIN, AGAIN]);
  expect(result).toMatchObject({ message: "It failed, after 4 tries: GET https://host/path. Try later." });
  expect(notices).toEqual([
    expect.stringMatching(/^It failed: GET https:\/\/host\/path\. Trying again in 0\.[1-2] s \(try 2 of 4\)\.$/),
    expect.stringMatching(/Trying again in 0\.[1-3] s \(try 3 of 4\)\.$/),
    expect.stringMatching(/Trying again in 0\.[2-6] s \(try 4 of 4\)\.$/),
  ]);
});

test("a longer Retry-After is waited for", async () => {
  const { pauses } = await run([{ retry: true, waitMs: 700 }]);
  expect(pauses).toEqual([700]);
});

test("a Retry-After that outlasts the call's time ends it", async () => {
  const { result } = await run([{ retry: true, waitMs: 4000 }]);
  expect(result).toMatchObject({
    message:
      "It failed, it asks for a pause of 4 s (Retry-After); a call may take 4 s (4 times TL_TIMEOUT_MS): GET https://host/path. Try later.",
  });
});

test.each([
  ["seconds", "7", 7000],
  ["a fraction of seconds", "45.5", 45_500],
  ["a date", "Thu, 01 Jan 2026 01:00:00 GMT", 3_600_000],
  ["a date that is over", "Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["nothing", "", 0],
  ["a number that is too large", "9".repeat(400), 0],
])("Retry-After may say %s", (_, value, milliseconds) => {
  const answer = { status: 503, body: Buffer.alloc(0), header: () => value };
  const clock = { ...manualClock().clock, date: () => Date.UTC(2026, 0, 1) };
  expect(retryAfterMs(answer, clock)).toBe(milliseconds);
});

test("slow tries leave less time for the last one", async () => {
  const { result, allowed } = await run([AGAIN, AGAIN, AGAIN], {
    takesMs: 1100,
    limits: { timeoutMs: 1000, retryDelayMs: 10 },
  });
  expect(result).toBe("answer");
  expect(allowed.slice(0, 3)).toEqual([1000, 1000, 1000]);
  expect(allowed[3]).toBeLessThan(700);
});

test("a lack of time for another try is reported", async () => {
  const { result, allowed } = await run([AGAIN, AGAIN, AGAIN], { takesMs: 2100 });
  expect(result).toMatchObject({
    message: expect.stringMatching(
      /^It failed, no time is left for try 3 of 4; a call may take 4 s \(4 times TL_TIMEOUT_MS\): /,
    ),
  });
  expect(allowed).toHaveLength(2);
});

test("an abort before a try ends it with its reason", async () => {
  const stop = new AbortController();
  stop.abort(new Error("interrupted"));
  expect(await run([], { stop })).toMatchObject({ result: { message: "interrupted" }, allowed: [] });
});

test("the end of a run aborts the calls that are still under way, and nothing else", () => {
  const { signal: parent } = new AbortController();
  const { clock, waiting } = manualClock();
  const limit = runDeadline(LIMITS, parent, { Kind: ConsoleError, lookAt: "the Console" }, clock);
  limit[Symbol.dispose]();
  expect(limit.signal.reason).toMatchObject({ message: "The run has ended." });
  expect({ parent: parent.aborted, waiting: waiting() }).toEqual({ parent: false, waiting: 0 });
});
