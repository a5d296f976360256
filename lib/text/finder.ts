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
const ALL_ASCII = Array.from({ length: ASCII }, (_, character) => character);
const ESCAPES = ALL_ASCII.filter(isEscape);
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
  /** 1 for every two ASCII characters, in whatever case and spelling, that a form may begin with. */
  readonly #pairs = new Uint8Array(ASCII * ASCII);
  /** Whether a form begins with other characters than ASCII's. */
  #hasOthers = false;

  constructor() {
    for (let first = 0; first < ASCII; first++) if (isEscape(first)) this.#markPairs([first], ALL_ASCII);
  }

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
      this.#markPairs(casesOf(first), [...casesOf(second), ...ESCAPES]);
      this.#hasOthers ||= first >= ASCII || second >= ASCII;
      if (same) same.push(form);
      else this.#forms.set(key, [form]);
    }
  }

  /** Where the text holds one of the values, in order; ranges may overlap. */
  *rangesIn(text: string): Generator<Range, void> {
    if (this.#forms.size === 0) return;
    for (let at = this.#next(text, 0); at < text.length; at = this.#next(text, at + 1)) {
      const end = this.#endOf(text, at);
      if (end > at) yield [at, end];
    }
  }

  isIn(text: string): boolean {
    return this.rangesIn(text).next().done === false;
  }

  /** The next place where something may begin. Nearly always the next two characters say that nothing does. */
  #next(text: string, from: number): number {
    const pairs = this.#pairs;
    let second = text.charCodeAt(from);
    for (let at = from; at < text.length; at++) {
      const first = second;
      second = text.charCodeAt(at + 1);
      const isAscii = first < ASCII && !(second >= ASCII);
      if (isAscii ? pairs[pairOf(first, second)] : this.#hasOthers || isEscape(first)) return at;
    }
    return text.length;
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

  #markPairs(firsts: readonly number[], seconds: readonly number[]): void {
    for (const first of firsts) {
      for (const second of seconds) if (first < ASCII && second < ASCII) this.#pairs[pairOf(first, second)] = 1;
    }
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

function casesOf(character: number): readonly number[] {
  const upper = [...String.fromCodePoint(character).toUpperCase()].map((one) => one.codePointAt(0) ?? 0);
  return [character, ...upper];
}

/** After the text's last character, where `second` is NaN, nothing can begin. */
function pairOf(first: number, second: number): number {
  return first * ASCII + (second | 0);
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
