import { isJsonObject, type JsonObject, type JsonValue } from "../json";
import { isEqual } from "../protection/compare";
import { describeAll } from "../protection/deviation";
import { definitionDifferences } from "../stack/definition-differences";
import { evaluatedTask } from "../stack/second-proof";
import { excerpt, join, type SafeText, text } from "../text/safe-text";
import { plannedDefinition, TASK_DEFINITION } from "./planned-definition";
import type { Plan, PlannedResource } from "./read-plan";

export type StackPlan = {
  readonly problems: readonly SafeText[];
  /** Addresses of the task definitions that are the proven ones. */
  readonly proven: readonly string[];
  /** What is no problem, but worth a look. */
  readonly notices: readonly SafeText[];
};

/**
 * Whether a plan does what this project's stack says, and nothing else: its task definitions are those of `cdk.tf.json`,
 * which were proven when it was synthesized, value by value, and no other resource changes unasked.
 */
export function checkStackPlan(plan: Plan, stack: JsonObject): StackPlan {
  const written = resourcesOf(stack);
  const planned = new Map(plan.resources.map((resource) => [resource.address, resource]));
  const values = plannedValues(stack, planned);
  const tasks = [...written].filter(([address]) => address.startsWith(`${TASK_DEFINITION}.`));
  const checked = tasks.map(([address, resource]) => {
    const found = planned.get(address);
    return { address, problems: found ? taskProblems(found, resource, plan, values) : [missing(address)] };
  });
  const others = plan.resources.filter(({ address }) => !checked.some((task) => task.address === address));
  return {
    problems: [
      ...checked.flatMap(({ problems }) => problems),
      ...plan.resources.flatMap((resource) => unasked(resource, written.has(resource.address))),
      ...others.flatMap((resource) => changedValues(resource, written.get(resource.address), plan)),
    ],
    proven: checked
      .filter(({ address, problems }) => problems.length === 0 && planned.get(address)?.after)
      .map(({ address }) => address),
    notices: plan.resources.filter(({ address, actions }) => !written.has(address) && isDeleted(actions)).map(removed),
  };
}

/** The resources of a cdk.tf.json by their address. */
function resourcesOf({ resource }: JsonObject): ReadonlyMap<string, JsonObject> {
  const types = isJsonObject(resource) ? Object.entries(resource) : [];
  return new Map(
    types.flatMap(([type, named]) =>
      isJsonObject(named)
        ? Object.entries(named).flatMap(([name, body]) =>
            isJsonObject(body) ? [[`${type}.${name}`, body] as const] : [],
          )
        : [],
    ),
  );
}

/** What the stack's expressions become, as far as the plan says it. */
function plannedValues(
  stack: JsonObject,
  planned: ReadonlyMap<string, PlannedResource>,
): Readonly<Record<string, string>> {
  const expressions = [...JSON.stringify(stack).matchAll(/\$\{((aws_\w+\.[\w-]+)\.(\w+))\}/g)];
  const values = expressions.flatMap(([, expression = "", address = "", attribute = ""]) => {
    const value = planned.get(address)?.after?.[attribute];
    return typeof value === "string" ? [[expression, value] as const] : [];
  });
  return Object.fromEntries(values);
}

function taskProblems(
  found: PlannedResource,
  written: JsonObject,
  plan: Plan,
  values: Readonly<Record<string, string>>,
): readonly SafeText[] {
  // The plan destroys it, which is said besides.
  if (!found.after) return [];
  const at = excerpt(found.address);
  const { definition, unknown } = plannedDefinition(found);
  const expressions = plan.configuration.get(found.address) ?? {};
  // What only the apply makes known is compared as it is written: the plan holds that, too.
  const unwritten = unknown.filter(
    (name) => name !== "enable_fault_injection" && !isWritten(expressions[name], written[name]),
  );
  const except = unknown.map((name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  return [
    ...unwritten.map(
      (name) => text`${at}: ${name} will be known only after the apply, and is not written as in the stack.`,
    ),
    ...describeAll(definitionDifferences(evaluatedTask(written, values), definition, except)).map(
      (deviation) => text`${at} is not the proven task definition: ${deviation}`,
    ),
  ];
}

/** Whether an expression of the plan's configuration is the one that stands in the stack's file. */
function isWritten(expression: JsonValue | undefined, written: JsonValue | undefined): boolean {
  return isJsonObject(expression) && isEqual(expression.constant_value, written);
}

/** What the plan does to a resource that nobody has asked for. */
function unasked({ address, actions, actionReason }: PlannedResource, isInStack: boolean): readonly SafeText[] {
  const at = excerpt(address);
  if (actions.every((action) => action === "no-op" || action === "read" || action === "forget")) return [];
  if (!isInStack) {
    return isDeleted(actions)
      ? []
      : [text`${at} is not in the stack, and the plan would ${join(actions.map((one) => excerpt(one)))} it.`];
  }
  if (isDeleted(actions)) return [text`${at} is in the stack, and the plan would destroy it.`];
  if (actionReason === "replace_by_request") return [text`${at} would be replaced by request (-replace).`];
  return [];
}

/** The other resources' plain values, such as a policy's text: another file beside the stack could have changed them. */
function changedValues(
  { address, after, unknown }: PlannedResource,
  written: JsonObject | undefined,
  plan: Plan,
): readonly SafeText[] {
  if (!written || !after) return [];
  const expressions = plan.configuration.get(address) ?? {};
  return Object.entries(written).flatMap(([name, value]) => {
    if (NOT_VALUES.includes(name) || typeof value === "object") return [];
    const isSame = unknown[name] !== true && String(after[name]) === String(value);
    return isSame || isWritten(expressions[name], value)
      ? []
      : [text`${excerpt(address)}: ${name} is not what the stack says.`];
  });
}

const NOT_VALUES = ["//", "depends_on", "lifecycle", "provider"];

function isDeleted(actions: readonly string[]): boolean {
  return actions.length === 1 && actions[0] === "delete";
}

function missing(address: string): SafeText {
  return text`${excerpt(address)} is in the stack, but not in the plan. Plan the whole stack, without -target.`;
}

function removed({ address }: PlannedResource): SafeText {
  return text`${excerpt(address)} is no longer in the stack: the plan removes it.`;
}
