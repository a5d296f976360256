import { wrapAnsi } from "fast-wrap-ansi";

import { type SafeText, wholeText } from "../text/safe-text";
import type { Command } from "./command";
import { formOf, optionsOf, usageOf } from "./usage";

/** What `--help` prints. */
export function helpOf(command: Command, columns: number): SafeText {
  const { purpose, operands = [] } = command;
  const rows = [
    ...operands.map(({ name, meaning }) => [name, meaning] as const),
    ...optionsOf(command).map((option) => [formOf(option), option.meaning] as const),
    ["--help", "prints this text"] as const,
  ];
  return wholeText(
    [usageOf(command), "", wrapAnsi(withoutMarkdown(purpose), columns), "", ...table(rows, columns), ""].join("\n"),
  );
}

/** What `--help` prints without a command. */
export function overviewOf(commands: readonly Command[], columns: number): SafeText {
  const rows = commands.map(({ name, purpose }) => [name, withoutMarkdown(purpose)] as const);
  return wholeText(
    [
      "npm run COMMAND -- [ARGUMENTS]",
      "",
      ...table(rows, columns),
      "",
      "npm run COMMAND -- --help says more.",
      "",
    ].join("\n"),
  );
}

// The meaning of a wider name begins on the next line.
const WIDEST = 24;

function table(rows: readonly (readonly [string, string])[], columns: number): readonly string[] {
  const width = Math.min(WIDEST, Math.max(...rows.map(([name]) => name.length))) + 4;
  return rows.flatMap(([name, meaning]) => {
    const lines = wrapAnsi(meaning, Math.max(20, columns - width)).split("\n");
    const indented = lines.map((line) => `${" ".repeat(width)}${line}`);
    const [first = "", ...more] = indented;
    return name.length > WIDEST
      ? [`  ${name}`, ...indented]
      : [`  ${name}`.padEnd(width) + first.slice(width), ...more];
  });
}

/** The text without emphasis, code marks and links' addresses. */
function withoutMarkdown(markdown: string): string {
  return markdown.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1").replace(/\*\*|`/g, "");
}
