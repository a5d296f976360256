import { isJsonArray, isJsonObject, type JsonValue } from "../json";
import { excerpt, join, type SafeText, text } from "../text/safe-text";

export type Path = readonly (string | number)[];

/** Yields the value and everything in it, each with its path, parents first. */
export function* walk(value: JsonValue, path: Path = []): Generator<readonly [path: Path, value: JsonValue]> {
  yield [path, value];
  if (isJsonArray(value)) for (const [index, child] of value.entries()) yield* walk(child, [...path, index]);
  if (isJsonObject(value)) for (const [key, child] of Object.entries(value)) yield* walk(child, [...path, key]);
}

// Longer than every key that a pattern looks for.
const LONGEST_KEY = 1000;

/** The path as one text, for patterns. Long keys are cut: each value below a key would copy it again. */
export function joinedPath(path: Path): string {
  return path.map((key) => String(key).slice(0, LONGEST_KEY)).join(".");
}

/** The entries of the list at the path, each with its own path. */
export function entriesAt<T>(path: Path, list: readonly T[] = []): readonly (readonly [place: Path, entry: T])[] {
  return list.map((entry, index) => [[...path, index], entry]);
}

/**
 * Formats a path in the document for people. A list element is shown by its name, or by its index if it has no name or
 * shares it: `containerDefinitions[app].image`, `containerDefinitions[1]`.
 */
export function formatPath(document: JsonValue, path: Path): SafeText {
  const parts: SafeText[] = [];
  let here: JsonValue | undefined = document;
  for (const key of path) {
    const name = excerpt(isJsonArray(here) ? elementLabel(here, key) : String(key), 60);
    if (typeof key === "number") parts.push(text`[${name}]`);
    else parts.push(parts.length > 0 ? text`.${name}` : name);
    here = childOf(here, key);
  }
  return join(parts, "");
}

function childOf(value: JsonValue | undefined, key: string | number): JsonValue | undefined {
  if (isJsonArray(value)) return value[Number(key)];
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function elementLabel(list: readonly JsonValue[], key: string | number): string {
  const name = nameOf(list[Number(key)]);
  const isUnique = name !== "" && list.filter((element) => nameOf(element) === name).length === 1;
  return isUnique ? name : String(key);
}

function nameOf(element: JsonValue | undefined): string {
  return isJsonObject(element) && typeof element.name === "string" ? element.name.trim() : "";
}
