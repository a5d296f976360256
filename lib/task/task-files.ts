import { isUtf8 } from "node:buffer";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { TaskFileError } from "../errors";
import { byText } from "../json";
import { codeOf, NOT_A_FILE, readRegularFileOr, TOO_LARGE } from "../regular-file";
import { excerpt, type SafeText, text } from "../text/safe-text";
import { UnreadableError } from "./source";

/**
 * Returns the file itself, or every `*.json`, and whatever is probably meant as one, in the folder and below it, sorted.
 * Skips hidden folders.
 *
 * @param variable the environment variable that holds the path
 * @throws TaskFileError
 */
export function taskFiles(path: string, variable?: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = filesBelow(path);
    if (files.length > 0) return files;
  } catch (error) {
    throw new TaskFileError([text`${excerpt(path, 300)}: ${unreadable(codeOf(error), variable)}`]);
  }
  const remedy = "Put each task definition into a file of its own there.";
  throw new TaskFileError([text`${excerpt(path, 300)}: this folder has no *.json in it. ${remedy}`]);
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .toSorted((one, other) => byText(one.name, other.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (hasTaskFileEnding(entry.name)) return [path];
      if (entry.name.startsWith(".")) return [];
      if (entry.isDirectory()) return filesBelow(path);
      // A link to a folder may lead in a circle, so it isn't followed: readTasks refuses it.
      return isFolderLink(path) ? [path] : [];
    });
}

/** Whether the name is a task definition file's, or close to one. */
export function hasTaskFileEnding(name: string): boolean {
  return /\.(json(c|5|net)?|ya?ml)$/i.test(name);
}

function isFolderLink(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // a broken link
  }
}

/**
 * Returns the text of a file, read once.
 *
 * @param variable the environment variable that holds the path
 * @param what the content that is expected
 * @throws UnreadableError
 */
export function readText(file: string, variable?: string, what = TASK): string {
  const bytes = readRegularFileOr(file, (code) => {
    throw refusal(unreadable(code, variable, what));
  });
  // Zero bytes are valid UTF-8, but UTF-16 without a byte order mark is full of them.
  if (bytes.includes(0)) throw notUtf8("UTF-16 or a binary file");
  if (!isUtf8(bytes)) throw notUtf8("an 8-bit encoding");
  const content = new TextDecoder().decode(bytes); // removes a byte order mark
  if (content.trim() === "") throw refusal(text`the file is empty. Write ${what} into it.`);
  return content;
}

const TASK = "a task definition";
const refusal = (sentence: SafeText) => new UnreadableError([{ text: sentence }]);
const notUtf8 = (found: string) => refusal(text`is not UTF-8 text, it looks like ${found}. Save it as UTF-8.`);

function unreadable(code: string, variable?: string, what = TASK): SafeText {
  const check = variable === undefined ? "Check the path" : `Check the path (${variable})`;
  if (code === "EISDIR") return text`is a folder, not a file. Rename it, or name a file in it.`;
  if (code === NOT_A_FILE) return text`is neither a file nor a folder. Name a file with ${what}.`;
  if (code === TOO_LARGE) return text`is larger than 1 MiB, too large for ${what}. ${check}.`;
  if (code === "ENOENT")
    return text`there is no such file or folder. ${check}. A relative path begins in the project's folder.`;
  return text`can't be read (${code}). ${check} and its permissions.`;
}
