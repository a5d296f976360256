import type { JsonObject, JsonValue } from "../json";
import { quote } from "../text/safe-text";
import { notice, problem, type Step } from "./finding";

const DEFAULTS = { cpu: "256", memory: "512", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"] };

type Complete = {
  readonly task: JsonObject;
  /** The keys that the file doesn't name. */
  readonly missing: ReadonlySet<string>;
};

/** Returns the task with its size in CPU units and MiB, and with our defaults for keys that the file doesn't name. */
export function* withUnitsAndDefaults(task: JsonObject): Step<Complete> {
  const missing = Object.entries(DEFAULTS).filter(([key]) => !(key in task));
  if (missing.length > 0) {
    const list = missing.map(([key, value]) => `${key} ${value}`).join(", ");
    yield notice([])`Not in the file, so the defaults apply: ${list}.`;
  }
  const { cpu, memory, ...others } = { ...DEFAULTS, ...task };
  const units = inUnits(cpu, /^vcpu$/i);
  if (units === undefined) {
    yield problem(["cpu"])`must be CPU units such as 256, or "0.25 vCPU", got ${got(cpu)}.`;
  }
  const mebibytes = inUnits(memory, /^gb$/i);
  if (mebibytes === undefined) {
    yield problem(["memory"])`must be MiB such as 512, or "0.5 GB", got ${got(memory)}.`;
  }
  const size = { ...(units && { cpu: units }), ...(mebibytes && { memory: mebibytes }) };
  return { task: { ...others, ...size }, missing: new Set(missing.map(([key]) => key)) };
}

/** Returns digits: the number itself, or 1024 times the number before the large unit. */
function inUnits(value: JsonValue, largeUnit: RegExp): string | undefined {
  if (typeof value === "object") return undefined;
  const [, digits, unit = ""] = /^(\d+|\d*\.\d+)\s*([a-z]*)$/i.exec(String(value).trim()) ?? [];
  if (digits === undefined || (unit !== "" && !largeUnit.test(unit))) return undefined;
  const number = Number(digits) * (unit === "" ? 1 : 1024);
  return Number.isSafeInteger(number) && number > 0 ? String(number) : undefined;
}

const got = (value: JsonValue) => quote(typeof value === "object" ? JSON.stringify(value) : String(value));
