import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { TaskFileError } from "../errors";
import { excerpt, type SafeText, text } from "../text/safe-text";
import { UnreadableError } from "./source";

const LIMIT = 1024 * 1024;

/** The file itself, or every `*.json`, and what nearly is one, that lies directly in the folder, sorted. */
export async function taskFiles(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /\.(jsonc?|ya?ml)$/i.test(name)).sort();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    throw new TaskFileError([text`${excerpt(path, 300)}: ${unreadable(error)}`]);
  }
  const remedy = "Put each task definition into a file of its own there.";
  throw new TaskFileError([text`${excerpt(path, 300)}: this folder has no *.json in it. ${remedy}`]);
}

/**
 * The text of a task definition file, read once.
 *
 * @throws UnreadableError
 */
export async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  if (bytes.length === 0) throw refusal(EMPTY);
  // Zero bytes are valid UTF-8, and what UTF-16 without a mark is full of.
  if (bytes.includes(0)) throw notUtf8("UTF-16 or a binary file");
  if (!isUtf8(bytes)) throw notUtf8("an 8-bit encoding");
  const content = new TextDecoder().decode(bytes); // removes a byte order mark
  if (content.trim() === "") throw refusal(EMPTY);
  return content;
}

async function readBytes(file: string): Promise<Buffer> {
  const refuse = (error: unknown) => {
    throw refusal(unreadable(error));
  };
  // Without waiting for the writer of a pipe.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(refuse);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw refusal(text`is a directory, not a file. Rename it, or name a file in it.`);
    if (!stats.isFile()) throw refusal(text`is neither a file nor a folder. Name a task definition file.`);
    if (stats.size > LIMIT) {
      throw refusal(text`is larger than 1 MiB; ECS takes 64 KiB a task definition. Is it the right file?`);
    }
    // The files of /proc have no size, and reading one may wait for ever.
    return stats.size === 0 ? Buffer.alloc(0) : await handle.readFile().catch(refuse);
  } finally {
    await handle.close();
  }
}

const EMPTY = text`the file is empty. Write a task definition into it.`;

const refusal = (sentence: SafeText) => new UnreadableError([{ text: sentence }]);
const notUtf8 = (found: string) => refusal(text`is not UTF-8 text, it looks like ${found}. Save it as UTF-8.`);

function unreadable(error: unknown): SafeText {
  const code = typeof error === "object" && error && "code" in error ? String(error.code) : "unknown error";
  if (code === "ENOENT") return text`there is no such file or folder. Check the path (TASK_DEFINITION_PATH).`;
  return text`can't be read (${code}). Check the path (TASK_DEFINITION_PATH) and its permissions.`;
}
