import { type SafeText, text } from "../text/safe-text";
import type { CheckedDefinition } from "./checked-definition";
import type { Facts } from "./facts";
import { judge } from "./judge";
import { type Summary, summarize } from "./numbers";
import type { TaskStatus } from "./task-status";
import type { Verdict } from "./verdict";

/** The running tasks, and whether they are protected. `--format json`, described by docs/status.schema.json. */
export type Status = {
  readonly tasks: readonly TaskStatus[];
  readonly summary: Summary;
  readonly readAt: Facts["readAt"];
};

export function buildStatus(facts: Facts): Status {
  const tasks = facts.tasks.map((task): TaskStatus => {
    const definition = facts.definitions.get(task.taskDefinition);
    if (!definition) throw new Error("every task's definition has been read");
    const judgement = judge(task, definition, facts);
    const { family, revision } = definition;
    return {
      task: task.arn,
      cluster: task.cluster,
      service: task.service ?? null,
      family,
      revision,
      ...judgement,
      containers: countContainers(definition, judgement.verdict),
    };
  });
  return { tasks, summary: summarize(tasks), readAt: facts.readAt };
}

/**
 * Returns the limits of a result: the Console knows only a Defender's family, so Defenders of tasks that were not read, or
 * have just stopped, may hide a missing one.
 */
export function noticesOf({ tasks, running, defenders }: Facts): readonly SafeText[] {
  if (tasks.length === 0) return [NOTHING_RUNS];
  return [...running].flatMap(([family, number]) => {
    const connected = defenders.get(family)?.connected ?? 0;
    if (connected <= number) return [];
    const counts = text`Family ${family}: ${connected} Defenders are connected, but these clusters run only ${number}`;
    return [
      text`${counts}. Others run elsewhere, or have just stopped. The Console doesn't say which tasks the connected ones belong to.`,
    ];
  });
}

const NOTHING_RUNS = text`No Fargate task runs in the clusters that were read, so 100 % means only that nothing is unprotected.`;

function countContainers({ structure }: CheckedDefinition, verdict: Verdict): TaskStatus["containers"] {
  const { containers } = structure;
  const counts = verdict === "protected" || verdict === "left-out";
  return {
    total: containers.length,
    protected: counts ? containers.filter(({ state }) => state === "protected").length : 0,
  };
}
