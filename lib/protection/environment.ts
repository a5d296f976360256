import { isDeepStrictEqual } from "node:util";

import type { JsonObject, JsonValue } from "../json";
import { oneLine } from "../outside-text";
import { type Deviation, listOf, type Request, show } from "./deviation";

/** Values that variables must have when they are there; `FARGATE_TASK` always must. */
export function environmentBase(request: Request): Readonly<Record<string, string | RegExp>> {
  const monitoring = request.filesystemMonitoring;
  return {
    FARGATE_TASK: request.family,
    DEFENDER_TYPE: "fargate",
    FILESYSTEM_MONITORING: monitoring === undefined ? /^(true|false)$/ : String(monitoring),
    FIPS_ENABLED: /^(true|false)$/,
  };
}

const REQUIRED = ["FARGATE_TASK", "TW_CONTAINER_NAME"];

/** Compares by name: the order of variables means nothing. Values are never shown: they may be secrets. */
export function environmentDeviations(
  sent: readonly JsonObject[],
  got: JsonValue | undefined,
  known: readonly string[],
  values: Readonly<Record<string, string | RegExp>>,
): readonly Deviation[] {
  const field = (name: JsonValue | undefined) => `environment ${oneLine(String(name), 80)}`;
  const deviations: Deviation[] = [];
  const entries = listOf(got);
  for (const { name } of sent.filter((original) => !entries.some((entry) => isDeepStrictEqual(entry, original)))) {
    deviations.push({
      field: field(name),
      expected: "its original value",
      got: entries.some((entry) => entry.name === name) ? "another" : "none",
    });
  }
  for (const [name, count] of countNames(entries)) {
    const originals = sent.filter((entry) => entry.name === name).length;
    if (originals === 0 && !known.includes(name)) {
      const accept = `to be absent (to accept it, add "environment:${oneLine(name, 80)}" to runtimeDefense.accept)`;
      deviations.push({ field: field(name), expected: accept, got: "added" });
    } else if (count !== Math.max(originals, 1)) {
      deviations.push({ field: field(name), expected: "one value", got: `${count} values` });
    }
  }
  for (const [name, expected] of Object.entries(values)) {
    const entry = entries.find((candidate) => candidate.name === name);
    const required = REQUIRED.includes(name) || (name === "FILESYSTEM_MONITORING" && typeof expected === "string");
    if (entry === undefined && !required) continue;
    const value = entry?.value;
    const right = typeof expected === "string" ? value === expected : expected.test(String(value));
    const shape = typeof expected === "string" ? expected : "true or false";
    if (!right) deviations.push({ field: field(name), expected: shape, got: show(value) });
  }
  if (entries.some((entry) => typeof entry.value !== "string" || Object.keys(entry).length !== 2)) {
    deviations.push({ field: "environment", expected: "pairs of name and value", got: "something else" });
  }
  return deviations;
}

function countNames(entries: readonly JsonObject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of entries) counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
  return counts;
}
