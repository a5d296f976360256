import { DEFENDER } from "../defender";
import type { Report, TaskReport } from "./report";

/** A task, its containers, the sidecar, the secret and the role in Mermaid, in the subset that Azure DevOps supports. */
export function taskPicture({ console, installBundle }: Report, task: TaskReport): string {
  const containers = task.containers.map(({ name, reason }, index) => ({
    id: `container${index}`,
    label: `${label(name)}: ${reason === null ? "protected" : "left out"}`,
    isProtected: reason === null,
  }));
  const role = task.executionRole.kind === "stack" ? "execution role" : "the task's own execution role";
  const secret = installBundle.kind === "managed" ? "install bundle" : "existing install bundle";
  return [
    "graph LR",
    `  subgraph task["task ${label(task.family)}"]`,
    ...containers.map(({ id, label }) => `    ${id}["${label}"]`),
    `    defender["${DEFENDER} ${label(task.defender.version ?? "of unknown version")}"]`,
    "  end",
    ...containers.filter(({ isProtected }) => isProtected).map(({ id }) => `  ${id} --> defender`),
    `  role(["${role}"]) -->|reads| secret[("${secret}")]`,
    "  secret -->|is given to| defender",
    `  defender -->|reports to| console{{"Console ${label(console.version)}"}}`,
    ...containers.filter(({ isProtected }) => !isProtected).map(({ id }) => `  style ${id} stroke-dasharray: 5 5`),
  ].join("\n");
}

/** Escapes text from outside for a Mermaid label: all but plain characters become Mermaid's own references. */
function label(outside: string): string {
  return outside.replace(/[^A-Za-z0-9 .-]/gu, (character) => `#${character.codePointAt(0)};`);
}
