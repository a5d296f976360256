// Spellings of a character in outside text: as it is, or as URLs, forms, JSON, shells, CSV, C, Python and HTML write it.
// White space and invisible characters are ignored: encoders and people break lines, and cleaning makes spaces of them.

import { endOfGap, isGap } from "./gaps";

/** A character, as a lower-case code point, and the place where the text continues. */
type Reading = readonly [character: number, end: number];

/** Stands for an unknown character beyond ASCII; not a code point of Unicode. */
export const UNKNOWN_CHARACTER = 0x110000;

const [PERCENT, BACKSLASH, AMPERSAND, PLUS, SPACE] = [0x25, 0x5c, 0x26, 0x2b, 0x20];
const [QUOTE, APOSTROPHE] = [0x22, 0x27];

/** Whether the character may begin the spelling of any other. */
export function isEscape(character: number): boolean {
  return character === BACKSLASH || character === PERCENT || character === AMPERSAND || character === PLUS;
}

/** CSV, SQL and PowerShell double quotation marks; a shell closes and opens them again around one. */
export function isQuote(character: number): boolean {
  return character === QUOTE || character === APOSTROPHE;
}

/** A code point in lower case, where that is one code point. */
export function lowerCase(character: number): number {
  if (character < 0x80) return character >= 0x41 && character <= 0x5a ? character + 0x20 : character;
  const lower = String.fromCodePoint(character).toLowerCase();
  const code = lower.codePointAt(0) ?? character;
  // The Kelvin sign stays: the search goes by the first character, which must not change between ASCII and beyond.
  return String.fromCodePoint(code) === lower && code >= 0x80 ? code : character;
}

// The most escapes of white space skipped in a row. Without a limit, a long run would be read from each place in it.
const MOST_GAPS = 8;

/** Returns every way to read the next character that is not ignored, from each of the places. */
export function readingsFrom(text: string, places: readonly number[]): readonly Reading[] {
  const open = [...places];
  const readings: Reading[] = [];
  for (const place of open) {
    for (const reading of readingsAt(text, place)) {
      const [character, end] = reading;
      if (!isGap(character)) readings.push(reading);
      if ((isGap(character) || isEncodedEscape(character, place, end, text)) && open.length < MOST_GAPS) {
        if (!open.includes(end)) open.push(end);
      }
    }
  }
  return readings;
}

/** Whether a backslash escapes the next character, and one of the two is encoded once more: JSON in a URL or in HTML. */
function isEncodedEscape(character: number, place: number, end: number, text: string): boolean {
  if (character !== BACKSLASH) return false;
  const next = text.charCodeAt(end);
  return text.charCodeAt(place) !== BACKSLASH || next === PERCENT || next === AMPERSAND;
}

/** Every way to read the character at this place. */
export function readingsAt(text: string, at: number): readonly Reading[] {
  const character = text.codePointAt(at);
  if (character === undefined) return [];
  if (isGap(character)) return [[SPACE, endOfGap(text, at)]];
  const itself: Reading = [lowerCase(character), at + (character > 0xffff ? 2 : 1)];
  switch (character) {
    case PERCENT:
      return [itself, ...bytesAt(PERCENT_BYTE, 16, text, at), ...percentSigns(text, at)];
    case BACKSLASH:
      return [itself, ...readBackslashes(text, at)];
    case AMPERSAND:
      return [itself, ...readEntity(text, at)];
    case PLUS:
      return [itself, [SPACE, at + 1]];
    case QUOTE:
    case APOSTROPHE:
      return matchAt(QUOTED, text, at) === null ? [itself] : [itself, [character, QUOTED.lastIndex]];
    default:
      return [itself];
  }
}

// These also match what has been escaped again: %2520, \\\\n, &amp;lt;.
const PERCENT_BYTE = /%(?:25)*([\da-f]{2})/iy;
const BACKSLASH_BYTE = /\\{1,15}x([\da-f]{2})/iy;
const BACKSLASH_OCTAL = /\\{1,15}([0-3][0-7]{2})/y;
const BACKSLASH_UNIT = /\\{1,15}u([\da-f]{4})/iy;
const BACKSLASH_POINT = /\\{1,15}(?:u\{([\da-f]{1,6})\}|U00([\da-f]{6}))/y;
const BACKSLASH_OTHER = /\\{1,15}([nrtbf]|[^\\\w])/iuy;
const QUOTED = /""|''|'\\{1,4}''|'"'"'/y;
const ENTITY = /&(?:amp;)*(?:#0*(\d{1,7});?|#x0*([\da-f]{1,6});?|([a-z][a-z\d]{1,31});)/iy;
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };
// HTML's names of ASCII characters, each before its character.
const NAMED = new Map(
  `amp& lt< gt> quot" apos' excl! num# dollar$ percnt% lpar( rpar) ast* midast* plus+ comma, period. sol/ colon: semi;
  equals= quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] hat^ lowbar_ underbar_ grave\` diacriticalgrave\` lcub{ lbrace{
  verbar| vert| verticalline| rcub} rbrace}`
    .split(/\s+/)
    .map((entry): [string, string] => [entry.slice(0, -1), entry.slice(-1)]),
);

