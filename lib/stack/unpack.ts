import { inflateRawSync, constants as zlib } from "node:zlib";

import { codeOf } from "../regular-file";

type Unpacked = {
  readonly contents: readonly Buffer[];
  /** Whether anything is in a format that can't be unpacked, or is too large or nested too deeply. */
  readonly hasArchive: boolean;
};

// Levels of nested compression that are accepted.
const DEPTH = 3;
// More gzip headers than this in one place are mostly false, and each costs time.
const MOST_STREAMS = 100;

// First bytes of archives, in Latin-1, for any file name; also behind other bytes, as in a tar, if too long to be chance.
const ARCHIVES = new RegExp(
  [
    "^PK\\x03\\x04|PK\\x03\\x04[\\x0a-\\x3f]\\0", // zip, as a saved plan is
    "^\\x28\\xb5\\x2f\\xfd", // zstd
    "\\xfd7zXZ\\0", // xz
    "BZh[1-9]1AY&SY", // bzip2
    "7z\\xbc\\xaf\\x27\\x1c", // 7z
    "Rar!\\x1a\\x07",
  ].join("|"),
);
// The headers that zlib writes with its usual window, and soon a byte that is no text: x^2 isn't one.
// biome-ignore lint/suspicious/noControlCharactersInRegex: compressed data holds these
const ZLIB = /x[\x01\x5e\x9c\xda](?=[\s\S]{0,15}[\0-\x08\x0e-\x1f\x7f-\xff])/g;
/** One more stream is accepted for each so many bytes: by chance, headers occur less often. */
const BYTES_PER_CHANCE = 8192;
const GZIP = Buffer.from([0x1f, 0x8b, 8]);
// Text seldom compresses to less than a hundredth; unpacking anything beyond that would take too much time.
const LARGEST_RATIO = 100;
const LARGEST_UNPACKED = 1024 * 1024;
// For all streams of a piece together, nested ones included: each may hold many, so their sizes could multiply.
const LARGEST_TOTAL = 16 * LARGEST_UNPACKED;

/** Unpacks data compressed by zlib or gzip, also behind any other bytes, and nested; a truncated stream in part. */
export function unpack(bytes: Buffer, depth = DEPTH, room = { bytes: LARGEST_TOTAL }): Unpacked {
  const characters = bytes.toString("latin1");
  if (ARCHIVES.test(characters)) return { contents: [], hasArchive: true };
  const starts = [...gzipStreamsIn(bytes), ...zlibStreamsIn(bytes, characters)];
  if (starts.length === 0) return { contents: [], hasArchive: false };
  const most = MOST_STREAMS + Math.floor(bytes.length / BYTES_PER_CHANCE);
  const streams = starts.slice(0, most).map((start) => inflate(bytes.subarray(start), room));
  const contents = streams.filter((stream) => Buffer.isBuffer(stream));
  const inner = depth > 0 ? contents.map((content) => unpack(content, depth - 1, room)) : [];
  const isTooDeep = depth === 0 && contents.length > 0;
  return {
    contents: [...contents, ...inner.flatMap((one) => one.contents)],
    hasArchive:
      isTooDeep || starts.length > most || streams.includes("too large") || inner.some(({ hasArchive }) => hasArchive),
  };
}

/** Returns undefined for bytes that only begin like compressed data. */
function inflate(bytes: Buffer, room: { bytes: number }): Buffer | "too large" | undefined {
  if (room.bytes <= 0) return "too large";
  try {
    // Not gunzip, which refuses data followed by other bytes.
    const content = inflateRawSync(bytes, {
      maxOutputLength: Math.min(LARGEST_RATIO * bytes.length, LARGEST_UNPACKED),
      finishFlush: zlib.Z_SYNC_FLUSH,
    });
    room.bytes -= content.length;
    return content;
  } catch (error) {
    return codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? "too large" : undefined;
  }
}

/** Whether the bytes begin with a zlib header, two bytes whose value is a multiple of 31 (RFC 1950). */
function isZlib(bytes: Buffer): boolean {
  if (bytes.length < 2) return false;
  const header = bytes.readUInt16BE(0);
  return (header & 0x8f20) === 0x0800 && header % 31 === 0;
}

/** Returns the end of a zlib header that the bytes begin with, and of each usual one behind other bytes, such as a path. */
function zlibStreamsIn(bytes: Buffer, characters: string): readonly number[] {
  const inside = Array.from(characters.matchAll(ZLIB), ({ index }) => index + 2);
  return [...(isZlib(bytes) ? [2] : []), ...inside.filter((end) => end > 2)];
}

/** Returns the end of each gzip header in the bytes (RFC 1952); several streams may follow each other. */
function gzipStreamsIn(bytes: Buffer): readonly number[] {
  const ends: number[] = [];
  for (let header = bytes.indexOf(GZIP); header >= 0; header = bytes.indexOf(GZIP, header + 1)) {
    ends.push(endOfGzipHeader(bytes, header));
    if (ends.length > MOST_STREAMS + bytes.length / BYTES_PER_CHANCE) break;
  }
  return ends;
}

function endOfGzipHeader(bytes: Buffer, header: number): number {
  const flags = bytes[header + 3] ?? 0;
  let end = header + 10;
  if (flags & 4) end += 2 + (bytes[end] ?? 0) + 256 * (bytes[end + 1] ?? 0);
  // The file name and a comment, each ended by a zero byte.
  for (const flag of [8, 16]) if (flags & flag) end = bytes.indexOf(0, end) + 1;
  return flags & 2 ? end + 2 : end;
}
