import { oneLine } from "./outside-text";
import { redact, type Secret } from "./secret";

/**
 * Outside text for a message: masked, on one line, at most `limit` characters. A long text isn't shown
 * at all: masking it is slow, and cutting it first may cut a secret in two.
 */
export function excerpt(text: string, limit: number, secrets: readonly Secret[] = []): string {
  if (text.length > LONGEST) return `[${text.length} characters, not shown]`;
  return oneLine(redact(oneLine(redact(text, secrets), LONGEST), secrets), limit);
}

const LONGEST = 16_384;
