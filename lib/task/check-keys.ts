import { isJsonArray, isJsonObject, type JsonValue } from "../json";
import { nearest } from "../nearest";
import { type SafeText, text } from "../text/safe-text";
import { problem, type Step } from "./finding";
import type { Path } from "./json-path";

/** The parts of a valibot schema that say which keys are allowed, in an optional value, an object or a list. */
type Keys = {
  readonly type: string;
  readonly wrapped?: Keys;
  readonly entries?: Readonly<Record<string, Keys>>;
  readonly item?: Keys;
  /** Schemas, and checks, which have no keys. */
  readonly pipe?: readonly Keys[];
};

/**
 * Reports every key that the schema doesn't have, even with an empty value. Returns the paths, in lower case and joined
 * by dots, of the unknown keys and of the keys that they probably mean.
 */
export function* checkKeys(schema: Keys, value: JsonValue, path: Path = []): Step<ReadonlySet<string>> {
  const unknown = new Set<string>();
  yield* checkBelow(schema, value, path, unknown);
  return unknown;
}

function* checkBelow(schema: Keys, value: JsonValue, path: Path, unknown: Set<string>): Step {
  const { entries, item } = partsOf(schema.wrapped ?? schema);
  if (entries && isJsonObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const place = [...path, key];
      const entry = Object.hasOwn(entries, key) ? entries[key] : undefined;
      if (entry) {
        yield* checkBelow(entry, child, place, unknown);
        continue;
      }
      const names = Object.keys(entries);
      for (const name of [key, meantBy(key, names) ?? key]) unknown.add([...path, name].join(".").toLowerCase());
      const sentence = UNKNOWN_TO_PROVIDER.includes(key)
        ? text`can't be deployed: ECS knows it, but the stack's version of the AWS provider doesn't. Remove it.`
        : text`is not a known key. ${remedy(key, names)}`;
      yield problem(place)`${sentence}`;
    }
  }
  if (item && isJsonArray(value)) {
    for (const [index, child] of value.entries()) yield* checkBelow(item, child, [...path, index], unknown);
  }
}

// A pipe may begin with another pipe.
function partsOf(schema: Keys): Pick<Keys, "entries" | "item"> {
  const steps = schema.pipe?.map(partsOf) ?? [];
  return steps.find(({ entries }) => entries) ?? schema;
}

// Keys of RegisterTaskDefinition that the AWS provider (6.25) doesn't have.
const UNKNOWN_TO_PROVIDER: readonly string[] = ["inferenceAccelerators", "s3filesVolumeConfiguration"];

// A message lists no more known keys than this: a task and a container have too many.
const MANY = 12;

// Key names of Compose, Kubernetes and others, in lower case → ECS' names.
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["env", "environment"],
  ["cmd", "command"],
  ["args", "command"],
  ["ports", "portMappings"],
  ["volumemounts", "mountPoints"],
  ["containers", "containerDefinitions"],
]);

/** The known key that an unknown one probably means. */
export function meantBy(key: string, keys: readonly string[]): string | undefined {
  const meant = nearest(key, keys) ?? ELSEWHERE.get(key.toLowerCase());
  return meant !== undefined && keys.includes(meant) ? meant : undefined;
}

function remedy(key: string, keys: readonly string[]): SafeText {
  const isMany = keys.length > MANY;
  const [, member] = /^runtimeDefense\.(\w+)$/.exec(key) ?? [];
  if (isMany && member) return text`Write "runtimeDefense": {"${member}": …}.`;
  const meant = meantBy(key, isMany ? [...keys, "runtimeDefense"] : keys);
  if (meant !== undefined) return text`Write ${meant}.`;
  if (isMany) return text`Check its spelling, or remove it: the AWS provider would drop it.`;
  return text`Known keys: ${keys.join(", ")}.`;
}
