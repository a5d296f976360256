import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { differences, isEqual } from "../protection/compare";
import type { Deviation } from "../protection/deviation";
import { registeredForm } from "../task/registered-form";

/**
 * Compares two task definitions in RegisterTaskDefinition's form, both as ECS registers them. Matches containers and
 * volumes by name, since the AWS provider sorts them and their order means nothing.
 *
 * @param except keys of the task level that are not compared
 */
export function definitionDifferences(
  proven: JsonObject,
  got: JsonObject,
  except: readonly string[],
): readonly Deviation[] {
  return differences(comparable(proven), comparable(got), except);
}

function comparable(definition: JsonObject): JsonObject {
  const { containerDefinitions, volumes, enableFaultInjection, ...same } = registeredForm(definition);
  return {
    ...same,
    ...(enableFaultInjection === true && { enableFaultInjection }),
    ...(containerDefinitions !== undefined && { containerDefinitions: keyedByName(containerDefinitions) }),
    ...(isJsonArray(volumes) && { volumes: keyedByName(volumes.map(withoutDefaults)) }),
  };
}

/** Removes the defaults that the provider and ECS fill in for a volume, and empty texts, which the provider doesn't send. */
function withoutDefaults(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const isDefault = (key: string, child: JsonValue) =>
    child === "" ||
    child === 0 ||
    child === false ||
    (key === "rootDirectory" && child === "/") ||
    (key === "host" && isEqual(child, {}));
  const inner = Object.entries(value).map(([key, child]) => [key, withoutDefaults(child)] as const);
  return Object.fromEntries(inner.filter(([key, child]) => !isDefault(key, child)));
}

/** Turns a list with unique names into an object by name; returns anything else as it is. */
function keyedByName(list: JsonValue): JsonValue {
  if (!isJsonArray(list)) return list;
  const named = new Map(
    list.flatMap((one) => (isJsonObject(one) && typeof one.name === "string" ? [[one.name, one]] : [])),
  );
  return named.size === list.length ? Object.fromEntries(named) : list;
}
