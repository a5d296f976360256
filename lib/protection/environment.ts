import { isDeepStrictEqual } from "node:util";

import type { JsonObject, JsonValue } from "../json";
import { oneLine } from "../outside-text";
import { type Deviation, listOf, type Request, show } from "./deviation";

/** What is wrong with the value of a variable that the Console adds; `undefined` comes for a missing one. */
export type Check = (value: JsonValue | undefined) => Pick<Deviation, "expected" | "got"> | undefined;

export const equal =
  (expected: string): Check =>
  (value) =>
    value === expected ? undefined : { expected, got: show(value) };

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

const flag: Check = (value) =>
  value === "true" || value === "false" ? undefined : { expected: "true or false", got: show(value) };

/** The variables that the Console adds to application containers and sidecar alike. */
export function commonVariables(request: Request): Readonly<Record<string, Check>> {
  const monitoring = request.filesystemMonitoring;
  return {
    ...Object.fromEntries(request.acceptedVariables.map((name) => [name, () => undefined])),
    DEFENDER_TYPE: optional(equal("fargate")),
    FARGATE_TASK: equal(request.family),
    FILESYSTEM_MONITORING: monitoring === undefined ? optional(flag) : equal(String(monitoring)),
    FIPS_ENABLED: optional(flag),
  };
}

/**
 * The original variables as they were, `added` ones at most once, no others. Compares by name: the
 * order of variables means nothing. Original values are never shown: they may be secrets.
 */
export function environmentDeviations(
  sent: JsonValue | undefined,
  got: JsonValue | undefined,
  added: Readonly<Record<string, Check>>,
): readonly Deviation[] {
  const before = byName(sent);
  const after = byName(got);
  const checks = new Map(Object.entries(added));
  return [...new Set([...before.keys(), ...after.keys(), ...checks.keys()])].flatMap((name) => {
    const wrong = whatIsWrong(name, before.get(name) ?? [], after.get(name) ?? [], checks.get(name));
    return wrong ? [{ field: `environment ${oneLine(name, 80)}`, ...wrong }] : [];
  });
}

function whatIsWrong(
  name: string,
  originals: readonly JsonObject[],
  entries: readonly JsonObject[],
  check: Check | undefined,
): ReturnType<Check> {
  if (originals.length > 0 && !isDeepStrictEqual(entries, originals)) {
    return { expected: "its original value", got: entries.length === 0 ? "none" : "another" };
  }
  if (originals.length === 0 && entries.length > 1) return { expected: "one value", got: `${entries.length} values` };
  if (originals.length === 0 && !check) {
    const accept = `"environment:${oneLine(name, 80)}"`;
    return { expected: `to be absent (to accept it, add ${accept} to runtimeDefense.accept)`, got: "added" };
  }
  const [{ name: _, value, ...more } = {}] = entries;
  if (Object.keys(more).length > 0) return { expected: "a name and a value alone", got: show(Object.keys(more)) };
  return check?.(value);
}

function byName(environment: JsonValue | undefined): ReadonlyMap<string, readonly JsonObject[]> {
  const entries = new Map<string, JsonObject[]>();
  for (const entry of listOf(environment)) {
    const name = String(entry.name);
    const same = entries.get(name);
    if (same) same.push(entry);
    else entries.set(name, [entry]);
  }
  return entries;
}
