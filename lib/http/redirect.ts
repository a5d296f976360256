import { mask, REDACTED } from "../text/secret";
import type { Answer } from "./call";

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Returns the address that an answer redirects to; undefined when it names none. */
export function redirectTarget(answer: Answer, from: URL): URL | undefined {
  return addressOf(answer.header("location"), from);
}

/** The same, for messages: masks first, because parsing could leave a part of a secret, which masking would miss. */
export function shownRedirectTarget(answer: Answer, from: URL): URL | undefined {
  // A host can't have the brackets of `[redacted]`.
  return addressOf(mask(answer.header("location")).replaceAll(REDACTED, "redacted"), from);
}

function addressOf(location: string, from: URL): URL | undefined {
  return location && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}
