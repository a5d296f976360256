import { OutputError } from "../errors";
import { isJsonArray, isJsonObject, type JsonValue } from "../json";
import { excerpt, text as safeText } from "../text/safe-text";
import { changeByTerraform } from "../text/terraform-changes";

/**
 * Escapes an outside string for cdk.tf.json, where every string is a Terraform template.
 *
 * @throws OutputError for a text that CDKTF or Terraform would change.
 */
export function escapeTerraform(text: string): string {
  const change = changeByTerraform(text);
  if (change) throw new OutputError([safeText`${excerpt(text, 60)} ${change}`]);
  return escapeSigns(text);
}

function escapeSigns(text: string): string {
  return text.includes("{") ? text.replace(/[$%](?=\{)/g, (sign) => sign + sign) : text;
}

/** Escapes every string and key of a JSON value. */
export function escapeAll<T>(value: T): T {
  return changeTexts(value, escapeTerraform);
}

/** Changes every string and key of a JSON value. */
export function changeTexts<T>(value: T, change: (text: string) => string): T;
export function changeTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((element) => changeTexts(element, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [change(key), changeTexts(child, change)]));
}

// What escapeTerraform may refuse.
const NEEDS_A_LOOK = /[^\0-\x7f]|TfToken\[|\\u/;

/**
 * Returns the JSON of a value with its strings and keys escaped. Escaping the JSON as a whole takes a quarter of the time,
 * with the same result if no string is refused.
 */
export function escapedJson(value: unknown): string {
  const json = JSON.stringify(value);
  return NEEDS_A_LOOK.test(json) ? JSON.stringify(escapeAll(value)) : escapeSigns(json);
}

/** Returns every expression in the strings and keys of a JSON value, without braces; an unclosed one as `${` or `%{`. */
export function expressionsIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") {
    return [...value.matchAll(TEMPLATE)].filter(([found]) => !isEscape(found)).map(([found, inner]) => inner ?? found);
  }
  if (isJsonArray(value)) return value.flatMap(expressionsIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => [...expressionsIn(key), ...expressionsIn(child)]);
}

const TEMPLATE = /\$\$\{|%%\{|\$\{([^{}]*)\}|[$%]\{/g;

function isEscape(found: string): boolean {
  return found === "$${" || found === "%%{";
}

/** Values by expression. */
export type Values = Readonly<Record<string, string>>;

/**
 * Evaluates a template as Terraform does: undoes escapes, and replaces expressions by their `values`.
 *
 * @throws OutputError for an unknown expression, and for a result that Terraform would change.
 */
export function evaluateTemplate(template: string, values: Values = {}): string {
  const evaluated = template.normalize("NFC").replace(TEMPLATE, (found, expression?: string) => {
    if (isEscape(found)) return found.slice(1);
    const value = expression !== undefined && Object.hasOwn(values, expression) ? values[expression] : undefined;
    if (value === undefined)
      throw new OutputError([safeText`cdk.tf.json holds an unexpected expression: ${excerpt(found, 80)}`]);
    return value;
  });
  const change = changeByTerraform(evaluated);
  if (change) throw new OutputError([safeText`cdk.tf.json: ${excerpt(evaluated, 80)} ${change}`]);
  return evaluated;
}
