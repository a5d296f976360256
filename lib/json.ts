export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses JSON; undefined when the text isn't JSON. The message of JSON.parse is dropped: it may quote a secret. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value if it is an object, otherwise an empty object. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The objects in a list; none when it isn't a list. */
export function objectsIn(list: JsonValue | undefined): readonly JsonObject[] {
  return isJsonArray(list) ? list.filter(isJsonObject) : [];
}

/** `Array.isArray` makes the elements `any`. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Changes the list under `key`. Returns the object unchanged if it has none. */
export function withList(
  object: JsonObject,
  key: string,
  change: (list: readonly JsonValue[]) => readonly JsonValue[],
): JsonObject {
  const list = object[key];
  return isJsonArray(list) ? { ...object, [key]: change(list) } : object;
}

/** Changes each object in the list under `key`. */
export function withEach(object: JsonObject, key: string, change: (entry: JsonObject) => JsonObject): JsonObject {
  return withList(object, key, (list) => list.map((entry) => (isJsonObject(entry) ? change(entry) : entry)));
}

/** A string unchanged, anything else as JSON: `String` would call an object's own toString. */
export function asText(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** Whether objects and lists are nested more than `levels` deep. */
export function isDeeperThan(levels: number, value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  const children = isJsonArray(value) ? value : Object.values(value);
  return children.some((child) => isDeeperThan(levels - 1, child));
}

/**
 * Removes what ECS treats as absent and Terraform or RegisterTaskDefinition may reject: nulls, and keys
 * whose list or object is empty. Other list elements and empty strings are kept.
 */
export function clean<T extends JsonValue>(value: T): T;
export function clean(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  return isJsonArray(value) ? cleanList(value) : cleanObject(value);
}

// Nearly every value has nothing to remove. It is returned without a copy, since copying takes the most time.
function cleanList(list: readonly JsonValue[]): readonly JsonValue[] {
  let cleaned: JsonValue[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const element = list[index] ?? null;
    const child = clean(element);
    if (!cleaned && child === element && child !== null) continue;
    cleaned ??= list.slice(0, index);
    if (child !== null) cleaned.push(child);
  }
  return cleaned ?? list;
}

function cleanObject(object: JsonObject): JsonObject {
  const keys = Object.keys(object);
  let cleaned: [string, JsonValue][] | undefined;
  for (const [index, key] of keys.entries()) {
    const value = object[key] ?? null;
    const child = clean(value);
    if (!cleaned && child === value && !isAbsent(child)) continue;
    cleaned ??= keys.slice(0, index).map((before) => [before, object[before] ?? null]);
    if (!isAbsent(child)) cleaned.push([key, child]);
  }
  return cleaned ? Object.fromEntries(cleaned) : object;
}

function isAbsent(value: JsonValue): boolean {
  if (typeof value !== "object") return false;
  return value === null || (isJsonArray(value) ? value.length === 0 : Object.keys(value).length === 0);
}

/** Compares texts, for sorting. Other values count as equal: an object may have a toString of its own. */
export function byText(one: JsonValue, other: JsonValue): number {
  if (typeof one !== "string" || typeof other !== "string") return 0;
  return one < other ? -1 : Number(one > other);
}
