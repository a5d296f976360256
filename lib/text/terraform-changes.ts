import { type SafeText, text } from "./safe-text";

// Nearly every text is ASCII, of which Terraform changes little.
const OTHER_THAN_ASCII = /[^\0-\x7f]/;
const HALF_CHARACTER = /\p{Surrogate}/u;
// Go (Terraform's language) inserts U+034F into runs of more than 30 combining characters, as Unicode's stream-safe form
// requires (UAX #15); it also counts the vowels and finals of Korean letters.
const LONG_RUN = /[\p{Mark}\u1160-\u11ff\ud7b0-\ud7ff]{31}/u;
// HCL doesn't undo its own escape beside a carriage return.
const ESCAPE = /\$\$\{|%%\{/;

/**
 * Describes what Terraform would change in a text, by itself or in JSON: a sentence without its subject, with a remedy.
 * Returns undefined for a text that it keeps.
 */
export function changeByTerraform(value: string): SafeText | undefined {
  if (value.includes("\r") && ESCAPE.test(value)) return ESCAPE_AND_RETURN;
  return OTHER_THAN_ASCII.test(value) ? changeOfCharacters(value) : undefined;
}

function changeOfCharacters(value: string): SafeText | undefined {
  // First: normalizing takes time quadratic in the length of a run.
  if (LONG_RUN.test(value)) return MANY_MARKS;
  if (value !== value.normalize("NFC") || HALF_CHARACTER.test(value)) return NOT_NORMALIZED;
  const json = JSON.stringify(value);
  if (json !== json.normalize("NFC")) return MARK_AFTER_BREAK;
  if (value.startsWith("\ufeff")) return BYTE_ORDER_MARK;
  return LONG_RUN.test(value.normalize("NFKD")) ? MANY_MARKS : undefined;
}

const NOT_NORMALIZED = text`is not NFC-normalized, and Terraform would change it. Save it as NFC.`;
const MARK_AFTER_BREAK = text`has a combining mark after a line break, and Terraform would change it. Remove the mark.`;
const BYTE_ORDER_MARK = text`begins with a byte order mark (U+FEFF), and Terraform would drop it. Remove it.`;
const MANY_MARKS = text`has more than 30 combining marks in a row, and Terraform would change it. Remove some.`;
const ESCAPE_AND_RETURN = text`has a carriage return next to $\${ or %%{, and Terraform would change it. Remove the carriage return.`;
