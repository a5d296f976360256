import { type Place, placeOf } from "../arn";
import { OutputError } from "../errors";
import { asText, isJsonObject, type JsonObject, type JsonValue, objectOf } from "../json";
import { ids, ROLE_ARN, SECRET_ARN } from "../stack/names";
import { familyOf, regionIn, resourcesOfType, taskDefinitionsIn } from "../stack/synthesized-tasks";
import type { Values } from "../stack/terraform-text";
import { join, quote, type SafeText, text } from "../text/safe-text";
import type { Outputs } from "./read-outputs";

/** A task definition of the stack, and the ARN that Terraform has registered it under. */
export type DeployedTask = { readonly arn: string; readonly place: Place; readonly resource: JsonObject };

/**
 * Returns the stack's task definitions with their ARNs from Terraform's outputs.
 *
 * @throws OutputError when stack and outputs don't match.
 */
export function deployedTasks(stack: JsonObject, outputs: Outputs): readonly DeployedTask[] {
  const tasks = taskDefinitionsIn(stack).filter(isJsonObject);
  const found = tasks.map((resource) => {
    const family = familyOf(resource);
    const arn = outputs.get(ids.taskDefinitionOutput(family)) ?? "";
    return { family, arn, place: placeOf(arn), resource };
  });
  const deployed = found.flatMap(({ arn, place, resource }) => (place === undefined ? [] : [{ arn, place, resource }]));
  const names = new Set(found.map(({ family }) => ids.taskDefinitionOutput(family)));
  const prefix = ids.taskDefinitionOutput("");
  const missing = found.filter(({ place }) => place === undefined);
  const strangers = [...outputs.keys()].filter((name) => name.startsWith(prefix) && !names.has(name));
  const problems: SafeText[] = [
    ...missing.map(
      ({ family }) => text`The outputs have no ARN of the task definition ${quote(family)}: apply the stack first.`,
    ),
    ...strangers.map(
      (name) =>
        text`The outputs name ${quote(name.slice(prefix.length))}, which is not in the stack: these are another stack's outputs, or the stack was synthesized again but not applied. Apply it, or check --stack and --outputs.`,
    ),
    ...misplaced(deployed, regionIn(stack)),
  ];
  if (problems.length > 0) throw new OutputError(problems);
  return deployed;
}

function misplaced(deployed: readonly DeployedTask[], region: JsonValue | undefined): readonly SafeText[] {
  const places = deployed.map(({ place }) => place);
  const names = [...new Set(places.map((place) => `${place.account} in ${place.region}`))].map((name) => quote(name));
  if (names.length > 1) {
    const what = text`the outputs name task definitions of ${join(names, " and ")}`;
    return [text`Two accounts or regions are mixed up: ${what}. Check --outputs, or apply the stack again.`];
  }
  const elsewhere = places.find((place) => place.region !== region);
  if (!elsewhere) return [];
  const what = text`The outputs name task definitions in ${elsewhere.region}, and the stack is for ${asText(region)}`;
  return [text`${what}. Check --stack and --outputs, and give each region a STACK_NAME of its own.`];
}

/**
 * Returns the deployed values of the resource's expressions: the role from Terraform's output; the secret from the registered
 * definition, if Terraform made its name from the stack's and it is in the task definition's partition, region and account.
 */
export function deployedValues(
  { place }: DeployedTask,
  registered: JsonObject,
  stack: JsonObject,
  outputs: Outputs,
): Values {
  const role = outputs.get(ids.roleOutput);
  const { name_prefix } = objectOf(resourcesOfType(stack, "aws_secretsmanager_secret")[ids.secret]);
  const isOfStack = (value: string) => typeof name_prefix === "string" && isStackSecret(value, name_prefix, place);
  const bundle = textsIn(registered).find(isOfStack);
  return {
    ...(role !== undefined && { [ROLE_ARN]: role }),
    ...(bundle !== undefined && { [SECRET_ARN]: bundle }),
  };
}

// Terraform appends the time, to the tenth of a millisecond, and a hexadecimal counter to the prefix, and Secrets Manager
// a hyphen and six characters to the name.
const SUFFIXES = /^\d{18}[\da-f]{8}-[A-Za-z\d]{6}$/;

function isStackSecret(value: string, prefix: string, { partition, region, account }: Place): boolean {
  const start = `arn:${partition}:secretsmanager:${region}:${account}:secret:${prefix}`;
  return value.startsWith(start) && SUFFIXES.test(value.slice(start.length));
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
