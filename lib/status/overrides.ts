import type { RunningTask } from "../aws/running-tasks";
import { DEFENDER, DEFENDER_VARIABLES } from "../defender";
import { excerpt, type SafeText, text } from "../text/safe-text";

/**
 * What a task was started with in place of its task definition's protection: container and field. An application's other
 * command is none of it, since the wrapper is the entry point, which no override replaces.
 */
export function protectionOverrides({ overrides }: RunningTask): readonly SafeText[] {
  return overrides.flatMap(({ container, fields, variables }) => {
    const changed =
      container === DEFENDER
        ? fields
        : variables.filter((name) => DEFENDER_VARIABLES.includes(name)).map((name) => `environment ${name}`);
    return changed.map((field) => text`container ${excerpt(container, 120)}, ${field}`);
  });
}
