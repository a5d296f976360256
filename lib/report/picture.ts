import { DEFENDER } from "../protection/names";
import type { Report, TaskReport } from "./report";

/** A task, its containers, the sidecar, the secret and the role as a Mermaid flowchart. */
export function taskPicture({ console, installBundle }: Report, task: TaskReport): string {
  const containers = task.containers.map(({ name, reason }, index) => {
    const state = reason === null ? "protected" : "left out";
    return { id: `container${index}`, label: `${label(name)}<br/>${state}`, isProtected: reason === null };
  });
  const role = task.executionRole.kind === "stack" ? "execution role" : "the task's own execution role";
  const secret = installBundle.kind === "managed" ? "install bundle" : "existing install bundle";
  return [
    "flowchart LR",
    `  subgraph task["task ${label(task.family)}"]`,
    ...containers.map(({ id, label }) => `    ${id}["${label}"]`),
    `    defender["${DEFENDER}<br/>${label(task.defender.version)}"]`,
    "  end",
    ...containers.filter(({ isProtected }) => isProtected).map(({ id }) => `  ${id} --> defender`),
    `  role(["${role}"]) -->|reads| secret[("${secret}")]`,
    "  secret -->|is given to| defender",
    `  defender -->|reports to| console{{"Console ${label(console.version)}"}}`,
  ].join("\n");
}

/** Text from outside within a Mermaid label: all but plain characters as Mermaid's own references. */
function label(outside: string): string {
  return outside.replace(/[^A-Za-z0-9 .-]/gu, (character) => `#${character.codePointAt(0)};`);
}
