import { USUAL_COLUMNS } from "../text/print";
import { join, type SafeText, text } from "../text/safe-text";
import { wrap, wrapBesideOrBelow } from "../text/wrap";
import type { Command } from "./command";
import { formOf, optionsOf, usageOf } from "./usage";

/** What `--help` prints. */
export function helpOf(command: Command, columns = USUAL_COLUMNS): SafeText {
  const { purpose, operands = [] } = command;
  const rows = [
    ...operands.map(({ name, meaning }) => [name, meaning] as const),
    ...optionsOf(command).map((option) => [formOf(option), option.meaning] as const),
    ["--help", "prints this text"] as const,
  ];
  const lines = wrap(withoutMarkdown(purpose), columns);
  const usage = wrap(text`${usageOf(command)}`, columns);
  return join([...usage, text``, ...lines, text``, ...table(rows, columns), text``], "\n");
}

/** What `--help` prints without a command. */
export function overviewOf(commands: readonly Command[], columns = USUAL_COLUMNS): SafeText {
  const rows = commands.map(({ name, purpose }) => [name, withoutMarkdown(purpose)] as const);
  const [call, more] = [text`npm run COMMAND -- [ARGUMENTS]`, text`npm run COMMAND -- --help says more.`];
  return join([call, text``, ...table(rows, columns), text``, more, text``], "\n");
}

// The meaning of a wider name begins on the next line.
const WIDEST = 24;

function table(rows: readonly (readonly [string, string])[], columns: number): readonly SafeText[] {
  const width = Math.min(WIDEST, Math.max(...rows.map(([name]) => name.length))) + 4;
  return rows.flatMap(([name, meaning]) => wrapBesideOrBelow(text`${name}`, text`${meaning}`, width, columns));
}

/** The text without emphasis, code marks and links' addresses. */
function withoutMarkdown(markdown: string): SafeText {
  return text`${markdown.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1").replace(/\*\*|`/g, "")}`;
}
