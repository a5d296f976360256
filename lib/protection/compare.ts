import { groupBy } from "../group-by";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { text } from "../text/safe-text";
import { type Deviation, isPrivate, outside } from "./deviation";

/**
 * Whether two values are equal, the order of keys aside. Only own keys count: an answer may have one named `valueOf`,
 * which comparing libraries would call.
 */
export function isEqual(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (isJsonArray(one)) {
    return (
      isJsonArray(other) && one.length === other.length && one.every((child, index) => isEqual(child, other[index]))
    );
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]));
}

/** Where two objects differ, down to the key. */
export function differences(
  sent: JsonObject,
  got: JsonObject,
  except: readonly string[] = [],
  prefix = "",
): readonly Deviation[] {
  const added = Object.keys(got).filter((key) => !Object.hasOwn(sent, key));
  return [...Object.keys(sent), ...added].flatMap((key) => {
    if (except.includes(key)) return [];
    const before = fieldOf(sent, key);
    const after = fieldOf(got, key);
    if (isEqual(before, after)) return [];
    const field = prefix + key;
    if (isJsonObject(before) && isJsonObject(after)) return differences(before, after, [], `${field}.`);
    if (!isPrivate(field)) return [{ field, expected: outside(before), got: outside(after) }];
    const expected = before === undefined ? text`none` : text`its original value`;
    return [{ field, expected, got: after === undefined ? text`none` : text`another` }];
  });
}

/** Equal lists, but for their order. */
export function hasSameMembers(one: readonly JsonValue[], other: readonly JsonValue[]): boolean {
  if (one.length !== other.length) return false;
  const left = [...other];
  return one.every((member) => {
    const index = left.findIndex((candidate) => isEqual(candidate, member));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** A list's elements; a value that isn't a list stands for itself, so that it counts as an unexpected element. */
export function elementsOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return isJsonArray(value) ? value : [value];
}

/** The objects of a list by their names; what has none isn't among them. */
export function byName(list: readonly JsonValue[]): ReadonlyMap<string, readonly JsonObject[]> {
  return groupBy(list.filter(isNamed), ({ name }) => name);
}

function isNamed(value: JsonValue): value is JsonObject & { readonly name: string } {
  return isJsonObject(value) && typeof value.name === "string";
}

// A key such as `constructor` is there on every object, though not as its own.
function fieldOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
