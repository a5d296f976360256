import { isDeeperThan, isJsonArray, isJsonObject, type JsonValue } from "../json";
import { text } from "../text/safe-text";
import { type Deviation, outside } from "./deviation";

/** Levels: more than any task definition has, and few enough for every recursive function. */
export const DEEPEST = 32;

/** Whether the value is nested deeper than any task definition. */
export function isTooDeep(value: JsonValue): boolean {
  return isDeeperThan(DEEPEST, value);
}

export const TOO_DEEP: Deviation = {
  field: "task definition",
  expected: text`at most ${DEEPEST} levels`,
  got: text`more`,
};

/** Finds a null in a list. No task definition has one: ECS would refuse it, and `clean` would hide it. */
export function nullInList(answer: JsonValue): Deviation | undefined {
  return holdsNull(answer) ? findNull(answer, "") : undefined;
}

function holdsNull(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isJsonArray(value)) return value.some((element) => element === null || holdsNull(element));
  return Object.values(value).some(holdsNull);
}

function findNull(value: JsonValue, path: string): Deviation | undefined {
  if (isJsonArray(value)) {
    if (value.includes(null)) return { field: path, expected: text`no null in a list`, got: outside(value) };
    return firstOf(value, (child, index) => findNull(child, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) return undefined;
  return firstOf(Object.keys(value), (key) => findNull(value[key] ?? null, path === "" ? key : `${path}.${key}`));
}

function firstOf<T, R>(list: readonly T[], find: (element: T, index: number) => R | undefined): R | undefined {
  for (const [index, element] of list.entries()) {
    const found = find(element, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
