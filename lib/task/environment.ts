import { DEFENDER_VARIABLES } from "../defender";
import { notice, problem, type Step } from "./finding";
import type { RuntimeDefense } from "./runtime-defense";
import type { TaskDefinition } from "./schema";

/** Environment variables that would clash with the Defender's, or unsettle every later plan. */
export function* checkEnvironment(task: TaskDefinition, { exclude }: RuntimeDefense): Step {
  for (const { name: container, environment = [], secrets = [] } of task.containerDefinitions) {
    const at = `containerDefinitions[${container}].environment`;
    const names = Object.hasOwn(exclude, container) ? [] : [...environment, ...secrets].map(({ name }) => name);
    for (const name of names.filter((name) => DEFENDER_VARIABLES.includes(name))) {
      yield problem(
        `${at}: ${name} is a variable that the Defender sets itself. Take it off, or exclude the container.`,
      );
    }
    for (const { name, value } of environment) {
      if (value === "") yield notice(`${at}: ${name} is empty, so Terraform replaces the task at every apply.`);
    }
  }
}

/** The stack's own execution role may read the install bundle alone. */
export function* checkExecutionRole({ executionRoleArn, containerDefinitions }: TaskDefinition): Step {
  if (executionRoleArn !== undefined) return;
  for (const container of containerDefinitions) {
    const { options, secretOptions } = container.logConfiguration ?? {};
    const needs = [
      container.secrets && "secrets",
      secretOptions && "logConfiguration.secretOptions",
      options?.["awslogs-create-group"] && "awslogs-create-group",
      container.repositoryCredentials && "repositoryCredentials",
      container.environmentFiles && "environmentFiles",
    ].filter(Boolean);
    if (needs.length === 0) continue;
    const why =
      "the task needs an executionRoleArn of its own, because the stack's role may read the install bundle alone";
    yield notice(`containerDefinitions[${container.name}] uses ${needs.join(", ")}: ${why}.`);
  }
}
