import { excerpt, join, text } from "../text/safe-text";
import type { Draft } from "./draft";
import { notice, type Step } from "./finding";

/** The stack's own execution role may read the install bundle alone. */
export function* checkExecutionRole({ task, containers }: Draft): Step {
  if (task.values.executionRoleArn !== undefined || task.isUnclear("executionRoleArn")) return;
  for (const { path, values } of containers) {
    const { options, secretOptions } = values.logConfiguration ?? {};
    const needs = [
      values.secrets && "secrets",
      secretOptions && "logConfiguration.secretOptions",
      options?.["awslogs-create-group"] && "awslogs-create-group",
      values.repositoryCredentials && "repositoryCredentials",
      values.environmentFiles && "environmentFiles",
    ].filter((need) => typeof need === "string");
    if (needs.length === 0) continue;
    const list = join(needs.map((need) => excerpt(need)));
    const why =
      "so the task needs an executionRoleArn of its own, because the stack's role may read the install bundle alone";
    yield notice(path, () => text`uses ${list}, ${why}.`);
  }
}
