import { groupBy } from "../group-by";
import { percentOf } from "../percent";
import type { TaskStatus } from "./task-status";
import { VERDICTS, type Verdict } from "./verdict";

/** Counts of all and of protected tasks and containers. A protected container counts only in a protected or left-out task. */
export type Numbers = {
  readonly tasks: number;
  readonly protected: number;
  /** Percentage of the tasks, rounded down: 100 means all. */
  readonly percent: number;
  /** Without the Defenders. */
  readonly containers: number;
  readonly protectedContainers: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
};

export type Summary = Numbers & {
  readonly clusters: readonly (Numbers & { readonly cluster: string })[];
  /** `service` is null for tasks that no service has started. */
  readonly services: readonly (Numbers & { readonly cluster: string; readonly service: string | null })[];
  readonly families: readonly (Numbers & { readonly family: string })[];
};

export function summarize(tasks: readonly TaskStatus[]): Summary {
  return {
    ...count(tasks),
    clusters: groups(tasks, ({ cluster }) => ({ cluster })),
    services: groups(tasks, ({ cluster, service }) => ({ cluster, service })),
    families: groups(tasks, ({ family }) => ({ family })),
  };
}

function groups<K extends object>(tasks: readonly TaskStatus[], keyOf: (task: TaskStatus) => K): (K & Numbers)[] {
  return [...groupBy(tasks, (task) => JSON.stringify(keyOf(task)))]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, members]) => ({ ...keyOf(members[0]), ...count(members) }));
}

function count(tasks: readonly TaskStatus[]): Numbers {
  const of = (verdict: Verdict) => tasks.filter((task) => task.verdict === verdict).length;
  const sum = (one: (task: TaskStatus) => number) => tasks.reduce((total, task) => total + one(task), 0);
  return {
    tasks: tasks.length,
    protected: of("protected"),
    percent: percentOf(of("protected"), tasks.length),
    containers: sum(({ containers }) => containers.total),
    protectedContainers: sum(({ containers }) => containers.protected),
    verdicts: Object.fromEntries(VERDICTS.map((verdict) => [verdict, of(verdict)])) as Record<Verdict, number>,
  };
}
