import { createColors } from "picocolors";

import type { Report, TaskReport } from "./report";

const WIDTH = 80;
// A longer fleet gets a line a task.
const BLOCKS = 10;

/** The report's short form for a terminal or a build log: whole lines of at most 80 columns where words allow it. */
export function toSummary(report: Report, isTerminal: boolean): string {
  const { coverage, installBundle, tasks } = report;
  const colors = createColors(isTerminal);
  const detailed = tasks.length <= BLOCKS;
  const blocks = tasks.flatMap((task) => [
    ...wrap(
      colors.bold(task.family),
      detailed ? sizeOf(task) : coverageOf(task),
      longest(tasks.map(({ family }) => family)),
      0,
    ),
    ...(detailed ? rows(task) : notices(task)).flatMap(([name, text]) => wrap(name, text, 14, 2)),
  ]);
  const secret =
    installBundle.kind === "managed"
      ? `given to Terraform by ${installBundle.file}, kept in a secret of the stack`
      : `read from ${installBundle.arn}`;
  return [
    ...blocks,
    "",
    ...wrap("Console", `${report.console.version} at ${report.console.url}`, 14, 0),
    ...wrap("Bundle", secret, 14, 0),
    ...wrap(
      "Coverage",
      colors.green(
        `${coverage.protected} of ${coverage.containers} containers proven protected (${coverage.percent} %)`,
      ),
      14,
      0,
    ),
    "",
  ].join("\n");
}

function rows(task: TaskReport): readonly (readonly [string, string])[] {
  const { defender, executionRole } = task;
  const licence = defender.ownImage ? " (your own mirror)" : " (its path holds the licence token)";
  return [
    ...task.containers.map(
      ({ name, reason }) => [name, reason === null ? "protected" : `left out: ${reason}`] as const,
    ),
    ["Defender", `${defender.version}, ${defender.image}${licence}`],
    ...(defender.logGroup ? [["Logs", defender.logGroup] as const] : []),
    ...(executionRole.kind === "task"
      ? [
          [
            "Role",
            `${executionRole.arn} is the task's own and has to allow ${JSON.stringify(executionRole.statements)}`,
          ] as const,
        ]
      : []),
    ...notices(task),
  ];
}

function notices(task: TaskReport): readonly (readonly [string, string])[] {
  return task.notices.map((notice) => ["Notice", notice] as const);
}

function sizeOf({ cpu, memory, defender }: TaskReport): string {
  return `${cpu} CPU units, ${memory} MiB, of which ${defender.memory} MiB for the Defender`;
}

function coverageOf({ containers }: TaskReport): string {
  return `${containers.filter((container) => container.protected).length} of ${containers.length} containers`;
}

function longest(words: readonly string[]): number {
  return Math.min(Math.max(...words.map((word) => word.length)) + 2, 32);
}

/** A name, and beside it a text in as many lines as it needs. Words longer than a line stay whole. */
function wrap(name: string, text: string, column: number, indent: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + column + visible(line) + 1 + visible(word) > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  const margin = " ".repeat(indent);
  return [...lines, line].map((part, index) => {
    const head = index === 0 ? name + " ".repeat(Math.max(1, column - visible(name))) : " ".repeat(column);
    return `${margin}${head}${part}`;
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const COLOURS = /\u001b\[\d+m/g;

function visible(text: string): number {
  return text.replace(COLOURS, "").length;
}
