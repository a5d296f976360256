import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { TaskFileError } from "../errors";
import { excerpt, type SafeText, text } from "../text/safe-text";
import { UnreadableError } from "./source";

const LIMIT = 1024 * 1024;

/**
 * The file itself, or every `*.json`, and what nearly is one, in the folder and below it, sorted. Hidden folders are
 * left alone.
 *
 * @throws TaskFileError
 */
export async function taskFiles(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const files = await filesBelow(path);
    if (files.length > 0) return files;
  } catch (error) {
    throw new TaskFileError([text`${excerpt(path, 300)}: ${unreadable(error)}`]);
  }
  const remedy = "Put each task definition into a file of its own there.";
  throw new TaskFileError([text`${excerpt(path, 300)}: this folder has no *.json in it. ${remedy}`]);
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const isHidden = entry.name.startsWith(".");
    if (isTaskName(entry.name)) found.push(path);
    else if (isHidden) continue;
    else if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    // A link to a folder may lead in a circle. It isn't followed, but refused.
    else if (entry.isSymbolicLink() && (await isFolderLink(path))) found.push(path);
  }
  return found;
}

/** Whether the name is that of a task definition, or nearly so. */
export function isTaskName(name: string): boolean {
  return /\.(jsonc?|ya?ml)$/i.test(name);
}

async function isFolderLink(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * The text of a file, read once.
 *
 * @param variable names the file
 * @throws UnreadableError
 */
export async function readText(file: string, variable = "TASK_DEFINITION_PATH"): Promise<string> {
  const bytes = await readBytes(file, variable);
  if (bytes.length === 0) throw refusal(EMPTY);
  // Zero bytes are valid UTF-8, and what UTF-16 without a mark is full of.
  if (bytes.includes(0)) throw notUtf8("UTF-16 or a binary file");
  if (!isUtf8(bytes)) throw notUtf8("an 8-bit encoding");
  const content = new TextDecoder().decode(bytes); // removes a byte order mark
  if (content.trim() === "") throw refusal(EMPTY);
  return content;
}

async function readBytes(file: string, variable: string): Promise<Buffer> {
  const refuse = (error: unknown) => {
    throw refusal(unreadable(error, variable));
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

function unreadable(error: unknown, variable = "TASK_DEFINITION_PATH"): SafeText {
  const code = typeof error === "object" && error && "code" in error ? String(error.code) : "unknown error";
  if (code === "ENOENT") return text`there is no such file or folder. Check the path (${variable}).`;
  return text`can't be read (${code}). Check the path (${variable}) and its permissions.`;
}
