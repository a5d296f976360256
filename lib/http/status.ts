import type { Answer } from "./call";
import type { Clock } from "./clock";

const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether another try of a call that was answered with this status may help. */
export function isTransient(status: number): boolean {
  return TRANSIENT.has(status);
}

/** Milliseconds that `Retry-After` asks for, in seconds or as an HTTP date; 0 when it says nothing. */
export function retryAfterMs(answer: Answer, clock: Clock): number {
  const header = answer.header("retry-after");
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - clock.date();
  return Math.max(0, milliseconds || 0);
}

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Where an answer redirects to; undefined when it names no address. */
export function redirectTarget(answer: Answer, from: URL): URL | undefined {
  const location = answer.header("location");
  return location && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}
