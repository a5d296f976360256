// How a character may be spelled in outside text: as it is, or as URLs, forms, JSON, shells, Python and HTML write it.

/** A character, as a lower-case code point, and where the text goes on after it. */
export type Reading = readonly [character: number, end: number];

const [PERCENT, BACKSLASH, AMPERSAND, PLUS, SPACE] = [0x25, 0x5c, 0x26, 0x2b, 0x20];

/** Whether more than the character itself may be meant here. */
export function isEscape(character: number): boolean {
  return character === BACKSLASH || character === PERCENT || character === AMPERSAND || character === PLUS;
}

/** Every way to read an escape at this place, besides as the character that it begins with. */
export function readEscape(text: string, at: number): readonly Reading[] {
  switch (text.codePointAt(at)) {
    case PERCENT:
      return [...bytesAt(PERCENT_BYTE, text, at), ...percentSigns(text, at)];
    case BACKSLASH:
      return readBackslashes(text, at);
    case AMPERSAND:
      return readEntity(text, at);
    default:
      return [[SPACE, at + 1]];
  }
}

/** A code point in lower case, where that is one code point. */
export function lowerCase(character: number): number {
  if (character < 0x80) return character >= 0x41 && character <= 0x5a ? character + 0x20 : character;
  const lower = String.fromCodePoint(character).toLowerCase();
  const code = lower.codePointAt(0) ?? character;
  return String.fromCodePoint(code) === lower ? code : character;
}

// What has been escaped once more: %2520, \\\\n, &amp;lt;.
const PERCENT_BYTE = /%(?:25)*([\da-f]{2})/iy;
const BACKSLASH_BYTE = /\\{1,7}x([\da-f]{2})/iy;
const BACKSLASH_UNIT = /\\{1,7}u([\da-f]{4})/iy;
const BACKSLASH_OTHER = /\\{1,7}([nrtbf]|[^\\\w])/iuy;
const ENTITY = /&(?:amp;)*(?:#0*(\d{1,7})|#x0*([\da-f]{1,6})|(amp|lt|gt|quot|apos));/iy;
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function readBackslashes(text: string, at: number): readonly Reading[] {
  let count = 1;
  while (count < 8 && text.charCodeAt(at + count) === BACKSLASH) count += 1;
  // Each writer doubles them.
  const doubled = [2, 4, 8].filter((many) => many <= count).map((many): Reading => [BACKSLASH, at + many]);
  if (count === 8) return doubled;
  const [, unit] = matchAt(BACKSLASH_UNIT, text, at) ?? [];
  if (unit !== undefined) return [...doubled, readUnits(text, unit)];
  const bytes = bytesAt(BACKSLASH_BYTE, text, at);
  if (bytes.length > 0) return [...doubled, ...bytes];
  const [whole, character = ""] = matchAt(BACKSLASH_OTHER, text, at) ?? [];
  if (whole === undefined) return doubled;
  return [...doubled, reading(CONTROLS[character.toLowerCase()] ?? character, at + whole.length)];
}

/** \ud83d\ude00 are two units of one character. */
function readUnits(text: string, first: string): Reading {
  const end = BACKSLASH_UNIT.lastIndex;
  const [, second] = matchAt(BACKSLASH_UNIT, text, end) ?? [];
  const both = second === undefined ? "" : String.fromCharCode(Number.parseInt(first, 16), Number.parseInt(second, 16));
  if ([...both].length === 1) return reading(both, BACKSLASH_UNIT.lastIndex);
  return reading(String.fromCharCode(Number.parseInt(first, 16)), end);
}

/** One byte as it is, as Python writes it, or the bytes of one character in UTF-8. */
function bytesAt(pattern: RegExp, text: string, at: number): readonly Reading[] {
  const bytes: number[] = [];
  const readings: Reading[] = [];
  let end = at;
  while (bytes.length < 4) {
    const [whole, byte = ""] = matchAt(pattern, text, end) ?? [];
    if (whole === undefined) break;
    bytes.push(Number.parseInt(byte, 16));
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

function readEntity(text: string, at: number): readonly Reading[] {
  const [whole, decimal, hex, name] = matchAt(ENTITY, text, at) ?? [];
  if (whole === undefined) return [];
  const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  const character = name === undefined ? safeCharacter(code) : (NAMED[name.toLowerCase()] ?? "");
  return [reading(character, at + whole.length)];
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
