import { isEscape, isQuote } from "./escapes";

const ASCII = 0x80;

/** The beginnings of the texts that are searched for, as a pattern. */
export class Beginnings {
  /** The third characters by the first and the second; all characters beyond ASCII count as one. */
  readonly #thirds = new Map<number, Map<number, Set<number>>>();
  #beyond = BUT_REPLACEMENT;
  #pattern: RegExp | undefined;

  add(characters: readonly number[]): void {
    if (characters[0] === REPLACEMENT) {
      this.#beyond = BEYOND_ASCII;
      this.#pattern = undefined;
    }
    const [first = 0, second = 0, third = 0] = characters.slice(0, 3).map(inAscii);
    const seconds = this.#thirds.get(first) ?? new Map<number, Set<number>>();
    const thirds = seconds.get(second) ?? new Set();
    if (thirds.has(third)) return;
    this.#thirds.set(first, seconds.set(second, thirds.add(third)));
    this.#pattern = undefined;
  }

  /** Whether a text begins with the character. */
  has(character: number): boolean {
    return this.#thirds.has(inAscii(character));
  }

  /** Each match is one UTF-16 unit: the first of an escape or, if its next two characters may follow, of a text. */
  get pattern(): RegExp {
    this.#pattern ??= patternOf(this.#thirds, this.#beyond);
    return this.#pattern;
  }
}

const BEYOND_ASCII = "\\x80-\\uffff";
// Binary data decodes to many of these, and stopping at each would take long.
const REPLACEMENT = 0xfffd;
const BUT_REPLACEMENT = "\\x80-\\ufffc\\ufffe\\uffff";
const ESCAPES = Array.from({ length: ASCII }, (_, character) => (isEscape(character) ? cases(character) : "")).join("");
// ANY: may spell any character, or is ignored. GAPS: white space, which may precede the next character.
const ANY = `${ESCAPES}${BEYOND_ASCII}`;
const GAPS = "[\\0-\\x20\\x7f]*";
/** With more beginnings than this, it is faster to test for any of their first characters before trying each one. */
const MANY = 16;

function patternOf(thirds: ReadonlyMap<number, ReadonlyMap<number, ReadonlySet<number>>>, beyond: string): RegExp {
  const ascii = [...thirds].filter(([first]) => first < ASCII);
  const beginnings = ascii.map(([first, seconds]) => `[${cases(first)}](?=${GAPS}(?:${nextOf(first, seconds)}))`);
  const firsts = ascii.map(([first]) => cases(first)).join("");
  const others = ascii.length < thirds.size ? beyond : "";
  const begins = beginnings.length > MANY ? `(?=[${firsts}])(?:${beginnings.join("|")})` : beginnings.join("|");
  return new RegExp([`[${ESCAPES}${others}]`, begins].join("|"), "g");
}

function nextOf(first: number, seconds: ReadonlyMap<number, ReadonlySet<number>>): string {
  const pairs = [...seconds]
    .filter(([second]) => second < ASCII)
    .map(([second, thirds]) => `[${cases(second)}]${GAPS}[${ANY}${twice(second)}${[...thirds].map(cases).join("")}]`);
  return [`[${ANY}${twice(first)}]`, ...pairs].join("|");
}

/** The character; all characters beyond ASCII are one. */
export function inAscii(character: number): number {
  return Math.min(character, ASCII);
}

/** A quotation mark may be written twice, and a shell writes one inside the other. */
function twice(character: number): string {
  return isQuote(character) ? "\\x22\\x27" : "";
}

/** Returns the character in lower and upper case, for a character class; nothing beyond ASCII. */
function cases(character: number): string {
  if (character >= ASCII) return "";
  const lower = String.fromCharCode(character);
  return [lower, lower.toUpperCase()].map(quoted).join("");
}

function quoted(character: string): string {
  return /\w/.test(character) ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
