// Nearly every text is ASCII, which has one form alone.
const OTHER_THAN_ASCII = /[^\0-\x7f]/;
const HALF_CHARACTER = /\p{Surrogate}/u;

/**
 * Whether Terraform keeps the text as it is, by itself and in JSON: it normalizes every string to Unicode's NFC. In JSON
 * that joins a combining mark with the letter of a line break's `\n`.
 */
export function isNormalized(text: string): boolean {
  if (!OTHER_THAN_ASCII.test(text)) return true;
  const json = JSON.stringify(text);
  return json === json.normalize("NFC") && !HALF_CHARACTER.test(text);
}

/** Whether it is so by itself, and only JSON has a letter before a combining mark. */
export function hasMarkAfterBreak(text: string): boolean {
  return !isNormalized(text) && text === text.normalize("NFC") && !HALF_CHARACTER.test(text);
}
