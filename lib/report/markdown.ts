import { counted } from "../counted";
import { DEFENDER } from "../defender";
import { groupBy } from "../group-by";
import { type SafeText, wholeText } from "../text/safe-text";
import { code, escaped, fitting, table } from "./markdown-parts";
import { taskPicture } from "./picture";
import { defenderPart, licenceNote, type Report, startOf, type TaskReport } from "./report";
import { roleNeeds } from "./role-needs";

// More pictures cost more than they show.
const PICTURES = 10;
// Azure DevOps limits a summary to 1 MiB.
const BYTES = 900_000;

/** The report as Markdown that renders in Azure DevOps and on GitHub: the overview first, then one section per task. */
export function toMarkdown(report: Report): SafeText {
  const { tasks } = report;
  const parts = [head(report), overview(tasks), roles(tasks)].filter((part) => part !== "");
  const room = BYTES - Buffer.byteLength(parts.join("\n"));
  const sections = fitting(tasks, room, (task, index) =>
    taskSection(task, index < PICTURES ? taskPicture(report, task) : undefined),
  );
  return wholeText([...parts, ...sections.texts, ...leftOver(sections.left, "task")].join("\n"));
}

function head({ coverage, console, installBundle, region, stack, tasks }: Report): string {
  const covered = `${coverage.protected} of ${coverage.containers} containers proven protected`;
  const bundle =
    installBundle.kind === "managed"
      ? "a secret of this stack, in neither plan nor state"
      : `the existing secret ${code(installBundle.arn)}`;
  return lines(
    "# Runtime defense",
    "",
    `**${covered} (${coverage.percent} %)** in ${counted(tasks.length, "task")}.`,
    "",
    `- Console: ${escaped(console.version)} at ${code(console.url)}`,
    `- Stack: ${code(stack)} in ${code(region)}`,
    `- Install bundle: ${bundle}`,
  );
}

function overview(tasks: readonly TaskReport[]): string {
  if (tasks.length < 2) return "";
  const rows = tasks.map(({ family, containers, cpu, memory, defender, notices }) => {
    const covered = containers.filter((container) => container.protected).length;
    const protection = covered === containers.length ? `all ${covered}` : `**${covered} of ${containers.length}**`;
    return [escaped(family), protection, cpu, memory, `${defender.cpu} / ${defender.memory}`, notices.length];
  });
  const columns = ["Task", "Protected", "CPU units", "MiB", "For the Defender", "Notices"];
  const all = table(columns, rows, ["---", "---", "---:", "---:", "---:", "---:"]);
  const { texts, left } = fitting(all, BYTES / 3, (row) => row);
  return [lines(...texts), ...leftOver(left, "task")].join("\n");
}

/** The permissions that roles other than the stack's need. */
function roles(tasks: readonly TaskReport[]): string {
  const { texts, left } = fitting(roleNeeds(tasks), BYTES / 3, ({ roles: arns, granted, statements }) =>
    lines(
      `Execution roles of tasks: ${arns.map(code).join(", ")}. ${granted ? "The stack grants:" : "They must allow:"}`,
      "",
      "```json",
      JSON.stringify(statements, null, 2),
      "```",
    ),
  );
  return [...texts, ...leftOver(left, "permission set")].join("\n");
}

function taskSection(task: TaskReport, picture: string | undefined): string {
  const { cpu, memory, defender, containers, changes, notices } = task;
  return lines(
    `## ${escaped(task.family)}`,
    "",
    `${cpu} CPU units and ${memory} MiB, ${defenderPart(defender)}. From ${code(task.file)}.`,
    "",
    ...table(
      ["Container", "Protected", "Image"],
      [
        ...containers.map(({ name, image, reason, lookedUp }) => [
          escaped(name),
          reason === null ? (lookedUp ? `yes, ${code(startOf(lookedUp))}` : "yes") : `**no**: ${escaped(reason)}`,
          code(image),
        ]),
        [
          DEFENDER,
          `Defender ${escaped(defender.version ?? "of unknown version")}`,
          `${code(defender.image)} (${licenceNote(defender)})`,
        ],
      ],
    ),
    "",
    ...(defender.logGroup ? [`The Defender logs to ${code(defender.logGroup)}.`, ""] : []),
    ...(picture ? ["```mermaid", picture, "```", ""] : []),
    "What the Console changed:",
    "",
    ...table(
      ["Field", "Change", "Containers"],
      merged(changes).map((row) => row.map(escaped)),
    ),
    ...(notices.length > 0 ? ["", "Notices:", "", ...notices.map((notice) => `- ${escaped(notice)}`)] : []),
  );
}

/** Merges the same change in several containers into one row. */
function merged(changes: TaskReport["changes"]): readonly (readonly string[])[] {
  const rows = groupBy(changes, ({ field, change }) => `${field} ${change}`);
  return [...rows.values()].map((alike) => {
    const [{ field, change }] = alike;
    return [field, change, alike.map(({ container }) => container).join(", ")];
  });
}

function leftOver(number: number, noun: string): readonly string[] {
  if (number === 0) return [];
  return [lines(`${counted(number, `more ${noun}`)} would make this page too long: see runtime-defense.json.`)];
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
