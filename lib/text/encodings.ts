import { lowerCase } from "./escapes";
import { isGap, withoutGaps } from "./gaps";

// Masking can't hide shorter values, which occur in any text. Values shorter than WORD match only as whole words.
const SHORTEST = 4;
const WORD = 8;
// A longer value is found by its beginning, with all that follows, or by any piece, with what is around it.
const LONGEST = 96;
const HEAD = 48;
// Pieces follow each other. Most begin with a letter that is rare in ordinary text, where the search then seldom stops.
const RARE = /^(?:.{0,63}?(?=[jqxz]))?(.*)$/isu;
const PIECES = /.{24,63}?(?=[jqxz])|.{24,64}/gisu;

/** One way to write a secret. */
export type Form = {
  /** The same for the same form. */
  readonly id: string;
  /** Code points, in lower case and without white space. */
  readonly characters: readonly number[];
  /** A word has no letter or digit beside it. More of the secret may follow a head, or be on both sides of a piece. */
  readonly kind: "word" | "value" | "head" | "piece";
};

/** Returns the forms of a value, besides the spelling of its characters. */
export function encodedForms(value: string): readonly Form[] {
  if (withoutGaps(value).length < SHORTEST) return [];
  // The last one is how the login's body holds it, which a server may encode as a whole.
  const spellings = [value, value.normalize("NFC"), value.normalize("NFD"), JSON.stringify(value).slice(1, -1)];
  return [...new Set(spellings)].flatMap((one) => {
    if (one.length < WORD) return [one, ...encodedAlone(one)].map((text) => form(text, "word"));
    if (one.length <= LONGEST) return [one, ...encoded(one), ...encodedTwice(one)].map((text) => form(text, "value"));
    const head = one.slice(0, HEAD).replace(/\p{Surrogate}$/u, "");
    const [, rest = ""] = RARE.exec(withoutGaps(one.slice(head.length))) ?? [];
    return [
      ...[head, ...encoded(head)].map((text) => form(text, "head")),
      ...(rest.match(PIECES) ?? []).map((text) => form(text, "piece")),
    ];
  });
}

function form(text: string, kind: Form["kind"]): Form {
  const characters: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (!isGap(code)) characters.push(lowerCase(code));
  }
  return { id: `${kind} ${text}`, characters, kind };
}

/** Encodes as a text of its own: a part of it would be too short to recognize. */
function encodedAlone(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "")];
}

/** Encodes as hex, and as base64 at each of its three places in a longer text, in both alphabets. */
function encoded(value: string, encoding: "utf8" | "utf16le" = "utf8"): readonly string[] {
  const bytes = Buffer.from(value, encoding);
  const base64 = [0, 1, 2].map((offset) => base64At(offset, bytes));
  const url = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([bytes.toString("hex"), ...base64, ...url])];
}

/** Encodes in UTF-16, as PowerShell does, and as base64 of base64. */
function encodedTwice(value: string): readonly string[] {
  return [...encoded(value, "utf16le"), base64At(0, Buffer.from(base64At(0, Buffer.from(value))))];
}

/** Encodes in base64 at an offset in a longer text, without the characters that depend on the bytes around. */
function base64At(offset: number, bytes: Buffer): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const isCut = (offset + bytes.length) % 3 !== 0;
  return text.slice(offset === 0 ? 0 : offset + 1, isCut ? -1 : undefined);
}
