import { inspect } from "node:util";

import { patternOf } from "./spelling";

export const REDACTED = "[redacted]";

/**
 * A value that shows itself in no text, no JSON and no `inspect`; only `reveal()` hands it out. Making one is enough
 * for every text of this run to be masked of it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    remember(value);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

type Range = readonly [start: number, end: number];
type Finder = (text: string) => readonly Range[];

// The one state that a module of this project keeps: a secret that had to be handed around could be forgotten on the way.
const finders = new Map<string, Finder>();

function remember(value: string): void {
  if (!finders.has(value)) finders.set(value, finderOf(value));
}

// What a secret looks like when nobody has named its value.
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\btw_[A-Za-z0-9]{6,}/g, `tw_${REDACTED}`], // licence token in the path of the Defender's image
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, REDACTED], // JSON Web Token
  [/\beyJ[A-Za-z0-9+/_-]{60,}={0,2}/g, REDACTED], // base64 of a JSON object, as the install bundle is
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
];

/**
 * The text without the secrets of this run, by value in whatever spelling, and without what has the shape of a token,
 * a bundle or a licence token.
 */
export function mask(text: string): string {
  // All are found before any is replaced: one secret may be a part of another, or of the mark that replaces it.
  const ranges = [...finders.values()].flatMap((find) => find(text));
  const masked = ranges.length === 0 ? text : replaceAt(text, ranges);
  return SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), masked);
}

/** Whether the text holds one of the values, in whatever spelling. */
export function holdsSecret(text: string, secrets: readonly Secret[]): boolean {
  return secrets.some((secret) => (finders.get(secret.reveal())?.(text) ?? []).length > 0);
}

function finderOf(value: string): Finder {
  const source = patternOf(value);
  if (!source) return () => [];
  let guard: RegExp | undefined;
  let pattern: RegExp | undefined;
  return (text) => {
    guard ??= new RegExp(source.guard, "iu");
    if (!guard.test(text)) return [];
    pattern ??= new RegExp(source.pattern, "giu");
    return [...text.matchAll(pattern)].map(({ 0: match, index }) => [index, index + match.length]);
  };
}

/** Each run of ranges that overlap becomes one mark. */
function replaceAt(text: string, ranges: readonly Range[]): string {
  let result = "";
  let end = 0;
  for (const [start, itsEnd] of ranges.toSorted(([one], [other]) => one - other)) {
    if (start >= end) result += text.slice(end, start) + REDACTED;
    end = Math.max(end, itsEnd);
  }
  return result + text.slice(end);
}
