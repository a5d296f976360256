import { taskPicture } from "./picture";
import type { Report, TaskReport } from "./report";

// Beyond these the pictures cost more than they show.
const PICTURES = 10;

/** The report as Markdown that renders in Azure DevOps and on GitHub. */
export function toMarkdown(report: Report): string {
  const { coverage, console, tasks } = report;
  return [
    "# Runtime defense",
    "",
    `**${coverage.protected} of ${coverage.containers} containers protected (${coverage.percent} %)** in ${count(tasks.length, "task")}, ` +
      `proven against the answer of Console ${text(console.version)} at ${text(console.url)}.`,
    "",
    installBundleLine(report),
    "",
    ...tasks.flatMap((task, index) => taskSection(task, index < PICTURES ? taskPicture(report, task) : undefined)),
  ].join("\n");
}

function installBundleLine({ installBundle }: Report): string {
  return installBundle.kind === "managed"
    ? "The install bundle comes from a Secrets Manager secret of this stack; it is in neither plan nor state."
    : `The install bundle comes from the existing secret ${text(installBundle.arn)}.`;
}

function taskSection(task: TaskReport, picture: string | undefined): readonly string[] {
  const { defender } = task;
  return [
    `## ${text(task.family)}`,
    "",
    ...table(
      ["Container", "Image", "Protected"],
      task.containers.map(({ name, image, reason }) => [name, image, reason === null ? "yes" : `no: ${reason}`]),
    ),
    `Defender ${text(defender.version)}, image ${text(defender.image)}${defender.ownImage ? " (your own mirror)" : ""}. ` +
      `The task has ${task.cpu} CPU units and ${task.memory} MiB; the Defender's share is ${defender.cpu} CPU units and ${defender.memory} MiB.` +
      (defender.logGroup ? ` It logs to ${text(defender.logGroup)}.` : ""),
    "",
    ...(picture ? ["```mermaid", picture, "```", ""] : []),
    "What the Console changed:",
    "",
    ...table(
      ["Container", "Field", "Change"],
      task.changes.map(({ container, field, change }) => [container, field, change]),
    ),
    ...roleLines(task),
    ...(task.notices.length > 0 ? ["Notices:", "", ...task.notices.map((notice) => `- ${text(notice)}`), ""] : []),
  ];
}

function roleLines({ executionRole }: TaskReport): readonly string[] {
  if (executionRole.kind === "stack") return [];
  const statements = executionRole.statements.map((statement) => text(JSON.stringify(statement)));
  return [
    `The execution role ${text(executionRole.arn)} is the task's own. It has to allow:`,
    "",
    ...statements.map((statement) => `- ${statement}`),
    "",
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map((cells) => line(cells.map(text))), ""];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * Text from outside as Markdown that shows it and does nothing else: whatever could be markup, a link,
 * a mention or a logging command becomes a character reference.
 */
function text(outside: string): string {
  return outside.replace(/[^A-Za-z0-9 /,=()+.-]|(?<=www)\./giu, (character) => `&#${character.codePointAt(0)};`);
}
