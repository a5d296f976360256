import { isDeeperThan, isJsonArray, type JsonValue } from "../json";
import { text } from "../text/safe-text";
import { type Deviation, outside } from "./deviation";

/** More levels than any task definition has, and few enough for every recursive function. */
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
export function nullInList(value: JsonValue, path = ""): Deviation | undefined {
  if (isJsonArray(value) && value.includes(null)) {
    return { field: path, expected: text`no null in a list`, got: outside(value) };
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const found = nullInList(child, isJsonArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}
