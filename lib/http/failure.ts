import { type SafeText, text } from "../text/safe-text";
import type { Call } from "./call";

/** Facts that decide about another try. */
export type Hints = {
  readonly status?: number;
  /** Another try may help. */
  readonly retry?: boolean;
  /** Milliseconds to wait before the next try, as `Retry-After` asks. */
  readonly waitMs?: number;
};

/**
 * Why a call failed. The folders that make calls turn it into their own error. Neither the call nor the HTTP library's
 * error is kept: they hold the password and the token.
 */
export class HttpFailure extends Error {
  readonly sentence: SafeText;

  constructor(
    /** `GET https://host/path` */
    readonly request: SafeText,
    readonly what: SafeText,
    readonly remedy: SafeText,
    readonly hints: Hints = {},
  ) {
    const whole = sentence(request, what, remedy);
    super(whole);
    this.name = new.target.name;
    this.sentence = whole;
  }
}

export function failureOf(call: Call, what: SafeText, remedy: SafeText, hints: Hints = {}): HttpFailure {
  const { origin, pathname } = call.url;
  return new HttpFailure(text`${call.method} ${origin}${pathname}`, what, remedy, hints);
}

/** Says what happened, in which request, and what to do. */
export function sentence(request: SafeText, what: SafeText, remedy: SafeText): SafeText {
  return text`${what}: ${request}. ${remedy}`;
}
