import type { RunningTask } from "../aws/running-tasks";
import { judge } from "./judge";
import type { Facts } from "./read-facts";

/** The result for one running task. */
export type TaskStatus = Readonly<ReturnType<typeof taskStatus>>;

export function taskStatus(task: RunningTask, facts: Facts) {
  const definition = facts.definitions.get(task.taskDefinition);
  if (!definition) throw new Error("every task's definition has been read");
  const judgement = judge(task, definition, facts);
  const { containers } = definition.structure;
  const hasWorkingDefender = judgement.verdict === "protected" || judgement.verdict === "left-out";
  return {
    /** ARNs. */
    task: task.arn,
    cluster: task.cluster,
    /** null for a task that no service has started. */
    service: task.service ?? null,
    family: definition.family,
    revision: definition.revision,
    ...judgement,
    /** Without the Defender. */
    containers: {
      total: containers.length,
      protected: hasWorkingDefender ? containers.filter(({ state }) => state === "protected").length : 0,
    },
  };
}
