import { isDeepStrictEqual } from "node:util";

import { ProofError } from "../errors";
import { groupBy } from "../group-by";
import type { JsonObject, JsonValue } from "../json";
import type { ProtectedTask } from "../protection/protected-task";
import { registeredForm } from "../task/registered-form";
import { text } from "../text/safe-text";
import { evaluatedTask, familyOf, ROLE_STAND_IN, SECRET_STAND_IN, taskDefinitionsIn } from "./synthesized-tasks";

/**
 * Proves that Terraform will read what has been proven: every task definition in `cdk.tf.json`, evaluated and converted
 * back to RegisterTaskDefinition's form, must be registered like its protected task. The install bundle comes from
 * `bundleFrom`, or else from the stack's own secret.
 *
 * @throws ProofError naming each task definition that differs, is missing or occurs more than once.
 */
export function proveSynthesized(
  stack: JsonValue,
  tasks: readonly ProtectedTask[],
  bundleFrom = SECRET_STAND_IN,
): void {
  const synthesized = taskDefinitionsIn(stack);
  const byFamily = groupBy(synthesized, familyOf);
  // One task at a time: the registered forms of a whole fleet at once would take much memory.
  const problems = tasks.flatMap((task) => {
    const same = byFamily.get(task.family) ?? [];
    const [found] = same;
    if (found === undefined || same.length > 1) return [`${task.family}: expected once, got ${same.length} times`];
    const expected = { executionRoleArn: ROLE_STAND_IN, ...task.withInstallBundleFrom(bundleFrom) };
    const different = differingKeys(registeredForm(expected), registeredForm(evaluatedTask(found)));
    return different.length > 0 ? [`${task.family}: ${different.join(", ")} differ`] : [];
  });
  if (synthesized.length !== tasks.length)
    problems.push(`${synthesized.length} task definitions instead of ${tasks.length}`);
  if (problems.length > 0) {
    throw new ProofError(
      problems.map(
        (problem) => text`The stack differs from the proven tasks: ${problem}. This is a defect: report it.`,
      ),
    );
  }
}

function differingKeys(expected: JsonObject, found: JsonObject): readonly string[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...keys].filter((key) => !isDeepStrictEqual(expected[key], found[key]));
}
