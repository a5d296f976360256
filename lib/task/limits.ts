import type { JsonObject } from "../json";
import type { Draft } from "./draft";
import { type Finding, notice, problem, type Step } from "./finding";
import { entriesAt } from "./json-path";
import type { TaskDefinition } from "./schema";

export const MAX_CONTAINERS = 10;
/** RegisterTaskDefinition's limit, in bytes of JSON. */
export const MAX_BYTES = 64 * 1024;

/**
 * Checks ECS' limits (developer guide, "Amazon ECS service quotas") on the number of containers with the Defender, the size,
 * tags and memory. The range of a single number is in the schemas.
 */
export function* checkLimits(task: JsonObject, { containers, sidecar, task: { values } }: Draft): Step {
  if (containers.length >= MAX_CONTAINERS) yield tooManyContainers(containers.length);
  const bytes = Buffer.byteLength(JSON.stringify(task));
  if (bytes > MAX_BYTES) {
    const limit = `ECS takes ${MAX_BYTES}. Split the task.`;
    yield problem([])`The task definition has ${bytes} bytes without the Defender, ${limit}`;
  }
  yield* checkTags(values.tags ?? []);
  for (const { path, values } of [...containers, sidecar]) {
    const { memory, memoryReservation } = values;
    if (memory === undefined || memoryReservation === undefined || memory >= memoryReservation) continue;
    yield problem([...path, "memory"])`must not be below memoryReservation, got ${memory} and ${memoryReservation}.`;
  }
}

/** @param count without the Defender */
export function tooManyContainers(count: number): Finding {
  const limit = `ECS takes ${MAX_CONTAINERS}. Split the task.`;
  return problem(["containerDefinitions"])`with the Defender there are ${count + 1} containers, ${limit}`;
}

const MAX_TAGS = 50;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u;

// API reference, Tag. Only notices: ECS refuses them at registration.
function* checkTags(tags: NonNullable<TaskDefinition["tags"]>): Step {
  if (tags.length > MAX_TAGS) {
    yield notice(["tags"])`there are ${tags.length}, but ECS takes ${MAX_TAGS} at most.`;
  }
  for (const [place, { key, value }] of entriesAt(["tags"], tags)) {
    const isValid = key.length >= 1 && key.length <= 128 && value.length <= 256 && TAG_TEXT.test(key + value);
    if (isValid) continue;
    const limits = "a key has 1 to 128 characters and a value at most 256: letters, digits, spaces and _.:/=+-@";
    yield notice(place)`is kept, but ECS documents that ${limits}.`;
  }
}
