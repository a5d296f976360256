import { isUtf8 } from "node:buffer";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { TaskFileError } from "../errors";
import { oneLine } from "../outside-text";

const LIMIT = 1024 * 1024;

/** The file itself, or every `*.json`, and what nearly is one, that lies directly in the folder, sorted. */
export async function taskFiles(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /\.(jsonc?|ya?ml)$/i.test(name)).sort();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    throw new TaskFileError([`${oneLine(path)}: ${unreadable(error)}`]);
  }
  const remedy = "Put each task definition into a file of its own there.";
  throw new TaskFileError([`${oneLine(path)}: this folder has no *.json in it. ${remedy}`]);
}

/** The text of a task definition file, read once. The errors don't name the file. */
export async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  // Zero bytes are valid UTF-8, and what UTF-16 without a mark is full of.
  if (bytes.includes(0)) throw notUtf8("UTF-16 or a binary file");
  if (!isUtf8(bytes)) throw notUtf8("an 8-bit encoding");
  const text = new TextDecoder().decode(bytes); // takes a byte order mark off
  if (text.trim() === "") throw new TaskFileError(["the file is empty. Write a task definition into it."]);
  return text;
}

async function readBytes(file: string): Promise<Buffer> {
  const refuse = (error: unknown) => {
    throw new TaskFileError([unreadable(error)]);
  };
  const stats = await stat(file).catch(refuse); // before it is opened: opening a pipe waits for its writer
  if (stats.isDirectory()) throw new TaskFileError(["is a directory, not a file. Rename it, or name a file in it."]);
  if (!stats.isFile()) throw new TaskFileError(["is neither a file nor a folder. Name a task definition file."]);
  if (stats.size > LIMIT) {
    throw new TaskFileError(["is larger than 1 MiB; ECS takes 64 KiB a task definition. Is it the right file?"]);
  }
  return await readFile(file).catch(refuse);
}

const notUtf8 = (found: string) => new TaskFileError([`is not UTF-8 text, it looks like ${found}. Save it as UTF-8.`]);

function unreadable(error: unknown): string {
  const code = typeof error === "object" && error && "code" in error ? String(error.code) : "unknown error";
  if (code === "ENOENT") return "there is no such file or folder. Check the path (TASK_DEFINITION_PATH).";
  return `can't be read (${code}). Check the path (TASK_DEFINITION_PATH) and its permissions.`;
}
