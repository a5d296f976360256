import { unpack } from "./unpack";

/** A text of a file, or many texts that are encoded in it, one after the other. */
type Layer = {
  readonly text: string;
  /** Whether an archive that can't be looked into is among what the text was read from. */
  readonly hasArchive: boolean;
};

// An encoded text is looked into this many times.
const DEPTH = 3;
// Many short texts are searched at once, and not all: that would take much memory.
const BATCH = 1024 * 1024;
// Belongs to no encoding and is no white space, so that neighbours stay apart.
const BETWEEN = "|";

/**
 * The bytes as text, and all that is encoded in it: wrapped in lines, in UTF-16 or UTF-32, compressed, in base64 or hex,
 * several times over. Takes time linear in the size.
 */
export function* layersOf(pieces: Iterable<Buffer>, depth = DEPTH): Generator<Layer> {
  for (const layer of batches(pieces)) {
    yield layer;
    if (depth > 0) yield* layersOf(encodedIn(layer.text), depth - 1);
  }
}

function* batches(pieces: Iterable<Buffer>): Generator<Layer> {
  let texts: string[] = [];
  let size = 0;
  let hasArchive = false;
  for (const piece of pieces) {
    const unpacked = unpack(piece);
    hasArchive ||= unpacked.hasArchive;
    for (const text of [piece, ...unpacked.contents].flatMap(textsOf)) {
      texts.push(text);
      size += text.length;
      if (size < BATCH) continue;
      yield { text: texts.join(BETWEEN), hasArchive };
      texts = [];
      size = 0;
    }
  }
  if (texts.length > 0) yield { text: texts.join(BETWEEN), hasArchive };
}

/** The bytes as text: as UTF-8, and, where there are zeros, in units of two or four bytes; without escapes and wrapping, too. */
function textsOf(bytes: Buffer): readonly string[] {
  const wide = bytes.includes(0) ? wideTextsOf(bytes) : [];
  const texts = [bytes.toString("utf8"), ...wide];
  const once = texts.map(unescaped);
  const all = new Set([...texts, ...once, ...once.map(unescaped)]);
  for (const text of [...all]) all.add(text.replace(/\s{1,1000}|\\{1,8}[nrt]/g, ""));
  return [...all];
}

const ESCAPE =
  /(?:%|\\u00|\\x|&#x0{0,4})(0[9ad]|[2-7][\da-f]);?|&#0{0,4}(\d{2,3});|\\(["'/\\])|&(quot|apos|amp|plus|sol|equals|period|lowbar|hyphen|dash);/gi;
const NAMED = new Map(
  Object.entries({ quot: '"', apos: "'", amp: "&", plus: "+", sol: "/", equals: "=", period: ".", lowbar: "_" }),
);

/** What URLs, JSON and HTML escape of ASCII, as it is: shapes and encodings are known by it. */
function unescaped(text: string): string {
  return text.replace(ESCAPE, (_, hex?: string, decimal?: string, itself?: string, name?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCharCode(Number(decimal));
    return itself ?? NAMED.get((name ?? "").toLowerCase()) ?? "-";
  });
}

/** As UTF-16 at an even or odd place and in either byte order; without the zeros, as UTF-32 has most characters. */
function wideTextsOf(bytes: Buffer): readonly string[] {
  const units = [bytes, bytes.subarray(1)].flatMap((part) => [part, swapped(part)]);
  return [...units.map((part) => part.toString("utf16le")), bytes.toString("latin1").replaceAll("\0", "")];
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
}

// The shortest value that is searched for in encodings has 8 characters: encoded twice it has at least so many. Without an
// end a pattern needs memory for each character.
const BASE64 = /[\w+/-]{15,1048576}/g;
const HEX = /[0-9a-f]{22,1048576}/gi;

function* encodedIn(text: string): Generator<Buffer> {
  for (const run of runsOf(BASE64, text)) {
    // What stands before it may be of base64's alphabet too: it begins at any of four places.
    for (const start of [0, 1, 2, 3]) yield Buffer.from(run.slice(start), "base64");
  }
  for (const run of runsOf(HEX, text)) {
    for (const start of [0, 1]) yield Buffer.from(run.slice(start), "hex");
  }
}

/** Each once: a stack says most of what it says many times. What only the pattern's limit has parted is one. */
function runsOf(pattern: RegExp, text: string): ReadonlySet<string> {
  const runs = new Set<string>();
  let last = "";
  let end = -1;
  for (const { 0: run, index } of text.matchAll(pattern)) {
    if (index !== end) runs.add(last);
    last = index === end ? last + run : run;
    end = index + run.length;
  }
  return runs.add(last);
}
