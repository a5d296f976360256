export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `Array.isArray` makes the elements `any`. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * The value without what ECS takes for absent and Terraform or RegisterTaskDefinition may not take
 * at all: nulls, and keys whose list or object is empty. List elements stay, empty strings stay.
 */
export function clean<T extends JsonValue>(value: T): T;
export function clean(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  // What holds nothing of them stays the same object: nearly everything, and copying takes the most time.
  if (isJsonArray(value)) {
    const cleaned = value.filter((element) => element !== null).map((element) => clean(element));
    return cleaned.length === value.length && cleaned.every((element, index) => element === value[index])
      ? value
      : cleaned;
  }
  const keys = Object.keys(value);
  const children = keys.map((key) => clean(value[key] ?? null));
  if (children.every((child, index) => child === value[keys[index] ?? ""] && !isAbsent(child))) return value;
  const entries = keys.map((key, index) => [key, children[index] ?? null] as const);
  return Object.fromEntries(entries.filter(([, child]) => !isAbsent(child)));
}

function isAbsent(value: JsonValue): boolean {
  if (typeof value !== "object") return false;
  return value === null || (isJsonArray(value) ? value.length === 0 : Object.keys(value).length === 0);
}
