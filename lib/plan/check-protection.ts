import { describeAll } from "../protection/deviation";
import { checkStructure, type StructureFacts } from "../protection/structure";
import { excerpt, quote, type SafeText, text } from "../text/safe-text";
import { isForFargate, type PlannedDefinition, plannedDefinition } from "./planned-definition";
import type { Plan } from "./read-plan";
import { TASK_DEFINITION } from "./task-types";

/** An exception: `FAMILY` or `FAMILY/CONTAINER`, and why. */
export type Allowance = { readonly name: string; readonly reason: string };

export type PlanProtection = {
  readonly problems: readonly SafeText[];
  /** Addresses of what is protected. */
  readonly protected: readonly string[];
  /** What an exception lets through, with its reason. */
  readonly allowed: readonly SafeText[];
  /** Exceptions that the plan has no use for. */
  readonly unused: readonly Allowance[];
};

/** Whether every task definition for Fargate that there is after the plan is protected. Of any project. */
export function checkProtection(plan: Plan, allowances: readonly Allowance[], facts: StructureFacts): PlanProtection {
  const used = new Set<Allowance>();
  const allowanceFor = (name: string) => {
    const allowance = allowances.find((one) => one.name === name);
    if (allowance) used.add(allowance);
    return allowance;
  };
  const results = plan.resources
    .filter(({ type, after }) => type === TASK_DEFINITION && after !== undefined)
    .map(plannedDefinition)
    .filter(isForFargate)
    .map((planned) => checkOne(planned, allowanceFor, facts));
  return {
    problems: results.flatMap(({ problems }) => problems),
    protected: results
      .filter(({ problems, allowed }) => problems.length + allowed.length === 0)
      .map((one) => one.address),
    allowed: results.flatMap(({ allowed }) => allowed),
    unused: allowances.filter((allowance) => !used.has(allowance)),
  };
}

type Result = {
  readonly address: string;
  readonly problems: readonly SafeText[];
  readonly allowed: readonly SafeText[];
};

function checkOne(
  { address, family, definition, unknown }: PlannedDefinition,
  allowanceFor: (name: string) => Allowance | undefined,
  facts: StructureFacts,
): Result {
  const at = excerpt(address);
  const whole = family === undefined ? undefined : allowanceFor(family);
  if (whole) return { address, problems: [], allowed: [text`${at}, family ${whole.name}: ${whole.reason}`] };
  const undecided = ["family", "container_definitions"].filter((name) => unknown.includes(name));
  if (undecided.length > 0) {
    const what = text`${undecided.join(" and ")} will be known only after the apply, so nothing proves that it is protected`;
    const remedy = "Apply first what it refers to, or write that as a value, and plan again.";
    return { address, problems: [text`${at}: ${what}. ${remedy}`], allowed: [] };
  }
  const { deviations, containers } = checkStructure(definition, facts);
  const problems = describeAll(deviations).map((deviation) => text`${at} is not protected: ${deviation}`);
  const allowed: SafeText[] = [];
  for (const { name, state } of containers) {
    if (state !== "left-out") continue;
    const allowance = allowanceFor(`${family}/${name}`);
    if (allowance) allowed.push(text`${at}, container ${name}: ${allowance.reason}`);
    else problems.push(text`${at}: the container ${quote(name, 120)} is not under runtime defense.`);
  }
  return { address, problems, allowed };
}
