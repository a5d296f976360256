import { isGap, withoutGaps } from "./gaps";
import { lowerCase } from "./spelling";

// Shorter values are no secrets that masking could keep, and stand in any text; up to WORD they count as whole words.
const SHORTEST = 4;
const WORD = 8;
// Of a longer value the beginning is enough, with all that follows it; and any piece, with what is around it.
const LONGEST = 96;
const HEAD = 48;
// Pieces follow each other. Most begin with a letter that is rare in ordinary text, where the search then seldom stops.
const RARE = /^(?:.{0,63}?(?=[jqxz]))?(.*)$/isu;
const PIECES = /.{24,63}?(?=[jqxz])|.{24,64}/gisu;

/** One text that a secret may be written as. */
export type Form = {
  /** The same for the same form. */
  readonly id: string;
  /** In lower case and without white space. */
  readonly characters: readonly number[];
  /** A word has no letter or digit beside it. More of the secret may follow a head, and be on both sides of a piece. */
  readonly kind: "word" | "value" | "head" | "piece";
};

/** What a value may be written as, besides how its characters are spelled. */
export function formsOf(value: string): readonly Form[] {
  if (withoutGaps(value).length < SHORTEST) return [];
  return [...new Set([value, value.normalize("NFC"), value.normalize("NFD")])].flatMap((one) => {
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

/** As a text of its own: a part of it would be too short to tell. */
function encodedAlone(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "")];
}

/** As hex, and as base64 at each of its three places within a longer one, in both alphabets. */
function encoded(value: string, encoding: "utf8" | "utf16le" = "utf8"): readonly string[] {
  const bytes = Buffer.from(value, encoding);
  const base64 = [0, 1, 2].map((offset) => base64At(offset, bytes));
  const url = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([bytes.toString("hex"), ...base64, ...url])];
}

/** In UTF-16, as PowerShell encodes, and as base64 of base64. */
function encodedTwice(value: string): readonly string[] {
  return [...encoded(value, "utf16le"), base64At(0, Buffer.from(base64At(0, Buffer.from(value))))];
}

/** Without what its neighbours have a part in. */
function base64At(offset: number, bytes: Buffer): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const isCut = (offset + bytes.length) % 3 !== 0;
  return text.slice(offset === 0 ? 0 : offset + 1, isCut ? -1 : undefined);
}
