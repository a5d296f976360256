import { createColors } from "picocolors";

import type { Report, TaskReport } from "./report";

const WIDTH = 80;
// A longer fleet gets a line a task, and what can't wait for the report.
const BLOCKS = 10;

type Colors = ReturnType<typeof createColors>;
type Row = readonly [name: string, text: string];

/** The report's short form for a terminal or a build log: whole lines of at most 80 columns where words allow it. */
export function toSummary(report: Report, isTerminal: boolean): string {
  const { console, coverage, installBundle, tasks } = report;
  const colors = createColors(isTerminal);
  const covered = `${coverage.protected} of ${coverage.containers} containers proven protected (${coverage.percent} %)`;
  const isDetailed = tasks.length <= BLOCKS;
  const rows: readonly Row[] = [
    ...tasks.flatMap((task) =>
      isDetailed ? [[colors.bold(task.family), ""] as const, ...details(task, colors)] : [oneRow(task, colors)],
    ),
    ["", ""],
    ["Region", report.region],
    ["Console", `${console.version} at ${console.url}`],
    [
      "Bundle",
      installBundle.kind === "managed"
        ? `given to Terraform by ${installBundle.file}, kept in a secret of the stack`
        : `read from ${installBundle.arn}`,
    ],
    ...roles(tasks),
    ["Coverage", coverage.percent === 100 ? colors.green(covered) : colors.yellow(covered)],
  ];
  const column = Math.min(Math.max(...rows.map(([name, text]) => (text ? visible(name) : 0))) + 2, 32);
  return `${rows.flatMap((row) => wrap(row, column)).join("\n")}\n`;
}

function details(task: TaskReport, { green, yellow }: Colors): readonly Row[] {
  const { containers, cpu, memory, defender, notices } = task;
  const licence = defender.ownImage ? "your own mirror" : "its path holds the licence token";
  const share = `${defender.cpu ? `${defender.cpu} CPU units and ` : ""}${defender.memory} MiB`;
  return [
    ["  File", task.file],
    ...containers.map(
      ({ name, reason }): Row => [`  ${name}`, reason === null ? green("protected") : yellow(`left out: ${reason}`)],
    ),
    ["  Defender", `${defender.version}, ${defender.image} (${licence})`],
    ["  Size", `${cpu} CPU units and ${memory} MiB, of these for the Defender ${share}`],
    ...(defender.logGroup ? [["  Logs", defender.logGroup] as const] : []),
    ...notices.map((notice): Row => ["  Notice", notice]),
  ];
}

function oneRow({ family, containers, notices }: TaskReport, { green, yellow }: Colors): Row {
  const leftOut = containers.filter(({ reason }) => reason !== null);
  const protection = `${containers.length - leftOut.length} of ${containers.length} protected`;
  const parts = [
    leftOut.length > 0 ? yellow(protection) : green(protection),
    ...leftOut.map(({ name, reason }) => yellow(`left out ${name}: ${reason}`)),
    ...(notices.length > 0 ? [`${notices.length} notice${notices.length > 1 ? "s" : ""} in the report`] : []),
  ];
  return [family, parts.join(", ")];
}

/** What roles that aren't the stack's need, once a role. */
function roles(tasks: readonly TaskReport[]): readonly Row[] {
  const needs = new Map<string, string>();
  for (const { executionRole: role } of tasks) {
    if (role.kind !== "task") continue;
    const need = role.granted ? "gets what it needs from the stack" : `has to allow ${JSON.stringify(role.statements)}`;
    needs.set(role.arn, need);
  }
  return [...needs].map(([arn, need]) => ["Role", `${arn} ${need}`]);
}

/** A name, and beside it a text in as many lines as it needs. */
function wrap([name, text]: Row, column: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?= )/).flatMap((word) => pieces(word, WIDTH - column))) {
    if (line !== "" && column + visible(line + word) > WIDTH) {
      lines.push(line);
      line = word.trimStart();
    } else {
      line += word;
    }
  }
  return [...lines, line].map((part, index) => {
    const head = index === 0 ? name + " ".repeat(Math.max(1, column - visible(name))) : " ".repeat(column);
    return `${head}${part}`.trimEnd();
  });
}

// A long path goes on after a slash. What is to be copied, such as JSON, stays whole.
function pieces(word: string, width: number): readonly string[] {
  return visible(word) > width && !word.includes('"') ? word.split(/(?<=\/)/) : [word];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const COLOURS = /\u001b\[\d+m/g;

function visible(text: string): number {
  return text.replace(COLOURS, "").length;
}
