import { asText, isJsonObject, type JsonObject, type JsonValue, objectOf } from "../json";
import { regionIn } from "../stack/synthesized-tasks";
import type { Values } from "../stack/terraform-text";
import { excerpt, join, type SafeText, text } from "../text/safe-text";
import { configurationProblems, configuredResources } from "./check-configuration";
import { resourceProblems } from "./check-stack-resource";
import type { Plan, PlannedResource } from "./read-plan";
import { TASK_DEFINITION } from "./task-types";

/**
 * Checks that a plan does what this project's stack defines, and nothing else: its configuration equals `cdk.tf.json`, its
 * task definitions equal those proven at synthesis, value by value, and nothing changes unasked.
 */
export function checkStackPlan(plan: Plan, stack: JsonObject) {
  const written = resourcesByAddress(stack);
  const planned = new Map(plan.resources.map((resource) => [resource.address, resource]));
  const configured = configuredResources(plan.configuration);
  const values = plannedValues(stack, planned);
  const region = regionIn(stack);
  const checked = [...written].map(([address, resource]) => {
    const found = planned.get(address);
    const expressions = objectOf(configured.get(address)?.expressions);
    return { address, problems: found ? resourceProblems(found, resource, expressions, values) : [missing(address)] };
  });
  return {
    problems: [
      ...checked.flatMap(({ problems }) => problems),
      ...plan.resources.flatMap((resource) => unasked(resource, written.get(resource.address))),
      ...plan.resources
        .filter(({ address }) => written.has(address))
        .flatMap((resource) => misplaced(resource, region)),
      ...plan.actions.map((address) => text`The plan invokes ${excerpt(address)}, which the stack does not.`),
      ...plan.variables.filter((name) => isEphemeral(stack, name)).map(held),
      ...configurationProblems(plan.configuration, stack, written),
    ],
    /** How many task definitions equal the proven ones. */
    proven: checked.filter(({ address, problems }) => problems.length === 0 && isTask(planned.get(address))).length,
    /** Findings that are not problems, but worth a look. */
    notices: plan.resources.filter(({ address, isDestroyed }) => !written.has(address) && isDestroyed).map(removed),
  };
}

/** The resources of a cdk.tf.json by their address. */
function resourcesByAddress({ resource }: JsonObject): ReadonlyMap<string, JsonObject> {
  return new Map(
    Object.entries(objectOf(resource)).flatMap(([type, named]) =>
      Object.entries(objectOf(named)).flatMap(([name, body]) =>
        isJsonObject(body) ? [[`${type}.${name}`, body] as const] : [],
      ),
    ),
  );
}

/** Returns the values of the stack's expressions, as far as the plan holds them. */
function plannedValues(stack: JsonObject, planned: ReadonlyMap<string, PlannedResource>): Values {
  const expressions = [...JSON.stringify(stack).matchAll(/\$\{((aws_\w+\.[\w-]+)\.(\w+))\}/g)];
  const values = expressions.flatMap(([, expression = "", address = "", attribute = ""]) => {
    const value = planned.get(address)?.after?.[attribute];
    return typeof value === "string" ? [[expression, value] as const] : [];
  });
  return Object.fromEntries(values);
}

/** Lists changes to a resource that the stack doesn't ask for. */
function unasked(
  { address, actions, actionReason, isAdopted, isDestroyed }: PlannedResource,
  written: JsonObject | undefined,
): readonly SafeText[] {
  const at = excerpt(address);
  if (isAdopted)
    return [text`${at} would be imported or moved by a block that is not in the stack. Remove that block.`];
  if (actions.join() === "no-op") return [];
  if (!written) {
    return isDestroyed
      ? []
      : [text`${at} is not in the stack, and the plan would ${join(actions.map((one) => excerpt(one)))} it.`];
  }
  if (isDestroyed) return [text`${at} is in the stack, and the plan would destroy it.`];
  if (actions.includes("forget")) return [text`${at} is in the stack, and the plan would forget it.`];
  if (actionReason === "replace_by_request") return [text`${at} would be replaced by request (-replace).`];
  if (actionReason === "replace_by_triggers")
    return [text`${at} would be replaced by a trigger, which the stack does not have.`];
  // The plan's configuration doesn't hold `lifecycle`.
  return objectOf(written.lifecycle).create_before_destroy === true && actions[0] === "delete"
    ? [text`${at} would be destroyed before its replacement is created, but the stack has create_before_destroy.`]
    : [];
}

/** From version 6 on, the AWS provider leaves a resource in the region of the state when only the provider's changes. */
function misplaced({ address, after }: PlannedResource, region: JsonValue | undefined): readonly SafeText[] {
  const planned = after?.region;
  if (typeof planned !== "string" || planned === region) return [];
  const what = text`${excerpt(address)} would be in ${excerpt(planned)}, and the stack is for ${asText(region)}`;
  return [text`${what}. Give each region a STACK_NAME of its own.`];
}

function isTask(resource: PlannedResource | undefined): boolean {
  return resource?.type === TASK_DEFINITION && resource.after !== undefined;
}

function isEphemeral(stack: JsonObject, variable: string): boolean {
  return objectOf(objectOf(stack.variable)[variable]).ephemeral === true;
}

function held(name: string): SafeText {
  return text`The plan holds the value of the variable ${name}, which must be ephemeral. Delete this plan, and plan the synthesized stack.`;
}

function missing(address: string): SafeText {
  return text`${excerpt(address)} is in the stack, but not in the plan. Plan the whole stack, without -target.`;
}

function removed({ address, staysRegistered }: PlannedResource): SafeText {
  const what = staysRegistered ? "Terraform forgets it, and it stays registered" : "the plan removes it";
  return text`${excerpt(address)} is no longer in the stack: ${what}.`;
}
