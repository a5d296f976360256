import { ConsoleError } from "../errors";
import { oneLine } from "../outside-text";
import { redact, type Secret } from "../secret";

/** One request to the Console, before it is sent. */
export type Call = {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly body?: unknown;
  /** The variable that holds this address. */
  readonly variable: string;
  /** What to do when the Console finds the request wrong. */
  readonly remedy: string;
  /** What an answer says must not show: the password, the tokens; grows with each login. */
  readonly secrets: readonly Secret[];
};

/** Why one try failed, and whether another one may help. */
export class Failure extends ConsoleError {
  readonly what: string;
  /** Method and address, without the query. */
  readonly where: string;
  readonly remedy: string;
  readonly status: number | undefined;
  readonly retry: boolean;
  /** What `Retry-After` asks for. */
  readonly waitMs: number;

  constructor(
    call: Call,
    what: string,
    remedy: string,
    more: Partial<Pick<Failure, "status" | "retry" | "waitMs">> = {},
  ) {
    const where = `${call.method} ${call.url.origin}${call.url.pathname}`;
    super([sentence(what, where, remedy)]);
    this.what = what;
    this.where = where;
    this.remedy = remedy;
    this.status = more.status;
    this.retry = more.retry ?? false;
    this.waitMs = more.waitMs ?? 0;
  }
}

export function sentence(what: string, where: string, remedy: string): string {
  return `${what}: ${where}. ${remedy}`;
}

const LONGEST = 16_384;

/** Outside text in quotes, fit to be shown. A longer one isn't: masking is not to become slow, or to miss a cut secret. */
export function quote(text: string, call: Call, limit = 200): string {
  if (text.length > LONGEST) return `a text of ${text.length} characters`;
  const masked = redact(oneLine(redact(text, call.secrets), LONGEST), call.secrets);
  return `"${oneLine(masked, limit)}"`;
}
