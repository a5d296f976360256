import { inspect } from "node:util";

import { Finder } from "./finder";

export const REDACTED = "[redacted]";

/**
 * A value that no text, no JSON and no `inspect` shows; only `reveal()` returns it. Creating one makes every text of this
 * run mask it.
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

// The only state in a module, besides caches: a secret that had to be passed around could be forgotten on the way.
const ofThisRun = new Finder();

// A licence token in the path of the Defender's image. The last alternative needs no word boundary, since an encoder may
// leave letters in front. TW_CONTAINER_NAME must not match, nor a task or file named tw_orders. console/answers.ts knows the
// prefix, too.
const LICENCE =
  /\btw_(?:(?=[A-Za-z]*\d)[A-Za-z0-9]{6,}|[A-Za-z]{16,}|[A-Za-z]{6,}(?=\/twistlock))|[Tt][Ww](?:_|%5[Ff])(?=[A-Za-z]*\d)[A-Za-z0-9]{10,}/;

// Shapes of secrets whose value is not known. check-artifact has its own (stack/secrets-in-file.ts): here a false match only
// masks a word, there it fails the run.
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [new RegExp(LICENCE, "g"), `tw_${REDACTED}`],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, REDACTED], // JSON Web Token
  [/\be(?:yJ|yA[gi]|wo[giJ]|w0K|wki)[A-Za-z0-9+/_-]{60,}={0,2}/g, REDACTED], // base64 of a JSON object, as the install bundle is
  [/(\/\/[^\s/:@]{0,100}:)(?!password@)[^\s/@]{1,1000}(?=@)/g, `$1${REDACTED}`], // an address with a password, except the example's
  // Not the words in "Basic monitoring only".
  [/\b([Bb]earer|BEARER|[Bb]asic|BASIC)\s+(?=[\w.~+/=-]*[A-Z0-9+=]|[\w.~+/=-]{20})[\w.~+/=-]{8,}/g, `$1 ${REDACTED}`],
];

/**
 * Masks the secrets of this run, by value in any spelling, and everything with the shape of a secret, such as a token, a
 * bundle or a licence token.
 */
export function mask(text: string): string {
  return SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), withoutValues(text));
}

/** Whether a licence token is in the text, by its shape. */
export function hasLicenceToken(text: string): boolean {
  return LICENCE.test(text);
}

/** Whether every text of this run already masks the value. */
export function isMasked(value: string): boolean {
  return ofThisRun.has(value);
}

/** Returns a finder of these secrets in any spelling. Making one takes time, and so does adding a secret to it. */
export function finderOf(secrets: readonly Secret[]): Finder {
  const finder = new Finder();
  for (const secret of secrets) finder.add(secret.reveal());
  return finder;
}

/** Finds all before replacing any, and makes one mark of overlapping ranges: a secret may be a part of another. */
function withoutValues(text: string): string {
  let result = "";
  let end = 0;
  for (const [start, itsEnd] of ofThisRun.rangesIn(text)) {
    if (start >= end) result += text.slice(end, start) + REDACTED;
    end = Math.max(end, itsEnd);
  }
  return end === 0 ? text : result + text.slice(end);
}
