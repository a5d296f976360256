import { readFileSync } from "node:fs";
import { join } from "node:path";

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../lib/json";
import { changeTexts, evaluateTemplate } from "../../lib/stack/terraform-text";
import { completeAsEcs, type Emulator, objectOf } from "./emulator";

/** The revisions of a family that can be run, oldest first. */
export async function revisions(emulator: Emulator, family: string): Promise<readonly string[]> {
  const { taskDefinitionArns } = await emulator.call("ecs", "ListTaskDefinitions", { familyPrefix: family });
  const arns = isJsonArray(taskDefinitionArns) ? taskDefinitionArns.map(String) : [];
  return arns
    .map((arn) => arn.slice(arn.lastIndexOf("/") + 1))
    .filter((revision) => revision.startsWith(`${family}:`))
    .sort((one, other) => Number(one.split(":")[1]) - Number(other.split(":")[1]));
}

/** The containers of the newest revision, as the emulated ECS has them. */
export async function registeredContainers(emulator: Emulator, family: string): Promise<JsonValue> {
  const { taskDefinition } = await emulator.call("ecs", "DescribeTaskDefinition", { taskDefinition: family });
  return comparable(objectOf(taskDefinition));
}

/** The containers of the synthesized and proven task definition, with expressions replaced by `known` values. */
export function provenContainers(
  stackFolder: string,
  family: string,
  known: Readonly<Record<string, string>>,
): JsonValue {
  const stack: Stack = JSON.parse(readFileSync(join(stackFolder, "cdk.tf.json"), "utf8"));
  const resource = stack.resource.aws_ecs_task_definition[`task-definition-${family}`];
  const written: JsonValue = JSON.parse(resource?.container_definitions ?? "null");
  return comparable({ containerDefinitions: changeTexts(written, (text) => evaluateTemplate(text, known)) });
}

type Stack = {
  readonly resource: {
    readonly aws_ecs_task_definition: Readonly<Record<string, { readonly container_definitions: string }>>;
  };
};

// Adds ECS' defaults and sorts the containers by name, so that both sides can be compared.
function comparable(definition: JsonObject): JsonValue {
  const { containerDefinitions } = completeAsEcs(definition);
  const nameOf = (container: JsonValue) => (isJsonObject(container) ? String(container.name) : "");
  return isJsonArray(containerDefinitions)
    ? [...containerDefinitions].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
    : null;
}
