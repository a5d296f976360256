import { isJsonArray, isJsonObject, type JsonValue } from "../json";
import { excerpt, join, type SafeText, text } from "../text/safe-text";

export type Path = readonly (string | number)[];

/** Yields the value and everything in it, each with its path, parents first. */
export function* walk(
  value: JsonValue,
  path: Path = [],
): Generator<{ readonly path: Path; readonly value: JsonValue }> {
  yield { path, value };
  if (isJsonArray(value)) for (const [index, child] of value.entries()) yield* walk(child, [...path, index]);
  if (isJsonObject(value)) for (const [key, child] of Object.entries(value)) yield* walk(child, [...path, key]);
}

/**
 * Returns a function that formats paths of one document for people. A list element is shown by its name, or by its
 * index if it has no name or shares it: `containerDefinitions[app].image`, `containerDefinitions[1]`.
 */
export function pathFormatter(root: JsonValue): (path: Path) => SafeText {
  const labels = new Map<readonly JsonValue[], readonly string[]>();
  const labelsOf = (list: readonly JsonValue[]): readonly string[] => {
    const made = labels.get(list) ?? elementLabels(list);
    labels.set(list, made);
    return made;
  };
  return (path) => {
    const parts: SafeText[] = [];
    let here: JsonValue | undefined = root;
    for (const key of path) {
      const label = isJsonArray(here) && typeof key === "number" ? labelsOf(here)[key] : undefined;
      const name = excerpt(label ?? String(key), 60);
      if (typeof key === "number") parts.push(OPEN, name, CLOSE);
      else parts.push(...(parts.length > 0 ? [DOT, name] : [name]));
      here = childOf(here, key);
    }
    return join(parts, "");
  };
}

const [OPEN, CLOSE, DOT] = [text`[`, text`]`, text`.`];

function childOf(value: JsonValue | undefined, key: string | number): JsonValue | undefined {
  if (isJsonArray(value)) return typeof key === "number" ? value[key] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function elementLabels(list: readonly JsonValue[]): readonly string[] {
  const names = list.map((element) =>
    isJsonObject(element) && typeof element.name === "string" ? element.name.trim() : "",
  );
  const seen = new Set<string>();
  const repeated = new Set(names.filter((name) => seen.size === seen.add(name).size));
  return names.map((name, index) => (name && !repeated.has(name) ? name : String(index)));
}
