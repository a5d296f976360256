import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { constants as system } from "node:os";

/** Codes of errors besides the system's own. */
export const NOT_A_FILE = "not a file";
export const TOO_LARGE = "larger than 1 MiB";

const MEBIBYTE = 1024 * 1024;

/**
 * Reads a file of at most 1 MiB, or of `mebibytes`. Only a regular file is read: a pipe or a device might never end.
 *
 * @throws an error whose `code` is the system's, such as `ENOENT` or `EISDIR`, `NOT_A_FILE`, or `TOO_LARGE` with the size allowed
 */
export function readRegularFile(path: string, mebibytes = 1): Buffer {
  // Without O_NONBLOCK, opening a pipe waits for a writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw failure("EISDIR");
    if (!stats.isFile()) throw failure(NOT_A_FILE);
    if (stats.size > mebibytes * MEBIBYTE) throw failure(`larger than ${mebibytes} MiB`);
    // Files in /proc have size 0, and reading one may wait for ever.
    return stats.size === 0 ? Buffer.alloc(0) : readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** The same; on an error, returns the result of `instead` for its code. */
export function readRegularFileOr<T>(path: string, instead: (code: string) => T): Buffer | T {
  try {
    return readRegularFile(path);
  } catch (error) {
    return instead(codeOf(error));
  }
}

/** The code of a file system error, for people. */
export function codeOf(error: unknown): string {
  if (typeof error !== "object" || !error || !("code" in error)) return "no reason given";
  // Node has no name for a used-up disk quota.
  return "errno" in error && error.errno === -system.errno.EDQUOT ? "EDQUOT" : String(error.code);
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error("The file can't be read."), { code });
}
