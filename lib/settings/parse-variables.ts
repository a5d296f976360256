import * as v from "valibot";

import { SettingsError } from "../errors";
import { excerpt, join, quote, type SafeText, text } from "../text/safe-text";
import { type Environment, isUnexpanded, readVariables } from "./environment";

/** Checks several variables together. `given` holds those that are set, `environment` everything. */
export type CrossCheck = (given: Environment, environment: Environment) => readonly SafeText[];

/** The values of variables, by the name of each. */
export type Parsed<E extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<E, undefined>>;

/**
 * Parses the variables that the schemas describe. The cross-checks run even when single variables are wrong; a schema's
 * own would not.
 *
 * @throws SettingsError with every problem of every variable at once.
 */
export function parseVariables<E extends v.ObjectEntries>(
  schemas: E,
  environment: Environment,
  crossChecks: readonly CrossCheck[],
): Parsed<E> {
  const given = readVariables(environment, Object.keys(schemas));
  const parsed = v.safeParse(v.object(schemas), given, { abortPipeEarly: true });
  const crossed = crossChecks.flatMap((check) => check(given, environment));
  const problems = [...(parsed.issues ?? []).map((issue) => sentence(issue, environment)), ...crossed];
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);
  return parsed.output;
}

function sentence(issue: v.BaseIssue<unknown>, environment: Environment): SafeText {
  const path = (issue.path ?? []).map(({ key }) => excerpt(String(key), 60));
  const value = environment[path[0] ?? ""]?.trim() ?? "";
  if (isUnexpanded(value)) {
    return text`${join(path, ".")} is ${quote(value, 80)}, which was not expanded: the pipeline has no such variable. Define it, or link its variable group.`;
  }
  const problem = text`${join(path, ".")} ${issue.message}.`;
  // Docker's --env-file, for example, keeps them as a part of the value.
  return /^(["']).*\1$/s.test(value) ? text`${problem} Remove the quotation marks around it.` : problem;
}
