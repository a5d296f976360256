import { DEFENDER } from "../defender";
import { isJsonArray, type JsonObject, objectOf } from "../json";
import { elementsOf } from "../protection/compare";
import { describeAll } from "../protection/deviation";
import { checkStructure, type StructureFacts } from "../protection/structure";
import { excerpt, quote, type SafeText, text } from "../text/safe-text";
import { isForFargate, type PlannedDefinition, plannedDefinition } from "./planned-definition";
import type { Plan, PlannedResource } from "./read-plan";
import { TASK_DEFINITION, UNINSPECTED_TASKS } from "./task-types";

/** An exception for `FAMILY`, `FAMILY/CONTAINER`, or the name of another kind of resource, and the reason. */
export type Allowance = { readonly name: string; readonly reason: string };

/**
 * Checks that every task definition for Fargate that exists after the plan is protected, in any project. Another kind of
 * resource that makes tasks is a problem unless an exception names it, since this project can't judge it.
 */
export function checkProtection(plan: Plan, allowances: readonly Allowance[], facts: StructureFacts) {
  const used = new Set<Allowance>();
  const allowanceFor = (name: string) => {
    const allowance = allowances.find((one) => one.name === name);
    if (allowance) used.add(allowance);
    return allowance;
  };
  const resources = plan.resources.filter(({ after }) => after !== undefined);
  const current = new Map(resources.map(({ address, after }) => [address, after]));
  const leftovers = plan.leftovers.filter(
    ({ address, after }) => after !== undefined && !isSameFamily(after, current.get(address)),
  );
  const results = [...resources, ...resources.flatMap(leftBehind), ...leftovers]
    .filter(({ type }) => type === TASK_DEFINITION)
    .flatMap((resource) => {
      const planned = plannedDefinition(resource);
      if (!isForFargate(planned)) return [];
      const result = checkOne(planned, allowanceFor, facts);
      return ["delete", "forget"].includes(resource.actions.join()) ? ofLeaving(result, planned) : [result];
    });
  const others = resources.filter(makesOtherTasks).map((resource) => checkOther(resource, allowanceFor));
  return {
    problems: [...results, ...others].flatMap(({ problems }) => problems),
    /** How many task definitions are protected. */
    protected: results.filter(({ problems, allowed }) => problems.length + allowed.length === 0).length,
    allowed: [...results, ...others].flatMap(({ allowed }) => allowed),
    /** Exceptions that nothing in the plan needs. */
    unused: allowances.filter((allowance) => !used.has(allowance)),
  };
}

/** The last revision of a family that stays registered when its resource gets another family or region. */
function leftBehind(resource: PlannedResource): readonly PlannedResource[] {
  const { staysRegistered, before, after } = resource;
  if (!staysRegistered || isSameFamily(before, after)) return [];
  return [{ ...resource, actions: ["forget"], after: before, unknown: {} }];
}

/** Whether the later one follows the earlier one in its family, in the same region. */
function isSameFamily(earlier: JsonObject | undefined, later: JsonObject | undefined): boolean {
  // Before version 6, the provider's resources had no region.
  return earlier?.family === later?.family && (earlier?.region ?? later?.region) === later?.region;
}

type AllowanceFor = (name: string) => Allowance | undefined;

/** `allowed`: what an exception allows, with its reason. */
type Result = { readonly problems: readonly SafeText[]; readonly allowed: readonly SafeText[] };

function checkOne(planned: PlannedDefinition, allowanceFor: AllowanceFor, facts: StructureFacts): Result {
  const { address, family } = planned;
  const result = checkContainers(planned, allowanceFor, facts);
  const whole = family === undefined || result.problems.length === 0 ? undefined : allowanceFor(family);
  if (!whole) return result;
  return { problems: [], allowed: [text`${excerpt(address)}, family ${whole.name}: ${whole.reason}`] };
}

