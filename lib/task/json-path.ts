import { isJsonArray, isJsonObject, type JsonValue } from "../json";
import { oneLine } from "../outside-text";

export type Path = readonly (string | number)[];

/** The value and everything in it, each with its path, parents first. */
export function walk(value: JsonValue, path: Path = []): readonly { readonly path: Path; readonly value: JsonValue }[] {
  return [{ path, value }, ...children(value).flatMap(([key, child]) => walk(child, [...path, key]))];
}

/** The path in the user's terms; a list's element goes by its name if it has one: `containerDefinitions[app].image`. */
export function pathText(root: JsonValue, path: Path): string {
  let here: JsonValue | undefined = root;
  let text = "";
  for (const key of path) {
    here = children(here).find(([name]) => name === key)?.[1];
    const name = isJsonObject(here) && typeof here.name === "string" ? oneLine(here.name, 60) : "";
    text += typeof key === "number" ? `[${name || key}]` : `${text && "."}${oneLine(key, 60)}`;
  }
  return text;
}

function children(value: JsonValue | undefined): readonly (readonly [string | number, JsonValue])[] {
  if (isJsonArray(value)) return value.map((child, index) => [index, child] as const);
  return value !== undefined && isJsonObject(value) ? Object.entries(value) : [];
}
