import { readFileSync } from "node:fs";
import { join } from "node:path";

const DOCUMENT = readFileSync(join(__dirname, "../../docs/task-definitions.md"), "utf8");

/** The messages in the first column of the tables of refusals; a cell may have several, and … stands for anything. */
const MESSAGES = tablesIn("Refusals").flatMap((row) => (row.split(" | ")[0] ?? "").slice(2).split("; ").map(pattern));

/** Returns those of the problems that docs/task-definitions.md doesn't explain. */
export function undocumented(problems: readonly string[]): readonly string[] {
  return problems.filter((problem) => !MESSAGES.some((message) => message.test(problem)));
}

function tablesIn(heading: string): readonly string[] {
  const section = DOCUMENT.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section.split("\n").filter((line) => /^\| (?!---|message )/.test(line));
}

function pattern(message: string): RegExp {
  const parts = message.split("…").map((part) => part.trim().replace(/[^\w\s]/g, "\\$&"));
  return new RegExp(parts.join(".*"), "s");
}