function checkContainers(
  { address, family, definition, unreadable, unknown }: PlannedDefinition,
  allowanceFor: AllowanceFor,
  facts: StructureFacts,
): Result {
  const at = excerpt(address);
  const refused = (problem: SafeText): Result => ({ problems: [problem], allowed: [] });
  const undecided = ["family", "container_definitions", "runtime_platform"].filter((name) => unknown.includes(name));
  if (undecided.length > 0) {
    const what = text`${undecided.join(" and ")} will be known only after the apply, so protection can't be proven`;
    const remedy =
      "First apply the resources that it refers to, or write their values, and plan again. For this project's own stack, add --stack cdktf.out.";
    return refused(text`${at}: ${what}. ${remedy}`);
  }
  if (unreadable) return refused(text`${at} is not protected: ${unreadable}`);
  const { deviations, containers } = checkStructure(definition, facts);
  const hasDefender = elementsOf(definition.containerDefinitions).some((one) => objectOf(one).name === DEFENDER);
  if (!hasDefender && family !== undefined && containers.every(({ state }) => state === "left-out")) {
    const remedy = text`Protect it with this project, or allow it by --allow ${excerpt(family)}=REASON.`;
    return refused(text`${at} is not protected: it has no Defender. ${remedy}`);
  }
  const problems = describeAll(deviations).map((deviation) => text`${at} is not protected: ${deviation}`);
  const allowed: SafeText[] = [];
  for (const { name, state } of containers) {
    if (state !== "left-out") continue;
    const allowance = allowanceFor(`${family}/${name}`);
    if (allowance) allowed.push(text`${at}, container ${name}: ${allowance.reason}`);
    else {
      const remedy = text`Protect it, or allow it by --allow ${excerpt(`${family}/${name}`)}=REASON.`;
      problems.push(text`${at}: the container ${quote(name, 120)} is not under runtime defense. ${remedy}`);
    }
  }
  return { problems, allowed };
}

/** The result for a task definition that stays registered when it leaves the state. A protected one needs no result. */
function ofLeaving(result: Result, { address, family = "FAMILY" }: PlannedDefinition): readonly Result[] {
  if (result.problems.length === 0) return result.allowed.length > 0 ? [result] : [];
  const name = excerpt(family);
  const what = text`${excerpt(address)}: the revision of the family ${name} that stays registered (skip_destroy, or destroy = false) is not protected`;
  const remedy = text`Deregister it first, or allow it by --allow ${name}=REASON.`;
  return [{ ...result, problems: [text`${what}. ${remedy}`] }];
}

/** Whether it makes tasks for Fargate in a form that isn't inspected. An unknown value counts as yes. */
function makesOtherTasks(resource: PlannedResource): boolean {
  const { type, after, unknown } = resource;
  if (type === "awscc_ecs_task_definition") return isForFargate(plannedDefinition(resource));
  if (!/^aws(cc)?_batch_job_definition$/.test(type)) return UNINSPECTED_TASKS.has(type);
  const capabilities = after?.platform_capabilities;
  return unknown.platform_capabilities === true || (isJsonArray(capabilities) && capabilities.includes("FARGATE"));
}

function checkOther({ address, type, after }: PlannedResource, allowanceFor: AllowanceFor): Result {
  const at = excerpt(address);
  const argument = UNINSPECTED_TASKS.get(type) ?? "";
  const name = after?.[argument];
  const allowance = typeof name === "string" ? allowanceFor(name) : undefined;
  if (allowance) return { problems: [], allowed: [text`${at}, ${argument} ${allowance.name}: ${allowance.reason}`] };
  const exception =
    typeof name === "string"
      ? text`allow it by --allow ${excerpt(name)}=REASON`
      : text`give it a ${argument}, by which --allow can name it`;
  const problem = text`${at}: its tasks run on Fargate, but protection can't be checked for ${excerpt(type)}. Use ${TASK_DEFINITION} for them, or ${exception}.`;
  return { problems: [problem], allowed: [] };
}
