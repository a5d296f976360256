import type { JsonObject, JsonValue } from "../json";
import { notice, problem, quoted, type Step } from "./finding";

const DEFAULTS = { cpu: "256", memory: "512", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"] };

/** The task with its size in CPU units and MiB, and with our defaults for what the file leaves open. */
export function* withSizeAndDefaults(task: JsonObject): Step<JsonObject> {
  const missing = Object.entries(DEFAULTS).filter(([key]) => !(key in task));
  if (missing.length > 0) {
    yield notice(`Not in the file, so set: ${missing.map(([key, value]) => `${key} ${value}`).join(", ")}.`);
  }
  const complete = { ...DEFAULTS, ...task };
  const cpu = inUnits(complete.cpu, /^vcpu$/i);
  if (cpu === undefined) yield problem(`cpu: must be CPU units such as 256, or "0.25 vCPU", got ${got(complete.cpu)}.`);
  const memory = inUnits(complete.memory, /^gb$/i);
  if (memory === undefined) yield problem(`memory: must be MiB such as 512, or "0.5 GB", got ${got(complete.memory)}.`);
  return { ...complete, cpu: cpu ?? DEFAULTS.cpu, memory: memory ?? DEFAULTS.memory };
}

/** Digits: the number itself, or 1024 times what stands before the large unit. */
function inUnits(value: JsonValue, largeUnit: RegExp): string | undefined {
  if (typeof value === "object") return undefined;
  const [, digits, unit = ""] = /^(\d+|\d*\.\d+)\s*([a-z]*)$/i.exec(String(value).trim()) ?? [];
  if (digits === undefined || (unit !== "" && !largeUnit.test(unit))) return undefined;
  const number = Number(digits) * (unit === "" ? 1 : 1024);
  return Number.isSafeInteger(number) && number > 0 ? String(number) : undefined;
}

const got = (value: JsonValue) => quoted(typeof value === "object" ? JSON.stringify(value) : String(value));
