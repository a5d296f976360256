import type { JsonObject } from "../json";
import { text } from "../text/safe-text";
import type { Draft } from "./draft";
import { problem, type Step } from "./finding";

export const MAX_CONTAINERS = 10;
/** RegisterTaskDefinition's limit, in bytes of JSON. */
export const MAX_BYTES = 64 * 1024;

/** Checks containers, with the Defender, and size against ECS' limits (developer guide, "Amazon ECS service quotas"). */
export function* checkLimits(task: JsonObject, { containers, runtimeDefense }: Draft): Step {
  const count = containers.length + 1;
  if (count > MAX_CONTAINERS) {
    const limit = `ECS takes ${MAX_CONTAINERS}. Split the task.`;
    yield problem(["containerDefinitions"], () => text`with the Defender there are ${count} containers, ${limit}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(task));
  if (bytes > MAX_BYTES) {
    const limit = `ECS takes ${MAX_BYTES}. Split the task.`;
    yield problem([], () => text`The task definition has ${bytes} bytes without the Defender, ${limit}`);
  }
  const sidecar = { path: ["runtimeDefense", "sidecar"], values: runtimeDefense.values.sidecar };
  for (const { path, values } of [...containers, sidecar]) {
    const { memory, memoryReservation } = values ?? {};
    if (memory === undefined || memory >= (memoryReservation ?? 0)) continue;
    const got = `${memory} and ${memoryReservation}`;
    yield problem([...path, "memory"], () => text`must not be below memoryReservation, got ${got}.`);
  }
}
