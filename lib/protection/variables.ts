import type { CommonVariable } from "../defender";
import type { JsonObject, JsonValue } from "../json";
import { excerpt, text } from "../text/safe-text";
import { byName, elementsOf, isEqual, namelessDeviations } from "./compare";
import { type Deviation, outside } from "./deviation";
import type { Expectation } from "./expectation";

/** Returns what is wrong with the value of a variable that the Console adds; a missing one has the value `undefined`. */
export type Check = (value: JsonValue | undefined) => Pick<Deviation, "expected" | "got"> | undefined;

export const equal =
  (expected: string): Check =>
  (value) =>
    value === expected ? undefined : { expected: excerpt(expected), got: outside(value) };

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

const flag: Check = (value) =>
  value === "true" || value === "false" ? undefined : { expected: text`true or false`, got: outside(value) };

const accepted = (expected: string | undefined): Check =>
  optional((value) => {
    if (typeof value !== "string") return { expected: text`a text`, got: outside(value) };
    const isAgreed = expected === undefined || value === expected;
    return isAgreed ? undefined : { expected: text`the value in runtimeDefense.accept`, got: text`another value` };
  });

/** Checks for the variables that the Console adds to both application containers and sidecar. */
export function commonChecks({ family, filesystemMonitoring, accepted: names }: Expectation) {
  const monitoring = filesystemMonitoring === undefined ? optional(flag) : equal(String(filesystemMonitoring));
  const checks: Readonly<Record<CommonVariable, Check>> = {
    DEFENDER_TYPE: optional(equal("fargate")),
    FARGATE_TASK: equal(family),
    FILESYSTEM_MONITORING: monitoring,
    FIPS_ENABLED: optional(flag),
  };
  const agreed = [...names].map(([name, value]) => [name, accepted(value)] as const);
  return new Map<string, Check>([...agreed, ...Object.entries(checks)]);
}

/**
 * Expects the original variables unchanged, those in `checks` at most once, and no others; without an
 * original, others are allowed. Compares by name: the order of variables doesn't matter. Original values are
 * never shown: they may be secrets.
 */
export function variableDeviations(
  environment: JsonValue | undefined,
  checks: ReadonlyMap<string, Check>,
  original: readonly JsonValue[] | undefined,
): readonly Deviation[] {
  const before = byName(original ?? []);
  const elements = elementsOf(environment);
  const after = byName(elements);
  const names = original === undefined ? checks.keys() : new Set([...before.keys(), ...after.keys(), ...checks.keys()]);
  const deviations = [...names].flatMap((name) => {
    const wrong = whatIsWrong(name, before.get(name) ?? [], after.get(name) ?? [], checks.get(name));
    return wrong ? [{ field: `environment ${name}`, ...wrong }] : [];
  });
  return [...deviations, ...namelessDeviations("environment", "variables", elements)];
}

function whatIsWrong(
  name: string,
  originals: readonly JsonObject[],
  entries: readonly JsonObject[],
  check: Check | undefined,
): ReturnType<Check> {
  if (originals.length > 0 && !isEqual(entries, originals)) {
    return { expected: text`its original value`, got: entries.length === 0 ? text`none` : text`another value` };
  }
  if (originals.length === 0 && entries.length > 1) {
    return { expected: text`one value`, got: text`${entries.length} values` };
  }
  if (originals.length === 0 && !check) {
    const accept = text`"environment:${excerpt(name, 80)}"`;
    return { expected: text`no such variable (to accept it, add ${accept} to runtimeDefense.accept)`, got: text`one` };
  }
  const [entry] = entries;
  if (!entry) return check?.(undefined);
  const more = Object.keys(entry).filter((key) => key !== "name" && key !== "value");
  if (more.length > 0) return { expected: text`a name and a value alone`, got: outside(more) };
  return check?.(entry.value ?? null);
}
