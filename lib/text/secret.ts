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

// The one state that a module of this project keeps: a secret that had to be handed around could be forgotten on the way.
const values = new Set<string>();
let pattern: RegExp | undefined;

function remember(value: string): void {
  if (values.has(value)) return;
  values.add(value);
  pattern = undefined;
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
  // Longest first and in one pass: one secret may be a part of another, or of the mark that replaces it.
  pattern ??= anyOf([...values].sort((one, other) => other.length - one.length).flatMap(patternOf));
  const masked = text.replace(pattern, REDACTED);
  return SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), masked);
}

/** Whether the text holds one of the values, in whatever spelling. */
export function holdsSecret(text: string, secrets: readonly Secret[]): boolean {
  return anyOf(secrets.flatMap((secret) => patternOf(secret.reveal()))).test(text);
}

function anyOf(patterns: readonly string[]): RegExp {
  return new RegExp(patterns.length > 0 ? patterns.join("|") : "(?!)", "giu");
}
