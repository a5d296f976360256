import { constants } from "node:fs";
import { open } from "node:fs/promises";

/**
 * A file's bytes. Only a regular file is read: a pipe or a device might never end.
 *
 * @throws an error with the system's code, or `EISDIR` for a folder, `not a file`, `larger than 1 MiB` in its place.
 */
export async function readRegularFile(path: string, largestBytes = 1024 * 1024): Promise<Buffer> {
  // Without O_NONBLOCK opening a pipe waits for somebody to write.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw failure("EISDIR");
    if (!stats.isFile()) throw failure("not a file");
    if (stats.size > largestBytes) throw failure(`larger than ${largestBytes / 1024 / 1024} MiB`);
    // The files of /proc have no size, and reading one may wait for ever.
    return stats.size === 0 ? Buffer.alloc(0) : await handle.readFile();
  } finally {
    await handle.close();
  }
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error("The file can't be read."), { code });
}
