import type { RunningTask } from "../aws/tasks";
import { DEFENDER } from "../defender";
import { type CheckedDefinition, isProtected } from "./facts";

/** How many tasks of each family have a Defender that may be connected: the task runs, and its Defender in it. */
export function runningDefenders(
  tasks: readonly RunningTask[],
  definitions: ReadonlyMap<string, CheckedDefinition>,
): ReadonlyMap<string, number> {
  const running = new Map<string, number>();
  for (const { taskDefinition, lastStatus, containers } of tasks) {
    const definition = definitions.get(taskDefinition);
    const runs = containers.some((one) => one.name === DEFENDER && one.lastStatus === "RUNNING");
    if (!definition || !isProtected(definition) || lastStatus !== "RUNNING" || !runs) continue;
    running.set(definition.family, (running.get(definition.family) ?? 0) + 1);
  }
  return running;
}
