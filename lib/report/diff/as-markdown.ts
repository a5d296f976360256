import { counted } from "../../counted";
import { type SafeText, wholeText } from "../../text/safe-text";
import { code, escaped, fitting, table } from "../markdown-parts";
import { openEntryPoints, percent, type SidesDiff, type TaskDiff } from "./compare-sides";
import type { Difference } from "./differences";

// GitHub limits a comment to 65,536 characters, Azure DevOps to 150,000.
const BYTES = 60_000;

/** The differences as Markdown, for the comment on a pull request or a run's page. */
export function diffAsMarkdown({ newlyLeftOut, tasks, coverage, families }: SidesDiff): SafeText {
  const { before, after } = coverage;
  const leftOut = fitting(
    newlyLeftOut,
    BYTES / 2,
    ({ family, container, reason }) => `- ${code(family)}, ${code(container)}: ${escaped(reason)}`,
  );
  const head = [
    "## Runtime defense: what changes",
    "",
    tasks.length === 0
      ? "The task definitions are equal."
      : `**${tasks.length} of ${families} tasks** differ. Protected: ${before.protected} of ${before.containers} → **${after.protected} of ${after.containers} containers** (${percent(before)} → ${percent(after)}).`,
    ...openEntryPoints(coverage).flatMap((sentence) => ["", sentence]),
    ...(newlyLeftOut.length > 0 ? ["", "### ⚠ Newly left out of protection", ""] : []),
    ...leftOut.texts,
    ...tooLong(leftOut.left, "container"),
  ];
  const sections = fitting(tasks, BYTES - Buffer.byteLength(head.join("\n")), sectionOf);
  return wholeText(`${[...head, ...sections.texts, ...tooLong(sections.left, "task")].join("\n")}\n`);
}

function tooLong(left: number, noun: string): readonly string[] {
  return left === 0 ? [] : [`\n${counted(left, `more ${noun}`)} would make this comment too long.`];
}

function sectionOf({ family, kind, differences }: TaskDiff): string {
  const rows = differences.map((difference) => {
    const { container, what, before, after } = difference;
    const where = container === undefined ? "the task" : code(container);
    const isPlain = before === undefined && after === undefined;
    const values = isPlain ? ["different", ""] : [before, after].map((value) => cellOf(value, difference));
    return [where, escaped(what), ...values];
  });
  const heading = `### ${escaped(family)}${kind === "changed" ? "" : ` (${kind})`}`;
  return ["", heading, "", ...table(["Where", "What", "Before", "After"], rows)].join("\n");
}

function cellOf(value: string | undefined, { what }: Difference): string {
  if (value === undefined) return "—";
  return what === "protection" && value !== "protected" ? `**${escaped(value)}**` : code(value);
}
