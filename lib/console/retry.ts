import { setTimeout as sleep } from "node:timers/promises";

import pRetry from "p-retry";

import { ConsoleError } from "../errors";
import type { ConsoleSettings } from "../settings/console";
import type { Talk } from "./console";
import { Failure } from "./failure";

const TRIES = 4;

/** Runs `attempt`, again where that may help: four tries, each within `timeoutMs`, all of them within four times that. */
export function withRetries<T>(
  attempt: (limitMs: number) => Promise<T>,
  { timeoutMs, retryDelayMs }: ConsoleSettings,
  { signal, notice }: Talk,
): Promise<T> {
  const wholeMs = TRIES * timeoutMs;
  const end = performance.now() + wholeMs;
  return pRetry(() => attempt(Math.max(1, Math.min(timeoutMs, end - performance.now()))), {
    retries: TRIES - 1,
    minTimeout: 0, // the pause is below, where it can be told and where Retry-After is known
    signal,
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      if (!(error instanceof Failure) || !error.hints.retry) throw error;
      if (retriesLeft === 0) throw new ConsoleError([error.retell(`, ${TRIES} tries`)]);
      const next = `${attemptNumber + 1} of ${TRIES}`;
      const backoffMs = retryDelayMs * 2 ** (attemptNumber - 1) * (0.5 + Math.random());
      const { waitMs = 0 } = error.hints;
      const pauseMs = Math.max(backoffMs, waitMs);
      if (performance.now() + pauseMs >= end) {
        const asked = `it asks for a pause of ${seconds(waitMs)} (Retry-After)`;
        const why = waitMs > backoffMs ? asked : `no time is left for try ${next}`;
        throw new ConsoleError([error.retell(`, ${why}, the call may take ${seconds(wholeMs)} in all`)]);
      }
      notice(error.retell("", `Try ${next} in ${seconds(pauseMs)}.`));
      await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    },
  });
}

function seconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 100) / 10} s`;
}
