import { isEscape, lowerCase, readEscape } from "./spelling";

// Shorter values are no secrets that masking could keep, and stand in any text; up to WORD they count as whole words.
const SHORTEST = 4;
const WORD = 8;
// Of a longer value the beginning is enough, with all that follows it.
const LONGEST = 256;
const HEAD = 48;
const REST = /[\w+/=%&#;.~\\-]*/y;
const SPELLINGS = 4;
const ASCII = 0x80;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

export type Range = readonly [start: number, end: number];

/** One text that a secret may be written as, in lower case. */
type Form = { readonly characters: readonly number[]; readonly isWord: boolean; readonly hasRest: boolean };

/**
 * Finds values in text, in whatever case and spelling, in base64 and in hex too. It takes one pass over the text, and as
 * long for a thousand values as for one, unless they begin alike.
 */
export class Finder {
  readonly #forms = new Map<number, Form[]>();
  readonly #values = new Set<string>();
  /** Matches the first character of what may be a form, in whatever case and spelling. Made when it is needed. */
  #begin: RegExp | undefined;

  /** A value of less than four characters is never found. */
  add(value: string): void {
    if (value.length < SHORTEST || this.#values.has(value)) return;
    this.#values.add(value);
    const hasRest = value.length > LONGEST;
    const isWord = value.length < WORD;
    const written = hasRest ? value.slice(0, HEAD) : value;
    for (const text of new Set([written, ...(isWord ? [] : encodings(written))])) {
      const characters = [...text].map((character) => lowerCase(character.codePointAt(0) ?? 0));
      const [first = 0, second = 0] = characters;
      const key = keyOf(first, second);
      const same = this.#forms.get(key);
      const form = { characters, isWord, hasRest };
      if (same) same.push(form);
      else this.#forms.set(key, [form]);
    }
    this.#begin = undefined;
  }

  /** Where the text holds one of the values, in order; ranges may overlap. */
  *rangesIn(text: string): Generator<Range, void> {
    if (this.#forms.size === 0) return;
    this.#begin ??= patternOf([...this.#forms.values()].flat());
    // Nearly always a few characters say that nothing begins here, and a pattern is fast from its first use on.
    for (let next = 0; ; ) {
      this.#begin.lastIndex = next;
      if (!this.#begin.test(text)) return;
      next = this.#begin.lastIndex;
      const at = next - 1;
      const end = this.#endOf(text, at);
      if (end > at) yield [at, end];
    }
  }

  isIn(text: string): boolean {
    return this.rangesIn(text).next().done === false;
  }

  /** The end of the longest value that begins at this place; the place itself when none does. */
  #endOf(text: string, at: number): number {
    const [first, second] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
    const forms =
      isPlain(first) && isPlain(second)
        ? this.#forms.get(keyOf(lowerCase(first), lowerCase(second)))
        : this.#formsReadAt(text, at);
    let longest = at;
    for (const form of forms ?? []) longest = Math.max(longest, endOf(form, text, at) ?? at);
    return longest;
  }

  #formsReadAt(text: string, at: number): readonly Form[] {
    const forms = readingsAt(text, at).flatMap(([first, next]) =>
      readingsAt(text, next).flatMap(([second]) => this.#forms.get(keyOf(first, second)) ?? []),
    );
    return [...new Set(forms)];
  }
}

/** All spellings are followed at once, as many as can be meant: a run of backslashes has more of them. */
function endOf({ characters, isWord, hasRest }: Form, text: string, at: number): number | undefined {
  if (isWord && at > 0 && LETTER_OR_DIGIT.test(text[at - 1] ?? "")) return undefined;
  let place = at;
  let matched = 0;
  for (; matched < characters.length; matched++) {
    const character = text.codePointAt(place);
    if (character === undefined || isEscape(character)) break;
    if (lowerCase(character) !== characters[matched]) return undefined;
    place += character > 0xffff ? 2 : 1;
  }
  let places: readonly number[] = [place];
  for (const character of characters.slice(matched)) {
    const next = new Set<number>();
    for (const place of places) {
      for (const [read, end] of readingsAt(text, place)) if (read === character) next.add(end);
    }
    if (next.size === 0) return undefined;
    places = [...next].slice(0, SPELLINGS);
  }
  const end = Math.max(...places);
  if (isWord && LETTER_OR_DIGIT.test(text[end] ?? "")) return undefined;
  if (!hasRest) return end;
  REST.lastIndex = end;
  return end + (REST.exec(text)?.[0].length ?? 0);
}

function readingsAt(text: string, at: number): readonly (readonly [number, number])[] {
  const character = text.codePointAt(at);
  if (character === undefined) return [];
  const itself = [lowerCase(character), at + (character > 0xffff ? 2 : 1)] as const;
  return isEscape(character) ? [itself, ...readEscape(text, at)] : [itself];
}

function isPlain(unit: number): boolean {
  return unit < ASCII && !isEscape(unit);
}

const ESCAPES = Array.from({ length: ASCII }, (_, character) => (isEscape(character) ? cases(character) : "")).join("");

/** Each match is one unit of a character: that which a form or an escape begins with, followed by what may be its next two. */
function patternOf(forms: readonly Form[]): RegExp {
  const hasOthers = forms.some(({ characters }) => characters.slice(0, 2).some((character) => character >= ASCII));
  const following = new Map<string, Set<string>>();
  for (const [first = 0, second = 0, third = 0] of forms.map(({ characters }) => characters)) {
    if (first >= ASCII) continue;
    const nexts = following.get(cases(first)) ?? new Set([`[${ESCAPES}]`]);
    following.set(cases(first), nexts);
    if (second >= ASCII) continue;
    nexts.add(`[${cases(second)}][${ESCAPES}\\x80-\\uffff${third < ASCII ? cases(third) : ""}]`);
  }
  const pairs = [...following].map(([first, nexts]) => `[${first}](?=${[...nexts].join("|")})`);
  const others = hasOthers ? ["[^\\0-\\x7f]|[^](?=[^\\0-\\x7f])"] : [];
  return new RegExp([`[${ESCAPES}]`, ...others, ...pairs].join("|"), "g");
}

/** For a class of characters: the letter as it is and in upper case. */
function cases(character: number): string {
  const lower = String.fromCharCode(character);
  return [lower, lower.toUpperCase()].map(quoted).join("");
}

function quoted(character: string): string {
  return /\w/.test(character) ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function keyOf(first = 0, second = 0): number {
  return first * 0x110000 + second;
}

/** The value as hex, and as base64 at each of its three places within a longer one, in both alphabets. */
function encodings(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // Without the characters that its neighbours have a part in.
    const isCut = (offset + bytes.length) % 3 !== 0;
    return text.slice(offset === 0 ? 0 : offset + 1, isCut ? -1 : undefined);
  });
  const url = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [bytes.toString("hex"), ...base64, ...url];
}
