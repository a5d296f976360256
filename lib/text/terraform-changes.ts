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
 * Describes what CDKTF or Terraform would change in a text, by itself or in JSON: a sentence without its subject, with a
 * remedy. Returns undefined for a text that both keep.
 */
export function changeByTerraform(value: string): SafeText | undefined {
  if (value.includes("TfToken[")) return TOKEN;
  if (value.includes("\r") && ESCAPE.test(value)) return UNUSUAL;
  if (!OTHER_THAN_ASCII.test(value)) return undefined;
  // First: normalizing takes time quadratic in the length of a run.
  if (LONG_RUN.test(value)) return UNUSUAL;
  if (value !== value.normalize("NFC") || HALF_CHARACTER.test(value)) return NOT_NORMALIZED;
  // A mark behind a line break would join the n that JSON writes for it. A byte order mark at the beginning is dropped.
  const json = JSON.stringify(value);
  const isKept = json === json.normalize("NFC") && !value.startsWith("\ufeff");
  return isKept && !LONG_RUN.test(value.normalize("NFKD")) ? undefined : UNUSUAL;
}

const TOKEN = text`holds "TfToken[", which CDKTF would replace. Rename it.`;
const NOT_NORMALIZED = text`is not NFC-normalized, and Terraform would change it. Save it as NFC.`;
const UNUSUAL = text`has combining marks, a byte order mark (U+FEFF), or a carriage return next to $\${ or %%{, and Terraform would change it. Remove them.`;
