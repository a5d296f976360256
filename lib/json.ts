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
  if (Array.isArray(value)) return value.filter((element) => element !== null).map((element) => clean(element));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value)
    .map(([key, child]) => [key, clean(child)] as const)
    .filter(([, child]) => child !== null && !(typeof child === "object" && Object.keys(child).length === 0));
  return Object.fromEntries(kept);
}
