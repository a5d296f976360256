import * as v from "valibot";

import { isJsonObject, type JsonValue } from "../json";
import { quote, type SafeText, text } from "../text/safe-text";
import { problem, type Step } from "./finding";
import type { Path } from "./json-path";

const NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  Array: "a list",
};

/**
 * Parses with the schema and reports each problem, except unknown keys.
 *
 * @param root the value's path
 * @param reported paths, joined by dots, that already have a problem
 * @param unknown the result of `checkKeys`: a key that is only misspelled isn't reported as missing
 */
export function* checkSchema<T>(
  schema: v.GenericSchema<unknown, T>,
  value: JsonValue,
  root: Path,
  reported: ReadonlySet<string>,
  unknown: ReadonlySet<string> = new Set(),
): Step<T | undefined> {
  const message = ({ expected }: v.BaseIssue<unknown>) => `must be ${NAMES[expected ?? ""] ?? expected}`;
  const { issues = [], success, output } = v.safeParse(schema, value, { message });
  for (const issue of issues) {
    const path = [...root, ...pathOf(issue)];
    const place = path.join(".");
    const isMisspelled = isMissing(issue) && unknown.has(place.toLowerCase());
    if (isUnknownKey(issue) || isMisspelled || reported.has(place)) continue;
    yield problem(path)`${() => sentence(issue)}`;
  }
  return success ? output : undefined;
}

const isUnknownKey = (issue: v.BaseIssue<unknown>) => issue.type === "strict_object" && issue.expected === "never";
// A rule for several keys of an object, reported at one of them.
const isOfObject = ({ kind, input }: v.BaseIssue<unknown>) => kind === "validation" && isJsonObject(input);
const isMissing = (issue: v.BaseIssue<unknown>) => issue.received === "undefined";

const pathOf = (issue: v.BaseIssue<unknown>): Path =>
  (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));

function sentence(issue: v.BaseIssue<unknown>): SafeText {
  if (issue.expected === '"containerDefinitions"') return text`must have at least one container.`;
  if (issue.expected === '"image"') return text`is required: write it, or name it in CONTAINER_IMAGES.`;
  if (isMissing(issue)) return text`is required.`;
  return isOfObject(issue) ? text`${issue.message}.` : text`${issue.message}, got ${got(issue)}.`;
}

// Shows a value only where it can't be a secret: in place of a number or a fixed word, or if only its form is wrong.
function got({ kind, type, input }: v.BaseIssue<unknown>): string {
  const isHarmless = kind === "validation" || type === "number" || type === "picklist";
  if (isHarmless && typeof input === "string") return quote(input);
  if (isHarmless && typeof input === "number") return String(input);
  if (type === "max_length" && Array.isArray(input)) return String(input.length);
  if (kind === "validation" && Array.isArray(input)) return quote(input.join(", "));
  if (input === null) return "null";
  return Array.isArray(input) ? "a list" : (NAMES[typeof input] ?? "an object");
}
