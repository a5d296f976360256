import { DEFENDER } from "../defender";
import type { TaskDefinition } from "../task/schema";

/** Something that the Console changed in an application container, for people. */
export type Change = { readonly container: string; readonly field: string; readonly change: string };

/** What the Console did to each container, from a task definition as sent and its proven answer. */
export function findChanges(sent: TaskDefinition, answer: TaskDefinition): readonly Change[] {
  return sent.containerDefinitions.flatMap((before) => {
    const after = answer.containerDefinitions.find(({ name }) => name === before.name);
    const names = new Set(before.environment?.map(({ name }) => name));
    const added = after?.environment?.filter(({ name }) => !names.has(name)).map(({ name }) => name) ?? [];
    const condition = after?.dependsOn?.find(({ containerName }) => containerName === DEFENDER)?.condition;
    const entryPoint = after?.entryPoint?.slice(0, 3).join(" ");
    const found = before.entryPoint ? "" : `, then what the Console found: ${after?.entryPoint?.slice(3).join(" ")}`;
    return [
      { field: "entryPoint", change: `begins with ${entryPoint}${found}` },
      { field: "environment", change: `added ${added.join(", ")}` },
      { field: "dependsOn", change: `added ${DEFENDER} (${condition})` },
      { field: "volumesFrom", change: `added ${DEFENDER}, writable` },
      { field: "linuxParameters", change: "added the capability SYS_PTRACE" },
    ].map((change) => ({ container: before.name, ...change }));
  });
}
