import { inflateRawSync, constants as zlib } from "node:zlib";

import { codeOf } from "../regular-file";

type Unpacked = {
  readonly contents: readonly Buffer[];
  /** Whether anything is packed in a way that can't be looked into, or too large or too deep for it. */
  readonly hasArchive: boolean;
};

// What is compressed is looked into this many times.
const DEPTH = 3;
// Of more headers of gzip in one place most are none, and each costs time.
const MOST_STREAMS = 100;

// How they begin, in Latin-1, whatever the file's name; behind other bytes, too, as in a tar, where that is no chance.
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
const GZIP = Buffer.from([0x1f, 0x8b, 8]);
// Text seldom is compressed to less than a hundredth; what is, would take time out of proportion.
const LARGEST_RATIO = 100;
const LARGEST_UNPACKED = 1024 * 1024;

/** What is compressed in the bytes by zlib, or by gzip behind whatever, several times over; in part where they are a part. */
export function unpack(bytes: Buffer, depth = DEPTH): Unpacked {
  if (ARCHIVES.test(bytes.toString("latin1"))) return { contents: [], hasArchive: true };
  const starts = isZlib(bytes) ? [2] : gzipStreamsIn(bytes);
  if (starts.length === 0) return { contents: [], hasArchive: false };
  const streams = starts.slice(0, MOST_STREAMS).map((start) => inflate(bytes.subarray(start)));
  const contents = streams.filter((stream) => Buffer.isBuffer(stream));
  const inner = depth > 0 ? contents.map((content) => unpack(content, depth - 1)) : [];
  const isTooDeep = depth === 0 && contents.length > 0;
  return {
    contents: [...contents, ...inner.flatMap((one) => one.contents)],
    hasArchive:
      isTooDeep ||
      starts.length > MOST_STREAMS ||
      streams.includes("too large") ||
      inner.some(({ hasArchive }) => hasArchive),
  };
}

/** Undefined for what only begins like something compressed. */
function inflate(bytes: Buffer): Buffer | "too large" | undefined {
  try {
    // Not gunzip, which refuses what has other bytes behind it.
    return inflateRawSync(bytes, {
      maxOutputLength: Math.min(LARGEST_RATIO * bytes.length, LARGEST_UNPACKED),
      finishFlush: zlib.Z_SYNC_FLUSH,
    });
  } catch (error) {
    return codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? "too large" : undefined;
  }
}

/** Whether the bytes begin with the header of zlib, whose two bytes are a multiple of 31 (RFC 1950). */
function isZlib(bytes: Buffer): boolean {
  if (bytes.length < 2) return false;
  const header = bytes.readUInt16BE(0);
  return (header & 0x8f20) === 0x0800 && header % 31 === 0;
}

/** Where each header of gzip in the bytes ends (RFC 1952): there may be several, one behind the other. */
function gzipStreamsIn(bytes: Buffer): readonly number[] {
  const ends: number[] = [];
  for (let header = bytes.indexOf(GZIP); header >= 0; header = bytes.indexOf(GZIP, header + 1)) {
    ends.push(endOfGzipHeader(bytes, header));
    if (ends.length > MOST_STREAMS) break;
  }
  return ends;
}

function endOfGzipHeader(bytes: Buffer, header: number): number {
  const flags = bytes[header + 3] ?? 0;
  let end = header + 10;
  if (flags & 4) end += 2 + (bytes[end] ?? 0) + 256 * (bytes[end + 1] ?? 0);
  // The file's name and a comment, each with a zero behind it.
  for (const flag of [8, 16]) if (flags & flag) end = bytes.indexOf(0, end) + 1;
  return flags & 2 ? end + 2 : end;
}
