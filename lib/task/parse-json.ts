import type { ParseError } from "jsonc-parser";

import { TaskFileError } from "../errors";
import type { JsonValue } from "../json";
import { quoted } from "./finding";
import { walk } from "./json-path";

/** Parses JSON and refuses what JSON.parse would lose: a key that stands twice. The errors don't name the file. */
export async function parseJson(text: string): Promise<JsonValue> {
  try {
    const value: JsonValue = JSON.parse(text);
    const problems = countKeys(value) === countWrittenKeys(text) ? [] : await duplicateKeys(text);
    if (problems.length > 0) throw new TaskFileError(problems);
    return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TaskFileError([await syntaxProblem(text)]);
  }
}

function countKeys(value: JsonValue): number {
  return walk(value).filter(({ path }) => typeof path.at(-1) === "string").length;
}

function countWrittenKeys(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)) if (colon) count += 1;
  return count;
}

// jsonc-parser knows positions, which JSON.parse tells for some errors only. It is loaded for a broken file alone.
async function syntaxProblem(text: string): Promise<string> {
  const { parse, printParseErrorCode } = await import("jsonc-parser");
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (!first) return "is not JSON. Check it with a JSON linter.";
  const before = text.slice(0, first.offset).split("\n");
  const reason = printParseErrorCode(first.error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
  return `is not JSON: ${reason} at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}. Correct it there.`;
}

async function duplicateKeys(text: string): Promise<readonly string[]> {
  const { visit } = await import("jsonc-parser");
  const open: Set<string>[] = [];
  const problems: string[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty: (key, _offset, _length, line, character) => {
      const keys = open.at(-1);
      if (keys?.has(key)) {
        const where = `line ${line + 1}, column ${character + 1}`;
        problems.push(`the key ${quoted(key)} stands twice in one object, again at ${where}. Take one off.`);
      }
      keys?.add(key);
    },
  });
  return problems;
}
