import { inflateRawSync, constants as zlib } from "node:zlib";

import { codeOf } from "../regular-file";

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
    hasArchive ||= unpacked === "archive";
    for (const text of [piece, ...(Buffer.isBuffer(unpacked) ? [unpacked] : [])].flatMap(textsOf)) {
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

/** The bytes as text: as UTF-8, and, where there are zeros, in units of two or four bytes. */
function textsOf(bytes: Buffer): readonly string[] {
  const wide = bytes.includes(0) ? wideTextsOf(bytes) : [];
  return [bytes.toString("utf8"), ...wide].flatMap((text) => {
    const unwrapped = text.replace(/\s{1,1000}|\\{1,8}[nrt]/g, "");
    return unwrapped.length < text.length ? [text, unwrapped] : [text];
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

/** Each once: a stack says most of what it says many times. */
function runsOf(pattern: RegExp, text: string): ReadonlySet<string> {
  const runs = new Set<string>();
  for (const [run] of text.matchAll(pattern)) runs.add(run);
  return runs;
}

// How zip (a saved plan is one), xz, zstd, bzip2 and 7z begin, whatever the file's name.
const ARCHIVES = ["504b0304", "fd377a585a00", "28b52ffd", "425a6839314159", "377abcaf271c"].map((hex) =>
  Buffer.from(hex, "hex"),
);
const GZIP = Buffer.from([0x1f, 0x8b, 8]);
// Text seldom is compressed to less than a hundredth; what is, would take time out of proportion.
const LARGEST_RATIO = 100;
const LARGEST_UNPACKED = 1024 * 1024;

/** What is compressed in the bytes by zlib, or by gzip behind whatever, in part when they are; undefined where nothing is. */
function unpack(bytes: Buffer): Buffer | "archive" | undefined {
  if (ARCHIVES.some((beginning) => bytes.subarray(0, beginning.length).equals(beginning))) return "archive";
  const start = isZlib(bytes) ? 2 : endOfGzipHeader(bytes);
  if (start === undefined) return undefined;
  try {
    // Not gunzip, which refuses what has other bytes behind it.
    return inflateRawSync(bytes.subarray(start), {
      maxOutputLength: Math.min(LARGEST_RATIO * bytes.length, LARGEST_UNPACKED),
      finishFlush: zlib.Z_SYNC_FLUSH,
    });
  } catch (error) {
    // Anything else only begins like it.
    return codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? "archive" : undefined;
  }
}

/** Whether the bytes begin with the header of zlib, whose two bytes are a multiple of 31 (RFC 1950). */
function isZlib(bytes: Buffer): boolean {
  if (bytes.length < 2) return false;
  const header = bytes.readUInt16BE(0);
  return (header & 0x8f20) === 0x0800 && header % 31 === 0;
}

/** Where the first header of gzip in the bytes ends (RFC 1952). */
function endOfGzipHeader(bytes: Buffer): number | undefined {
  const header = bytes.indexOf(GZIP);
  if (header < 0) return undefined;
  const flags = bytes[header + 3] ?? 0;
  let end = header + 10;
  if (flags & 4) end += 2 + (bytes[end] ?? 0) + 256 * (bytes[end + 1] ?? 0);
  // The file's name and a comment, each with a zero behind it.
  for (const flag of [8, 16]) if (flags & flag) end = bytes.indexOf(0, end) + 1;
  return flags & 2 ? end + 2 : end;
}
