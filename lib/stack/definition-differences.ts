import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { differences } from "../protection/compare";
import type { Deviation } from "../protection/deviation";
import { registeredForm } from "../task/registered-form";

/**
 * Where two task definitions in RegisterTaskDefinition's form differ, once both are as ECS registers them. Containers
 * and volumes are compared by name: the AWS provider sorts them, and their order means nothing.
 *
 * @param except keys of the task level that are not compared
 */
export function definitionDifferences(
  proven: JsonObject,
  got: JsonObject,
  except: readonly string[] = [],
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

/** What the provider and ECS fill in for a volume that says nothing of it. */
function withoutDefaults(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const isDefault = (key: string, child: JsonValue) =>
    child === "" || child === 0 || child === false || (key === "rootDirectory" && child === "/");
  const kept = Object.entries(value)
    .filter(([key, child]) => !isDefault(key, child))
    .map(([key, child]) => [key, withoutDefaults(child)] as const);
  // A bind mount without a path is what every volume is that says nothing else.
  return Object.fromEntries(kept.filter(([key, child]) => key !== "host" || Object.keys(child ?? {}).length > 0));
}

/** A list that names each of its elements once, as an object; anything else as it is. */
function keyedByName(list: JsonValue): JsonValue {
  if (!isJsonArray(list)) return list;
  const named = new Map(
    list.flatMap((one) => (isJsonObject(one) && typeof one.name === "string" ? [[one.name, one]] : [])),
  );
  return named.size === list.length ? Object.fromEntries(named) : list;
}
