import { distance } from "fastest-levenshtein";
import * as v from "valibot";

import { isJsonObject, type JsonValue } from "../json";
import { problem, quoted, type Step } from "./finding";
import { type Path, pathText } from "./json-path";

const NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  Array: "a list",
  Object: "an object",
};

/** Parses with the schema; every issue becomes a sentence with its path below `root`, but for the paths in `told`. */
export function* checkSchema<T>(
  schema: v.GenericSchema<unknown, T>,
  value: JsonValue,
  root: string,
  told: ReadonlySet<string> = new Set(),
  written: JsonValue = value,
): Step<T | undefined> {
  const message = ({ expected }: v.BaseIssue<unknown>) => `must be ${NAMES[expected ?? ""] ?? expected}`;
  const { issues = [], typed, output } = v.safeParse(schema, value, { message });
  // Cleaning takes the empty ones off.
  const inWritten = written === value ? issues : (v.safeParse(schema, written).issues ?? []);
  const unknownKeys = inWritten.filter(isUnknownKey);
  const unknown = new Set(unknownKeys.map((issue) => pathOf(issue).join(".").toLowerCase()));
  for (const issue of [...unknownKeys, ...issues.filter((issue) => !isUnknownKey(issue))]) {
    const path = pathOf(issue);
    const isInWrongCase = isMissing(issue) && unknown.has(path.join(".").toLowerCase());
    if (isInWrongCase || told.has(path.join("."))) continue;
    const at = [root, pathText(value, path)].filter(Boolean).join(".");
    yield problem(`${at && `${at}: `}${sentence(issue)}`);
  }
  // Right in its types, though not in its values: the later checks can tell their problems too.
  return typed ? output : undefined;
}

/** An object with these keys alone. Unlike `v.strictObject` it reports every unknown key, not just the first. */
export function closed<const E extends v.ObjectEntries>(
  entries: E,
  elsewhere: readonly string[] = [], // what a misspelt key may be meant for, too
): v.GenericSchema<v.InferInput<v.ObjectSchema<E, undefined>>, v.InferOutput<v.ObjectSchema<E, undefined>>> {
  const known = Object.keys(entries);
  return v.pipe(
    v.looseObject(entries),
    v.rawCheck(({ dataset: { value: input }, addIssue }) => {
      if (!isJsonObject(input)) return;
      for (const [key, value] of Object.entries(input).filter(([key]) => !known.includes(key))) {
        const message = `is no key that is known here. ${remedy(key, known, elsewhere)}`;
        addIssue({ message, path: [{ type: "object", origin: "key", input, key, value }] });
      }
    }),
  );
}

const isUnknownKey = (issue: v.BaseIssue<unknown>) => issue.type === "raw_check";
const isMissing = (issue: v.BaseIssue<unknown>) => issue.received === "undefined";

const pathOf = (issue: v.BaseIssue<unknown>): Path =>
  (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));

function sentence(issue: v.BaseIssue<unknown>): string {
  if (isUnknownKey(issue)) return issue.message;
  if (issue.expected === '"containerDefinitions"') return "must have at least one container.";
  return isMissing(issue) ? "is required." : `${issue.message}, got ${got(issue)}.`;
}

// A value is shown where it can be no secret: a text in place of a number, or one that only has the wrong form.
function got({ kind, type, input }: v.BaseIssue<unknown>): string {
  const isHarmless = kind === "validation" || type === "number" || type === "picklist";
  if (isHarmless && typeof input === "string") return quoted(input);
  if (isHarmless && typeof input === "number") return String(input);
  if (kind === "validation" && Array.isArray(input)) return quoted(input.join(", "));
  if (input === null) return "null";
  return Array.isArray(input) ? "a list" : (NAMES[typeof input] ?? "an object");
}

function remedy(key: string, known: readonly string[], elsewhere: readonly string[]): string {
  const unlikeness = (name: string) => distance(key.toLowerCase(), name.toLowerCase());
  const [nearest] = [...known, ...elsewhere].toSorted((one, other) => unlikeness(one) - unlikeness(other));
  if (nearest && unlikeness(nearest) <= Math.min(2, key.length / 4)) return `Write ${nearest}.`;
  return known.length <= 12 ? `Known are ${known.join(", ")}.` : "The AWS provider would drop it: take it off.";
}
