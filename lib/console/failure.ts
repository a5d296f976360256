import { ConsoleError } from "../errors";
import { excerpt } from "../excerpt";
import type { Secret } from "../secret";

/** One request to the Console, before it is sent. */
export type Call = {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly body?: unknown;
  /** The variable that holds this address. */
  readonly variable: string;
  /** What to do when the Console finds the request wrong. */
  readonly remedy: string;
  /** What must not show when an answer is quoted: the password and the tokens; grows with each login. */
  readonly secrets: readonly Secret[];
};

/**
 * Why one try failed. {host}, {variable} and {remedy} stand for the call's own; the call itself, and
 * axios's error, aren't kept: they hold the password and the token.
 */
export class Failure extends ConsoleError {
  /** The sentence with something added to what happened, or with another remedy. */
  readonly retell: (added: string, remedy?: string) => string;

  constructor(
    call: Call,
    what: string,
    remedy: string,
    /** Whether another try may help, and the pause that `Retry-After` asks for. */
    readonly hints: { readonly status?: number; readonly retry?: boolean; readonly waitMs?: number } = {},
  ) {
    const { host, origin, pathname } = call.url;
    const fill = (text: string) =>
      text.replaceAll("{host}", host).replaceAll("{variable}", call.variable).replaceAll("{remedy}", call.remedy);
    const retell = (added: string, then = remedy) =>
      `${fill(what)}${added}: ${call.method} ${origin}${pathname}. ${fill(then)}`;
    super([retell("")]);
    this.retell = retell;
  }
}

/** Outside text in quotes, fit to be shown. */
export function quote(text: string, call: Call, limit = 200): string {
  return `"${excerpt(text, limit, call.secrets)}"`;
}
