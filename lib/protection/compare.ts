import { groupBy } from "../group-by";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { text } from "../text/safe-text";
import { type Deviation, isPrivate, outside } from "./deviation";

/**
 * Whether two values are equal; the order of keys doesn't matter. Only own keys count: an answer may have one named
 * `valueOf`, which comparison libraries would call.
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

/** Lists the differences between two objects, down to the key. */
export function differences(
  sent: JsonObject,
  got: JsonObject,
  except: readonly string[],
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
    if (before === undefined) return [{ field, expected: text`none`, got: text`one` }];
    const found = after === undefined ? text`none` : text`another value`;
    return [{ field, expected: text`its original value`, got: found }];
  });
}

/** Whether two lists are equal apart from their order. */
export function hasSameMembers(one: readonly JsonValue[], other: readonly JsonValue[]): boolean {
  if (one.length !== other.length) return false;
  const left = [...other];
  return one.every((member) => {
    const index = left.findIndex((candidate) => isEqual(candidate, member));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** Returns a list's elements. A value that isn't a list becomes its only element, so it counts as unexpected. */
export function elementsOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return isJsonArray(value) ? value : [value];
}

/** Groups the objects of a list by name; elements without a name are left out. */
export function byName(list: readonly JsonValue[]): ReadonlyMap<string, readonly [JsonObject, ...JsonObject[]]> {
  return groupBy(list.filter(isNamed), ({ name }) => name);
}

/** The deviation for the elements that `byName` leaves out, if there are any. `what` they are: `variables`. */
export function namelessDeviations(field: string, what: string, list: readonly JsonValue[]): readonly Deviation[] {
  const count = list.filter((element) => !isNamed(element)).length;
  return count === 0 ? [] : [{ field, expected: text`${what} with a name`, got: text`${count} without` }];
}

function isNamed(value: JsonValue): value is JsonObject & { readonly name: string } {
  return isJsonObject(value) && typeof value.name === "string";
}

// Only own keys: every object inherits others, such as `constructor`.
function fieldOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
