import { inspect } from "node:util";

import { Finder } from "./finder";

export const REDACTED = "[redacted]";

/**
 * A value that shows itself in no text, no JSON and no `inspect`; only `reveal()` hands it out. Making one is enough
 * for every text of this run to be masked of it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    ofThisRun.add(value);
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
const ofThisRun = new Finder();
const ofLists = new WeakMap<readonly Secret[], { readonly count: number; readonly finder: Finder }>();

// Licence token in the path of the Defender's image, behind whatever an encoder leaves there. TW_CONTAINER_NAME is none.
const LICENCE = /\btw_[A-Za-z0-9]{6,}|[Tt][Ww](?:_|%5[Ff])(?=[A-Za-z]*\d)[A-Za-z0-9]{10,}/;

// What a secret looks like when nobody has named its value.
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [new RegExp(LICENCE, "g"), `tw_${REDACTED}`],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, REDACTED], // JSON Web Token
  [/\be(?:yJ|yA[gi]|wo[giJ]|w0K|wki)[A-Za-z0-9+/_-]{60,}={0,2}/g, REDACTED], // base64 of a JSON object, as the install bundle is
  [/(\/\/[^\s/:@]{0,100}:)(?!password@)[^\s/@]{1,1000}(?=@)/g, `$1${REDACTED}`], // an address with a password, but for our example's
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
];

/**
 * The text without the secrets of this run, by value in whatever spelling, and without what has the shape of a token,
 * a bundle or a licence token.
 */
export function mask(text: string): string {
  return SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), withoutValues(text));
}

/** Whether a licence token is in the text, by its shape. */
export function hasLicenceToken(text: string): boolean {
  return LICENCE.test(text);
}

/** Whether every text of this run is masked of the value already. */
export function isMasked(value: string): boolean {
  return ofThisRun.has(value);
}

/** Whether the text holds one of the values, in whatever spelling. */
export function holdsSecret(text: string, secrets: readonly Secret[]): boolean {
  const made = ofLists.get(secrets);
  if (made?.count === secrets.length) return made.finder.isIn(text);
  const finder = new Finder();
  for (const secret of secrets) finder.add(secret.reveal());
  ofLists.set(secrets, { count: secrets.length, finder });
  return finder.isIn(text);
}

/** All are found before any is replaced, and each run of ranges that overlap becomes one mark: one secret may be a part of another. */
function withoutValues(text: string): string {
  let result = "";
  let end = 0;
  for (const [start, itsEnd] of ofThisRun.rangesIn(text)) {
    if (start >= end) result += text.slice(end, start) + REDACTED;
    end = Math.max(end, itsEnd);
  }
  return end === 0 ? text : result + text.slice(end);
}
