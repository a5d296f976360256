import { REDACTED, type Secret } from "./text/secret";

export { Secret } from "./text/secret";

// What a secret looks like when nobody told us its value.
const SHAPES: readonly [RegExp, string][] = [
  [/\btw_[A-Za-z0-9]{6,}/g, `tw_${REDACTED}`], // licence token in the Defender's image path
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, REDACTED], // JSON Web Token
  [/\beyJ[A-Za-z0-9+/_-]{60,}={0,2}/g, REDACTED], // base64 of a JSON object, as the install bundle is
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
];

/**
 * The text without the given secrets, in clear or as they stand in URLs, JSON and base64, and
 * without whatever has the shape of a token, a bundle or a licence token.
 */
export function redact(text: string, secrets: readonly Secret[] = []): string {
  let result = text;
  // Longest first over all of them: one secret may be a part of another.
  const all = secrets.flatMap((secret) => spellings(secret.reveal())).sort(longestFirst);
  for (const spelling of all) result = result.replaceAll(spelling, REDACTED);
  for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
  return result;
}

/** Every spelling in which a secret could stand in a text, longest first. */
export function spellings(value: string): readonly string[] {
  if (value === "") return [];
  const bytes = Buffer.from(value);
  const base64 = bytes.toString("base64");
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  const percent = encodeURIComponent(value);
  const html = value.replace(/[&<>"']/g, (character) => HTML[character] ?? character);
  const all = [
    value,
    percent,
    percent.replace(/%../g, (code) => code.toLowerCase()),
    html,
    form,
    JSON.stringify(value).slice(1, -1),
    base64,
    base64.replace(/=+$/, ""),
    bytes.toString("base64url"),
  ];
  return [...new Set(all)].sort(longestFirst);
}

const HTML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function longestFirst(one: string, other: string): number {
  return other.length - one.length;
}
