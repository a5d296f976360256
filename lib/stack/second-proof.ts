import { isDeepStrictEqual } from "node:util";

import { ProofError } from "../errors";
import { isJsonObject, type JsonObject, type JsonValue } from "../json";
import type { ProtectedTask } from "../protection/protected-task";
import { registeredForm } from "../task/registered-form";
import { text } from "../text/safe-text";
import { ids } from "./names";
import { resourceForm } from "./resource-form";
import { evaluateTemplate } from "./terraform-text";

// What stands for values that AWS gives at the deployment.
const ROLE = `aws_iam_role.${ids.role}.arn`;
const SECRET = `aws_secretsmanager_secret.${ids.secret}.arn`;
const KNOWN = { [ROLE]: `the value of ${ROLE}`, [SECRET]: `the value of ${SECRET}` };

/**
 * Proves that what Terraform is going to read is what has been proven: every task definition of
 * `cdk.tf.json`, evaluated and brought back to RegisterTaskDefinition's form, is registered as its
 * protected task would be, the install bundle taken from `bundleFrom` or else from the stack's own secret.
 *
 * @throws ProofError naming each task definition that differs, is missing or is too much.
 */
export function proveSynthesized(stack: JsonValue, tasks: readonly ProtectedTask[], bundleFrom?: string): void {
  const synthesized = taskDefinitionsIn(stack);
  const byFamily = new Map<string, JsonValue[]>();
  for (const resource of synthesized) {
    const family = familyOf(resource);
    byFamily.set(family, [...(byFamily.get(family) ?? []), resource]);
  }
  // One after the other: all of a fleet's in their long form at once would take much memory.
  const problems = tasks.flatMap((task) => {
    const [found, ...more] = byFamily.get(task.family) ?? [];
    if (found === undefined || more.length > 0)
      return [`${task.family}: expected once, got ${more.length + (found ? 1 : 0)} times`];
    const expected = expectedOf(task, bundleFrom ?? KNOWN[SECRET] ?? "");
    const different = differingKeys(expected, registeredForm(evaluatedTask(found)));
    return different.length > 0 ? [`${task.family}: ${different.join(", ")} differ`] : [];
  });
  if (synthesized.length !== tasks.length)
    problems.push(`${synthesized.length} task definitions instead of ${tasks.length}`);
  if (problems.length > 0) {
    throw new ProofError(
      problems.map(
        (problem) => text`What was synthesized is not what was proven: ${problem}. This is a defect: report it.`,
      ),
    );
  }
}

/** The task definitions of a `cdk.tf.json`, evaluated and in RegisterTaskDefinition's form. */
export function synthesizedTasks(stack: JsonValue): readonly JsonObject[] {
  return taskDefinitionsIn(stack).map((resource) => evaluatedTask(resource));
}

function taskDefinitionsIn(stack: JsonValue): readonly JsonValue[] {
  const resources = isJsonObject(stack) && isJsonObject(stack.resource) ? stack.resource.aws_ecs_task_definition : {};
  return Object.values(isJsonObject(resources) ? resources : {});
}

function familyOf(resource: JsonValue): string {
  const family = isJsonObject(resource) ? resource.family : undefined;
  return typeof family === "string" ? evaluateTemplate(family, KNOWN) : "";
}

function differingKeys(expected: JsonObject, found: JsonObject): readonly string[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...keys].filter((key) => !isDeepStrictEqual(expected[key], found[key]));
}

function expectedOf(task: ProtectedTask, bundleFrom: string): JsonObject {
  return registeredForm({ executionRoleArn: KNOWN[ROLE] ?? "", ...task.withInstallBundleFrom(bundleFrom) });
}

/**
 * A resource of cdk.tf.json as RegisterTaskDefinition would get it.
 *
 * @param values what its expressions become; those of the role and of the bundle's secret have a stand-in
 */
export function evaluatedTask(resource: JsonValue, values: Readonly<Record<string, string>> = {}): JsonObject {
  const attributes = isJsonObject(resource) ? withoutOurOwn(resource) : {};
  const registered = resourceForm(evaluated(attributes, { ...KNOWN, ...values }));
  // Empty ones mean something to Terraform: no resource at all, for one.
  const metaArguments = META_ARGUMENTS.filter((name) => Object.hasOwn(attributes, name));
  return { ...registered, ...Object.fromEntries(metaArguments.map((name) => [name, "there"])) };
}

// CDKTF's notes, dependencies and how the stack has Terraform replace it aren't part of the task definition.
function withoutOurOwn(resource: JsonObject): JsonObject {
  const { "//": _notes, depends_on: _dependencies, lifecycle, skip_destroy, ...attributes } = resource;
  const isOurs = lifecycle === undefined || isDeepStrictEqual(lifecycle, { create_before_destroy: true });
  return {
    ...attributes,
    ...(!isOurs && { lifecycle }),
    ...(skip_destroy !== undefined && skip_destroy !== true && { skip_destroy }),
  };
}

const META_ARGUMENTS = ["connection", "count", "for_each", "lifecycle", "provider", "provisioner"];

type Values = Readonly<Record<string, string>>;

/** Every string and key as Terraform evaluates it. */
function evaluated<T extends JsonValue>(value: T, values: Values): T;
function evaluated(value: JsonValue, values: Values): JsonValue {
  if (typeof value === "string") return evaluateTemplate(value, values);
  if (Array.isArray(value)) return value.map((element) => evaluated(element, values));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [evaluateTemplate(key, values), evaluated(child, values)]),
  );
}
