import { groupBy } from "../group-by";
import { percentOf } from "../percent";
import type { TaskStatus } from "./task-status";
import { VERDICTS, type Verdict } from "./verdict";

export function summarize(tasks: readonly TaskStatus[]) {
  return {
    ...count(tasks),
    clusters: groups(tasks, ({ cluster }) => ({ cluster })),
    /** `service` is null for tasks that no service has started. */
    services: groups(tasks, ({ cluster, service }) => ({ cluster, service })),
    families: groups(tasks, ({ family }) => ({ family })),
  };
}

function groups<K extends object>(tasks: readonly TaskStatus[], keyOf: (task: TaskStatus) => K): (K & Numbers)[] {
  return [...groupBy(tasks, (task) => JSON.stringify(keyOf(task)))]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, members]) => ({ ...keyOf(members[0]), ...count(members) }));
}

export type Numbers = Readonly<ReturnType<typeof count>>;

/** Counts all and protected tasks and containers. A protected container counts only in a protected or left-out task. */
function count(tasks: readonly TaskStatus[]) {
  const of = (verdict: Verdict) => tasks.filter((task) => task.verdict === verdict).length;
  const sum = (one: (task: TaskStatus) => number) => tasks.reduce((total, task) => total + one(task), 0);
  return {
    tasks: tasks.length,
    protected: of("protected"),
    /** Percentage of the tasks, rounded down: 100 means all. */
    percent: percentOf(of("protected"), tasks.length),
    /** Without the Defenders. */
    containers: sum(({ containers }) => containers.total),
    protectedContainers: sum(({ containers }) => containers.protected),
    verdicts: Object.fromEntries(VERDICTS.map((verdict) => [verdict, of(verdict)])) as Record<Verdict, number>,
  };
}
