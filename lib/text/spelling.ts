// How a secret may be spelled in outside text: as it is, or as URLs, forms, JSON, HTML, base64 and hex write it.

// Shorter values are no secrets that masking could keep, and stand in any text; up to WORD they count as whole words.
const SHORTEST = 4;
const WORD = 8;
// Of a longer value the beginning is enough, with all that follows it.
const LONGEST = 256;
const HEAD = 48;
const REST = "[\\w+/=%&#;.~\\\\-]*";

/** Sources of regular expressions (flags `iu`) that find a value in any spelling; undefined for a value too short. */
export function patternOf(value: string): { readonly pattern: string; readonly guard: string } | undefined {
  if (value.length < SHORTEST) return undefined;
  const head = value.length <= LONGEST ? value : value.slice(0, HEAD);
  const others = value.length < WORD ? [] : encodings(head);
  const whole = [charByChar(head), ...others].join("|");
  const pattern =
    value.length < WORD
      ? `(?<![\\p{L}\\p{N}])${whole}(?![\\p{L}\\p{N}])`
      : `(?:${whole})${value.length > LONGEST ? REST : ""}`;
  // The whole pattern takes Node 10 ms to compile, which a text without a spelling's beginning doesn't need.
  return { pattern, guard: [charByChar([...value].slice(0, SHORTEST).join("")), ...others].join("|") };
}

// Every writer escapes other characters, and some of them more than once.
function charByChar(value: string): string {
  return [...value].map((character) => `(?:${spellingsOf(character).join("|")})`).join("");
}

const NAMED: Readonly<Record<string, string>> = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", " ": "\\+" },
  ...{ "\n": "\\\\{1,7}n", "\r": "\\\\{1,7}r", "\t": "\\\\{1,7}t", "\b": "\\\\{1,7}b", "\f": "\\\\{1,7}f" },
};

function spellingsOf(character: string): readonly string[] {
  const code = character.codePointAt(0) ?? 0;
  const units = [...character].flatMap((one) => one.split("")).map((unit) => hex(unit.charCodeAt(0), 4));
  const bytes = [...Buffer.from(character)].map((byte) => hex(byte, 2));
  const named = NAMED[character];
  return [
    // JSON and shells put a backslash in front of some.
    /[\w\s]/.test(character) ? escapePattern(character) : `\\\\{0,7}${escapePattern(character)}`,
    bytes.map((byte) => `%(?:25)*${byte}`).join(""),
    units.map((unit) => `\\\\{1,7}u${unit}`).join(""),
    bytes.map((byte) => `\\\\{1,7}x${byte}`).join(""),
    `&#0*${code};`,
    `&#x0*${code.toString(16)};`,
    ...(named ? [named] : []),
  ];
}

function encodings(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  // At each of its three places within base64, without the characters that its neighbours have a part in.
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const isCut = (offset + bytes.length) % 3 !== 0;
    return text.slice(offset === 0 ? 0 : offset + 1, isCut ? -1 : undefined);
  });
  return [
    bytes.toString("hex"),
    ...base64.map((text) =>
      escapePattern(text).replaceAll("\\+", "(?:[+-]|%2b)").replaceAll("\\/", "(?:\\\\?[/_]|%2f)"),
    ),
  ];
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
