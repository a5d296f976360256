import { groupBy } from "../../group-by";
import type { Status } from "../../status/status";
import type { TaskStatus } from "../../status/task-status";
import { rankOf, VERDICT_NAMES, VERDICTS } from "../../status/verdict";
import { type SafeText, wholeText } from "../../text/safe-text";
import { code, escaped, table } from "../markdown-parts";
import { byService, coverageOf, otherVerdicts } from "./by-service";

// Azure DevOps limits a summary to 1 MiB; a row may have a thousand characters.
const ROWS = 300;

/** Markdown that renders in Azure DevOps and on GitHub: the share, a picture, the services, and what to do. */
export function statusAsMarkdown(status: Status): SafeText {
  const { summary, readAt } = status;
  const services = byService(status).map(({ cluster, service, numbers }) => [
    escaped(cluster),
    escaped(service),
    numbers.protected === numbers.tasks ? `all ${numbers.tasks}` : `**${numbers.protected} of ${numbers.tasks}**`,
    escaped(otherVerdicts(numbers)),
  ]);
  const actions = groupByRemedy(status.tasks).map(([{ verdict, reason, remedy }, number]) => [
    VERDICT_NAMES[verdict],
    number,
    escaped(reason),
    escaped(remedy),
  ]);
  return wholeText(
    [
      "# Runtime defense: what runs",
      "",
      `**${coverageOf(summary)}**, with ${summary.protectedContainers} of ${summary.containers} containers.`,
      "",
      `AWS was read at ${code(readAt.aws)}, the Console at ${code(readAt.console)}.`,
      "",
      ...picture(status),
      ...section(["Cluster", "Service", "Protected", "Others"], services),
      ...(actions.length > 0 ? section(["Verdict", "Tasks", "Reason", "What to do"], actions) : []),
    ].join("\n"),
  );
}

function picture({ summary: { verdicts, tasks } }: Status): readonly string[] {
  if (tasks === 0) return [];
  const slices = VERDICTS.toReversed().filter((verdict) => verdicts[verdict] > 0);
  const lines = slices.map((verdict) => `  "${VERDICT_NAMES[verdict]}" : ${verdicts[verdict]}`);
  return ["```mermaid", "pie showData", `  title ${tasks} running tasks`, ...lines, "```", ""];
}

/** Groups the tasks that aren't protected by verdict, reason and remedy, worst first. */
function groupByRemedy(tasks: readonly TaskStatus[]): readonly (readonly [TaskStatus, number])[] {
  const open = tasks.filter(({ verdict }) => verdict !== "protected");
  const groups = groupBy(open, ({ verdict, reason, remedy }) => JSON.stringify([verdict, reason, remedy]));
  return [...groups.values()]
    .map((alike) => [alike[0], alike.length] as const)
    .sort(([one], [other]) => rankOf(one.verdict) - rankOf(other.verdict));
}

function section(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const more = rows.length > ROWS ? [`${rows.length - ROWS} more: see --format json.`, ""] : [];
  return [...table(columns, rows.slice(0, ROWS)), "", ...more];
}
