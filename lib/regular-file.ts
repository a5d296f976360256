import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Codes of errors besides the system's own. */
export const NOT_A_FILE = "not a file";
export const TOO_LARGE = "larger than 1 MiB";

/**
 * Reads a file of at most 1 MiB. Only a regular file is read: a pipe or a device might never end.
 *
 * @throws an error whose `code` is the system's, such as `ENOENT` or `EISDIR`, or one of those above
 */
export async function readRegularFile(path: string): Promise<Buffer> {
  // Without O_NONBLOCK opening a pipe waits for somebody to write.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw failure("EISDIR");
    if (!stats.isFile()) throw failure(NOT_A_FILE);
    if (stats.size > LARGEST) throw failure(TOO_LARGE);
    // The files of /proc have no size, and reading one may wait for ever.
    return stats.size === 0 ? Buffer.alloc(0) : await handle.readFile();
  } finally {
    await handle.close();
  }
}

const LARGEST = 1024 * 1024;

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error("The file can't be read."), { code });
}
