import { nameOf } from "../../arn";
import type { Numbers } from "../../status/numbers";
import type { Status } from "../../status/status";
import type { TaskStatus } from "../../status/task-status";
import { rankOf, VERDICT_NAMES, VERDICTS } from "../../status/verdict";
import { join, type SafeText, text } from "../../text/safe-text";

/** The tasks of one service, or those of a cluster that no service has started. */
export type ServiceStatus = {
  readonly cluster: SafeText;
  readonly service: SafeText;
  readonly numbers: Numbers;
  /** One of those with the worst verdict. */
  readonly worst: TaskStatus;
};

/** The services in the summary's order. */
export function byService({ tasks, summary }: Status): readonly ServiceStatus[] {
  const worst = new Map<string, TaskStatus>();
  const keyOf = ({ cluster, service }: { readonly cluster: string; readonly service: string | null }) =>
    JSON.stringify([cluster, service]);
  for (const task of tasks) {
    const key = keyOf(task);
    const other = worst.get(key);
    if (!other || rankOf(task.verdict) < rankOf(other.verdict)) worst.set(key, task);
  }
  return summary.services.flatMap((group) => {
    const task = worst.get(keyOf(group));
    const service = group.service === null ? text`(no service)` : text`${group.service}`;
    return task ? [{ cluster: text`${nameOf(group.cluster)}`, service, numbers: group, worst: task }] : [];
  });
}

/** `2 unprotected, 1 not connected`; empty when all are protected. */
export function otherVerdicts({ verdicts }: Numbers): SafeText {
  const found = VERDICTS.filter((verdict) => verdict !== "protected" && verdicts[verdict] > 0);
  return join(found.map((verdict) => text`${verdicts[verdict]} ${VERDICT_NAMES[verdict]}`));
}

/** `3 of 5 running tasks protected (60 %)`, as the report says it of containers. */
export function coverageOf({ protected: covered, tasks, percent }: Numbers): SafeText {
  return text`${covered} of ${tasks} running tasks protected (${percent} %)`;
}
