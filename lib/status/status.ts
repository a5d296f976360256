import { type SafeText, text } from "../text/safe-text";
import { summarize } from "./numbers";
import type { Facts } from "./read-facts";
import { taskStatus } from "./task-status";

/** The running tasks, and whether they are protected. `--format json`, described by docs/status.schema.json. */
export type Status = Readonly<ReturnType<typeof buildStatus>>;

export function buildStatus(facts: Facts) {
  const tasks = facts.tasks.map((task) => taskStatus(task, facts));
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
