import * as v from "valibot";

import type { JsonValue } from "../json";
import { problem, quoted, type Step } from "./finding";
import { type Path, show } from "./json-path";

const NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  Array: "a list",
  Object: "an object",
};

/** Parses with the schema; every issue becomes a sentence with its path below `root`. `told` are paths to be silent on. */
export function* checkSchema<T>(
  schema: v.GenericSchema<unknown, T>,
  value: JsonValue,
  root: string,
  told: ReadonlySet<string> = new Set(),
): Step<T | undefined> {
  const result = v.safeParse(schema, value);
  const issues = result.issues ?? [];
  const unknown = new Set(issues.filter(isUnknownKey).map((issue) => pathOf(issue).join(".").toLowerCase()));
  for (const issue of issues) {
    const path = pathOf(issue);
    const isInWrongCase = issue.received === "undefined" && unknown.has(path.join(".").toLowerCase());
    if (isInWrongCase || told.has(path.join("."))) continue;
    const at = [root, show(value, path)].filter(Boolean).join(".");
    yield problem(`${at && `${at}: `}${sentence(issue)}`);
  }
  // Right in its types, though not in its values: the later checks can tell their problems too.
  return result.typed ? result.output : undefined;
}

const isUnknownKey = (issue: v.BaseIssue<unknown>) => issue.type === "raw_check";

const pathOf = (issue: v.BaseIssue<unknown>): Path =>
  (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));

function sentence(issue: v.BaseIssue<unknown>): string {
  if (isUnknownKey(issue)) return issue.message;
  if (issue.received === "undefined") return "is required.";
  const isOwn = !issue.message.startsWith("Invalid ");
  const expected = isOwn ? issue.message : `must be ${NAMES[issue.expected ?? ""] ?? issue.expected}`;
  return `${expected}, got ${got(issue)}.`;
}

// A value is shown where it can be no secret: a text in place of a number, or one that only has the wrong form.
function got({ kind, type, input }: v.BaseIssue<unknown>): string {
  const isHarmless = kind === "validation" || type === "number" || type === "picklist";
  if (isHarmless && typeof input === "string") return quoted(input);
  if (isHarmless && typeof input === "number") return String(input);
  if (input === null) return "null";
  return Array.isArray(input) ? "a list" : (NAMES[typeof input] ?? "an object");
}
