import { nameOf } from "../../arn";
import { groupBy } from "../../group-by";
import type { Numbers } from "../../status/numbers";
import type { Status } from "../../status/status";
import { rankOf, VERDICT_NAMES, VERDICTS } from "../../status/verdict";
import { join, type SafeText, text } from "../../text/safe-text";

export type ServiceStatus = Readonly<ReturnType<typeof byService>[number]>;

/** The tasks of each service, and those of a cluster that no service has started, in the summary's order. */
export function byService({ tasks, summary }: Status) {
  const keyOf = ({ cluster, service }: { readonly cluster: string; readonly service: string | null }) =>
    JSON.stringify([cluster, service]);
  const groups = groupBy(tasks, keyOf);
  return summary.services.flatMap((numbers) => {
    const members = groups.get(keyOf(numbers));
    if (!members) return [];
    // A task with the worst verdict.
    const worst = members.reduce((one, other) => (rankOf(other.verdict) < rankOf(one.verdict) ? other : one));
    const service = numbers.service === null ? text`(no service)` : text`${numbers.service}`;
    return [{ cluster: text`${nameOf(numbers.cluster)}`, service, numbers, worst }];
  });
}

/** `2 unprotected, 1 not connected`; empty when all are protected. */
export function otherVerdicts({ verdicts }: Numbers): SafeText {
  const found = VERDICTS.filter((verdict) => verdict !== "protected" && verdicts[verdict] > 0);
  return join(found.map((verdict) => text`${verdicts[verdict]} ${VERDICT_NAMES[verdict]}`));
}

/** `3 of 5 running tasks protected (60 %)`, worded as the report does for containers. */
export function coverageOf({ protected: covered, tasks, percent }: Numbers): SafeText {
  return text`${covered} of ${tasks} running tasks protected (${percent} %)`;
}
