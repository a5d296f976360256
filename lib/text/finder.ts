import { Beginnings, inAscii } from "./beginnings";
import { encodedForms, type Form } from "./encodings";
import { isEscape, isQuote, lowerCase, readingsAt, readingsFrom, UNKNOWN_CHARACTER } from "./escapes";
import { Forms } from "./forms";
import { endOfGap, isGap } from "./gaps";

const SPELLINGS = 8;
const ASCII = 0x80;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const REST = /[\w+/=%&#;.~\\-]/;
// The rest continues over a line break if enough of an encoding follows.
const BEHIND_REST = /(?![\s\p{Cc}\p{Cf}]{1,64}[\w+/-]{20})[^\w+/=%&#;.~\\-]/gu;

type Range = readonly [start: number, end: number];

/** The longest end of the forms found at a place, and their kinds. */
type Match = { readonly end: number; readonly kinds: ReadonlySet<Form["kind"]> };

/**
 * Finds values in text: in any case and spelling, in base64 and hex, with white space anywhere. It takes one pass over the
 * text, and no longer for a thousand values than for one.
 */
export class Finder {
  readonly #values = new Set<string>();
  readonly #ids = new Set<string>();
  readonly #forms = new Map<number, Forms>();
  readonly #beginnings = new Beginnings();

  /** A value of less than four characters is never found. */
  add(value: string): void {
    if (this.#values.has(value)) return;
    this.#values.add(value);
    for (const form of encodedForms(value)) this.#addForm(form);
  }

  has(value: string): boolean {
    return this.#values.has(value);
  }

  #addForm(form: Form): void {
    if (this.#ids.has(form.id)) return;
    this.#ids.add(form.id);
    const [first = 0, second = 0] = form.characters;
    const key = keyOf(first, second);
    const same = this.#forms.get(key) ?? new Forms([first, second].map(inAscii));
    this.#forms.set(key, same);
    same.add(form);
    this.#beginnings.add(form.characters);
  }

  /** Where the text holds one of the values, in order; ranges may overlap. */
  *rangesIn(text: string): Generator<Range, void> {
    if (this.#forms.size === 0) return;
    const { pattern } = this.#beginnings;
    let reached = 0;
    // A few characters nearly always show that nothing begins here, and a pattern is fast from its first use.
    for (let next = 0; ; ) {
      pattern.lastIndex = next;
      if (!pattern.test(text)) return;
      next = pattern.lastIndex;
      const match = this.#matchAt(text, next - 1);
      if (match === undefined) continue;
      const start = match.kinds.has("piece") ? startOfRest(text, next - 1, reached) : next - 1;
      const hasRest = match.kinds.has("piece") || match.kinds.has("head");
      const end = hasRest ? endOfRest(text, Math.max(match.end, reached)) : match.end;
      reached = Math.max(reached, end);
      yield [start, end];
    }
  }

  isIn(text: string): boolean {
    return this.rangesIn(text).next().done === false;
  }

  #matchAt(text: string, at: number): Match | undefined {
    const [first, second] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
    const forms =
      isPlain(first) && isPlain(second)
        ? this.#forms.get(keyOf(lowerCase(first), lowerCase(second)))?.at(text, at)
        : this.#formsReadAt(text, at);
    let match: Match | undefined;
    for (const form of forms ?? []) {
      const end = endOf(form, text, at);
      if (end === undefined) continue;
      match = { end: Math.max(end, match?.end ?? at), kinds: new Set([...(match?.kinds ?? []), form.kind]) };
    }
    return match;
  }

  #formsReadAt(text: string, at: number): readonly Form[] {
    // No form begins with white space, and a run of it must not be read from each place in it.
    if (isGap(text.codePointAt(at) ?? 0)) return [];
    const forms = readingsAt(text, at)
      .filter(([first]) => this.#beginnings.has(first))
      .flatMap(([first, next]) =>
        readingsFrom(text, [next]).flatMap(([second]) => {
          // Two unknown characters would begin too many forms.
          const isUnknown = first === UNKNOWN_CHARACTER && second === UNKNOWN_CHARACTER;
          return isUnknown ? [] : (this.#forms.get(keyOf(first, second))?.at(text, at) ?? []);
        }),
      );
    return [...new Set(forms)];
  }
}

/** Follows up to `SPELLINGS` spellings at once: only a run of backslashes has more. */
function endOf({ characters, kind }: Form, text: string, at: number): number | undefined {
  if (kind === "word" && at > 0 && LETTER_OR_DIGIT.test(text[at - 1] ?? "")) return undefined;
  let place = at;
  let matched = 0;
  while (matched < characters.length) {
    const character = text.codePointAt(place);
    if (character === undefined) return undefined;
    if (isEscape(character) || isQuote(character)) break;
    if (lowerCase(character) === characters[matched]) {
      place += character > 0xffff ? 2 : 1;
      matched += 1;
    } else if (isGap(character)) place = endOfGap(text, place);
    else return undefined;
  }
  let places: readonly number[] = [place];
  for (const character of characters.slice(matched)) {
    const next = new Set<number>();
    for (const [read, end] of readingsFrom(text, places)) {
      if (read === character || (read === UNKNOWN_CHARACTER && character >= ASCII)) next.add(end);
    }
    if (next.size === 0) return undefined;
    places = [...next].slice(0, SPELLINGS);
  }
  const end = Math.max(...places);
  return kind === "word" && LETTER_OR_DIGIT.test(text[end] ?? "") ? undefined : end;
}

function isPlain(unit: number): boolean {
  return unit < ASCII && !isEscape(unit) && !isQuote(unit) && !isGap(unit);
}

/** All characters beyond ASCII share one key: HTML's names don't show which character they mean. */
function keyOf(first: number, second: number): number {
  return inAscii(first) * (ASCII + 1) + inAscii(second);
}

function startOfRest(text: string, at: number, least: number): number {
  let start = at;
  while (start > least && REST.test(text[start - 1] ?? "")) start -= 1;
  return start;
}

function endOfRest(text: string, at: number): number {
  BEHIND_REST.lastIndex = at;
  return BEHIND_REST.exec(text)?.index ?? text.length;
}