function readBackslashes(text: string, at: number): readonly Reading[] {
  let count = 1;
  while (count < 16 && text.charCodeAt(at + count) === BACKSLASH) count += 1;
  // Each level of escaping doubles them.
  const doubled = [2, 4, 8, 16].filter((many) => many <= count).map((many): Reading => [BACKSLASH, at + many]);
  return count === 16 ? doubled : [...doubled, ...readEscaped(text[at + count] ?? "", text, at)];
}

function readEscaped(first: string, text: string, at: number): readonly Reading[] {
  if (first === "u" || first === "U") return [...readUnits(text, at), ...readPoint(text, at)];
  if (first === "x" || first === "X") return bytesAt(BACKSLASH_BYTE, 16, text, at);
  if (first >= "0" && first <= "3") return bytesAt(BACKSLASH_OCTAL, 8, text, at);
  const [, character] = matchAt(BACKSLASH_OTHER, text, at) ?? [];
  if (character === undefined) return [];
  return [reading(CONTROLS[character.toLowerCase()] ?? character, BACKSLASH_OTHER.lastIndex)];
}

/** \ud83d\ude00 are two units of one character. */
function readUnits(text: string, at: number): readonly Reading[] {
  const [, first] = matchAt(BACKSLASH_UNIT, text, at) ?? [];
  if (first === undefined) return [];
  const end = BACKSLASH_UNIT.lastIndex;
  const [, second] = matchAt(BACKSLASH_UNIT, text, end) ?? [];
  const both = second === undefined ? "" : String.fromCharCode(Number.parseInt(first, 16), Number.parseInt(second, 16));
  if ([...both].length === 1) return [reading(both, BACKSLASH_UNIT.lastIndex)];
  return [reading(String.fromCharCode(Number.parseInt(first, 16)), end)];
}

/** \u{1f600} in JavaScript and Rust, \U0001f600 in Python. */
function readPoint(text: string, at: number): readonly Reading[] {
  const [, short, long] = matchAt(BACKSLASH_POINT, text, at) ?? [];
  const digits = short ?? long;
  return digits === undefined ? [] : [reading(safeCharacter(Number.parseInt(digits, 16)), BACKSLASH_POINT.lastIndex)];
}

/** Reads one byte as a character, as Python writes it, or the bytes of one character in UTF-8. */
function bytesAt(pattern: RegExp, radix: number, text: string, at: number): readonly Reading[] {
  const bytes: number[] = [];
  const readings: Reading[] = [];
  let end = at;
  while (bytes.length < 4) {
    const [whole, byte = ""] = matchAt(pattern, text, end) ?? [];
    if (whole === undefined) break;
    bytes.push(Number.parseInt(byte, radix));
    end += whole.length;
    const character = Buffer.from(bytes).toString("utf8");
    if (bytes.length === 1) readings.push(reading(String.fromCharCode(bytes[0] ?? 0), end));
    else if ([...character].length === 1 && Buffer.from(character).equals(Buffer.from(bytes)))
      readings.push(reading(character, end));
    if (bytes.length === 1 && character !== "\ufffd") break;
  }
  return readings;
}

/** "%25" is a percent sign also where hexadecimal digits follow it, as in "%25ba". */
function percentSigns(text: string, at: number): readonly Reading[] {
  const readings: Reading[] = [];
  for (let end = at + 3; text.startsWith("25", end - 2) && readings.length < 4; end += 2) readings.push([PERCENT, end]);
  return readings;
}

/** HTML has two thousand more names: of characters beyond ASCII, and of white space. */
function readEntity(text: string, at: number): readonly Reading[] {
  const [whole, decimal, hex, name] = matchAt(ENTITY, text, at) ?? [];
  if (whole === undefined) return [];
  const end = at + whole.length;
  if (name === undefined)
    return [reading(safeCharacter(decimal ? Number(decimal) : Number.parseInt(hex ?? "", 16)), end)];
  const character = NAMED.get(name.toLowerCase());
  if (character !== undefined) return [reading(character, end)];
  return [
    [UNKNOWN_CHARACTER, end],
    [SPACE, end],
  ];
}

function safeCharacter(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function reading(character: string, end: number): Reading {
  return [lowerCase(character.codePointAt(0) ?? 0), end];
}
