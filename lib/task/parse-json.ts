import { printParseErrorCode, visit } from "jsonc-parser";

import { TaskFileError } from "../errors";
import type { JsonValue } from "../json";
import { quoted } from "./finding";

/** Parses JSON and refuses what JSON.parse would lose: a key that stands twice. The errors don't name the file. */
export function parseJson(text: string, remedy = "Correct it there."): JsonValue {
  const errors: string[] = [];
  const repeated: string[] = [];
  const open: Set<string>[] = [];
  visit(
    text,
    {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (key, _offset, _length, ...at) => {
        const keys = open.at(-1);
        if (keys?.has(key)) {
          repeated.push(`the key ${quoted(key)} stands twice in one object, again at ${lineText(at)}. Take one off.`);
        }
        keys?.add(key);
      },
      onError: (code, _offset, _length, ...at) => {
        const reason = printParseErrorCode(code).replace(/\B[A-Z]/g, " $&");
        errors.push(`is not JSON: ${reason.toLowerCase()} at ${lineText(at)}. ${remedy}`);
      },
    },
    { disallowComments: true },
  );
  const problems = errors.length > 0 ? errors.slice(0, 1) : repeated;
  if (problems.length > 0) throw new TaskFileError(problems);
  return JSON.parse(text);
}

function lineText([line, character]: readonly [line: number, character: number, ...rest: unknown[]]): string {
  return `line ${line + 1}, column ${character + 1}`;
}
