import { asText, isJsonArray, isJsonObject, type JsonValue, parseJson } from "../json";
import { isTooDeep } from "../protection/answer-shape";
import { elementsOf, isEqual } from "../protection/compare";
import { evaluateTemplate, expressionsIn, type Values } from "../stack/terraform-text";
import type { PlannedResource } from "./read-plan";

/** Whether an argument will have the written value, as far as the plan knows: `ignore_changes` keeps another value. */
export function isPlanned(
  { after, unknown }: PlannedResource,
  name: string,
  written: JsonValue | undefined,
  values: Values,
): boolean {
  if (written === undefined) return false;
  if (unknown[name] === true) return expressionsIn(written).length > 0;
  return isValue(after?.[name], written, values);
}

// The stack has no expressions inside of blocks, so nothing in them is unknown.
function isValue(after: JsonValue | undefined, written: JsonValue, values: Values): boolean {
  // Terraform has a list of blocks where a single one is written as an object.
  if (isJsonArray(after)) {
    const elements = elementsOf(written);
    return (
      elements.length === after.length &&
      elements.every((element) => after.some((one) => isValue(one, element, values)))
    );
  }
  if (isJsonObject(written)) {
    return isJsonObject(after) && Object.entries(written).every(([name, value]) => isValue(after[name], value, values));
  }
  return isText(after, written, values);
}

function isText(after: JsonValue | undefined, written: JsonValue, values: Values): boolean {
  const later = expressionsIn(written).filter((expression) => !Object.hasOwn(values, expression));
  // The plan doesn't hold a variable's value. A value that depends on a resource isn't known before that resource is.
  if (later.length > 0) return later.every((expression) => expression.startsWith("var."));
  const expected = typeof written === "string" ? evaluateTemplate(written, values) : asText(written);
  return asText(after) === expected || isSamePolicy(asText(after), expected);
}

/** Whether two policies are equal to AWS, which may return one in another order. */
function isSamePolicy(one: string, other: string): boolean {
  const [left, right] = [parseJson(one), parseJson(other)].map((policy) => (isTooDeep(policy ?? null) ? null : policy));
  return isJsonObject(left) && isJsonObject(right) && isEqual(inOrder(left), inOrder(right));
}

/** Sorts lists and keys, and replaces a list of one by its element. */
function inOrder(value: JsonValue): JsonValue {
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([name, child]) => [name, inOrder(child)] as const);
    return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
  if (!isJsonArray(value)) return value;
  const list = value
    .map((element) => inOrder(element))
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return list.length === 1 ? (list[0] ?? null) : list;
}
