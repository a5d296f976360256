import { isJsonArray, isJsonObject, type JsonObject } from "../json";
import { isEqual } from "../protection/compare";
import { describeAll } from "../protection/deviation";
import { definitionDifferences } from "../stack/definition-differences";
import { camelCase } from "../stack/resource-form";
import { evaluatedTask } from "../stack/synthesized-tasks";
import type { Values } from "../stack/terraform-text";
import { excerpt, type SafeText, text } from "../text/safe-text";
import { plannedDefinition } from "./planned-definition";
import { isPlanned } from "./planned-value";
import type { PlannedResource } from "./read-plan";
import { TASK_DEFINITION } from "./task-types";
import { compareArguments, writtenArguments } from "./written-arguments";

/**
 * Lists where a planned resource differs from cdk.tf.json, or adds to it.
 *
 * @param expressions its arguments in the plan's configuration
 */
export function resourceProblems(
  found: PlannedResource,
  written: JsonObject,
  expressions: JsonObject,
  values: Values,
): readonly SafeText[] {
  // The plan destroys it, which is reported separately.
  if (!found.after || found.isDestroyed) return [];
  const at = excerpt(found.address);
  const { added, changed } = compareArguments(expressions, written);
  const { problems, isReported, compared } =
    found.type === TASK_DEFINITION ? checkTask(found, written, changed, values) : checkOther(found, written);
  const otherwise = compared.filter((name) => !isPlanned(found, name, written[name], values));
  return [
    ...problems,
    ...[...new Set([...changed, ...otherwise])]
      .filter((name) => !isReported(name))
      .map((name) => text`${at}: ${name} differs from the stack. Plan the synthesized stack again.`),
    ...added.filter((name) => !isReported(name)).map((name) => isNotInStack(at, name)),
  ];
}

type Checked = {
  readonly problems: readonly SafeText[];
  /** Whether the problems already cover an argument. */
  readonly isReported: (name: string) => boolean;
  /** The arguments whose planned values are still to be compared. */
  readonly compared: readonly string[];
};

/** Compares a task definition as ECS registers it, since the provider changes the form of the containers. */
function checkTask(found: PlannedResource, written: JsonObject, changed: readonly string[], values: Values): Checked {
  const at = excerpt(found.address);
  const { definition, unreadable, unknown } = plannedDefinition(found);
  // Values known only after the apply are compared as they are written. The provider computes enable_fault_injection.
  const later = unknown.filter(
    (name) => name !== "enable_fault_injection" && (!Object.hasOwn(written, name) || changed.includes(name)),
  );
  const unread = unreadable ? ["containerDefinitions"] : [];
  const except = [...unknown.map(registeredName), ...unread];
  const deviations = definitionDifferences(evaluatedTask(written, values), definition, except);
  const reported = new Set([...unread, ...deviations.map(({ field }) => field.split(".")[0])]);
  return {
    problems: [
      ...later.map(
        (name) => text`${at}: ${name} will be known only after the apply, and is not written as in the stack.`,
      ),
      ...[...(unreadable ? [unreadable] : []), ...describeAll(deviations)].map(
        (deviation) => text`${at} is not the proven task definition: ${deviation}`,
      ),
    ],
    isReported: (name) => later.includes(name) || reported.has(registeredName(name)),
    compared: ["skip_destroy", ...unknown].filter((name) => Object.hasOwn(written, name)),
  };
}

function registeredName(name: string): string {
  return name === "volume" ? "volumes" : camelCase(name);
}

function checkOther({ address, before, after = {} }: PlannedResource, written: JsonObject): Checked {
  const names = Object.keys(writtenArguments(written));
  // A `dynamic` block is not among the plan's expressions.
  const blocks = Object.keys(after).filter((name) => {
    const value = after[name];
    const isBlock = isJsonArray(value) && value.some(isJsonObject);
    return isBlock && !names.includes(name) && !isEqual(value, before?.[name]);
  });
  return {
    problems: blocks.map((name) => isNotInStack(excerpt(address), name)),
    isReported: (name) => blocks.includes(name),
    compared: names,
  };
}

function isNotInStack(at: SafeText, name: string): SafeText {
  return text`${at}: the plan has ${name}, which the stack does not.`;
}
