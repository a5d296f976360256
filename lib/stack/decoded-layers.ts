import { unpack } from "./unpack";

/** Texts of a file, or texts decoded from them, joined into one. */
type Layer = {
  readonly text: string;
  /** Whether the bytes that the text was read from hold an archive that can't be unpacked. */
  readonly hasArchive: boolean;
};

// Levels of encoding that are decoded.
const DEPTH = 3;
// Characters per batch of texts: searching all texts at once would take much memory.
const BATCH = 1024 * 1024;
// Separates joined texts: not white space, and in the alphabet of no encoding.
const BETWEEN = "|";

/**
 * Yields the bytes as text, and every text encoded in them: wrapped in lines, in UTF-16 or UTF-32, compressed, in base64
 * or hex, also nested. Takes time linear in the size.
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

/** Decodes the bytes as UTF-8 and, if they contain zeros, as UTF-16 and UTF-32; also without escapes and white space. */
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

/** Decodes URL, JSON and HTML escapes of ASCII characters that shapes and encodings are recognized by. */
function unescaped(text: string): string {
  return text.replace(ESCAPE, (_, hex?: string, decimal?: string, itself?: string, name?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCharCode(Number(decimal));
    return itself ?? NAMED.get((name ?? "").toLowerCase()) ?? "-";
  });
}

/** Decodes UTF-16 at even and odd offsets in both byte orders, and Latin-1 without zeros, which reads most UTF-32. */
function wideTextsOf(bytes: Buffer): readonly string[] {
  const units = [bytes, bytes.subarray(1)].flatMap((part) => [part, swapped(part)]);
  return [...units.map((part) => part.toString("utf16le")), bytes.toString("latin1").replaceAll("\0", "")];
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
}

// The shortest value that is searched for in encodings has 8 characters: encoded twice, it has at least these lengths. A
// pattern without an upper limit needs memory for each character.
const BASE64 = /[\w+/-]{15,1048576}/g;
const HEX = /[0-9a-f]{22,1048576}/gi;

function* encodedIn(text: string): Generator<Buffer> {
  for (const run of runsOf(BASE64, text)) {
    // Characters of base64's alphabet may precede the encoded text, so it may begin at any of four offsets.
    for (const start of [0, 1, 2, 3]) yield Buffer.from(run.slice(start), "base64");
  }
  for (const run of runsOf(HEX, text)) {
    for (const start of [0, 1]) yield Buffer.from(run.slice(start), "hex");
  }
}

/** Returns each run once, since a stack repeats most texts. Joins runs that only the pattern's limit has split. */
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
