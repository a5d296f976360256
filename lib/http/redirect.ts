import { mask, REDACTED } from "../text/secret";
import type { Answer } from "./call";

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Where an answer redirects to; undefined when it names no address. */
export function redirectTarget(answer: Answer, from: URL): URL | undefined {
  return addressOf(answer.header("location"), from);
}

/** The same to be shown: parsing could leave a part of a secret, which masking wouldn't know. */
export function shownRedirectTarget(answer: Answer, from: URL): URL | undefined {
  // An address has no brackets there.
  return addressOf(mask(answer.header("location")).replaceAll(REDACTED, "redacted"), from);
}

function addressOf(location: string, from: URL): URL | undefined {
  return location && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}
