import { isDeepStrictEqual } from "node:util";

import { type JsonObject, type JsonValue, objectOf } from "../json";
import { elementsOf } from "../protection/compare";
import { ROLE_ARN, SECRET_ARN } from "./names";
import { resourceForm } from "./resource-form";
import { changeTexts, evaluateTemplate, type Values } from "./terraform-text";

// Stand-ins for values that AWS assigns at deployment.
export const ROLE_STAND_IN = `the value of ${ROLE_ARN}`;
export const SECRET_STAND_IN = `the value of ${SECRET_ARN}`;
const STAND_INS = { [ROLE_ARN]: ROLE_STAND_IN, [SECRET_ARN]: SECRET_STAND_IN };

/** The task definitions of a `cdk.tf.json` as they are written. */
export function taskDefinitionsIn(stack: JsonValue): readonly JsonValue[] {
  return Object.values(resourcesOfType(stack, "aws_ecs_task_definition"));
}

/** The resources of one type in a `cdk.tf.json`, by their ids. */
export function resourcesOfType(stack: JsonValue, type: string): JsonObject {
  return objectOf(objectOf(objectOf(stack).resource)[type]);
}

/** The region of the AWS provider in a `cdk.tf.json`. */
export function regionIn({ provider }: JsonObject): JsonValue | undefined {
  return objectOf(elementsOf(objectOf(provider).aws)[0]).region;
}

/** The family of a task definition in a `cdk.tf.json`; empty where there is none. */
export function familyOf(resource: JsonValue): string {
  const { family } = objectOf(resource);
  return typeof family === "string" ? evaluateTemplate(family, STAND_INS) : "";
}

/**
 * Converts a resource of cdk.tf.json to the input of RegisterTaskDefinition.
 *
 * @param values values of its expressions; those of the role and of the bundle's secret have a stand-in
 */
export function evaluatedTask(resource: JsonValue, values: Values = {}): JsonObject {
  const attributes = withoutOurOwn(objectOf(resource));
  const known = { ...STAND_INS, ...values };
  const registered = resourceForm(changeTexts(attributes, (text) => evaluateTemplate(text, known)));
  // Kept even if empty: with an empty `for_each`, for example, Terraform makes no resource at all.
  const metaArguments = META_ARGUMENTS.filter((name) => Object.hasOwn(attributes, name));
  return { ...registered, ...Object.fromEntries(metaArguments.map((name) => [name, "there"])) };
}

// CDKTF's notes, dependencies and the stack's own settings for replacement aren't part of the task definition.
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
