import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { DEEPEST } from "../protection/answer-shape";
import { parseContainers, resourceForm } from "../stack/resource-form";
import { type SafeText, text } from "../text/safe-text";
import type { PlannedResource } from "./read-plan";

/** What a task definition is going to be. */
export type PlannedDefinition = {
  readonly address: string;
  /** undefined when only the apply makes it known. */
  readonly family: string | undefined;
  /** In RegisterTaskDefinition's form, as far as it is known. */
  readonly definition: JsonObject;
  /** Why the containers can't be compared, if so. */
  readonly unreadable: SafeText | undefined;
  /** The arguments that only the apply makes known, in Terraform's spelling. */
  readonly unknown: readonly string[];
};

const UNREADABLE = text`container_definitions is not JSON, or has more than ${DEEPEST} levels, which no task definition has.`;

/** What the provider makes of a registered one, and what is the provider's own. */
const NOT_REGISTERED = [
  "arn",
  "arn_without_revision",
  "id",
  "region",
  "revision",
  "skip_destroy",
  "tags_all",
  "track_latest",
];

export function plannedDefinition({ address, after = {}, unknown }: PlannedResource): PlannedDefinition {
  const written = after.container_definitions;
  const containers = parseContainers(written);
  const attributes = Object.entries(after).filter(([name]) => !NOT_REGISTERED.includes(name));
  const flat = attributes
    // A text that was never set is empty in the provider's state.
    .filter(([, value]) => value !== "")
    .map(([name, value]) => [name, LISTS.includes(name) ? asBlocks(value) : asBlock(value, name)]);
  return {
    address,
    family: typeof after.family === "string" ? after.family : undefined,
    definition: resourceForm(Object.fromEntries(flat), containers),
    unreadable: typeof written === "string" && containers === undefined ? UNREADABLE : undefined,
    unknown: Object.entries(unknown)
      .filter(([name, value]) => !NOT_REGISTERED.includes(name) && isUnknown(value))
      .map(([name]) => name),
  };
}

/** Whether the task can run on Fargate, which asks for network mode awsvpc and a size. What isn't known may be so. */
export function isForFargate({ definition, unknown }: PlannedDefinition): boolean {
  const { requiresCompatibilities, networkMode, cpu, memory } = definition;
  if (unknown.includes("requires_compatibilities")) return true;
  // What Terraform never writes may be anything.
  if (isJsonObject(requiresCompatibilities) || typeof networkMode === "object") return true;
  if (isJsonArray(requiresCompatibilities)) return requiresCompatibilities.includes("FARGATE");
  const isAwsvpc = unknown.includes("network_mode") || networkMode === "awsvpc";
  const isSized =
    [cpu, memory].every((size) => size !== undefined) || unknown.some((one) => ["cpu", "memory"].includes(one));
  return isAwsvpc && isSized;
}

// Blocks that may stand several times; of the others the plan has a list of one.
const LISTS = ["volume", "placement_constraints"];

function asBlocks(value: JsonValue): JsonValue {
  return isJsonArray(value) ? value.map((block) => (isJsonObject(block) ? flatten(block) : block)) : value;
}

function asBlock(value: JsonValue, name: string): JsonValue {
  if (name === "requires_compatibilities" || !isJsonArray(value)) return value;
  const [block] = value;
  return value.length === 1 && isJsonObject(block) ? flatten(block) : value;
}

function flatten(block: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(block)
      .filter(([name, value]) => value !== "" || !PLATFORM.includes(name))
      .map(([name, value]) => [name, asBlock(value, name)]),
  );
}

// In the provider's state each is empty where only the other was set.
const PLATFORM = ["cpu_architecture", "operating_system_family"];

function isUnknown(value: JsonValue): boolean {
  if (value === true) return true;
  if (isJsonArray(value)) return value.some(isUnknown);
  if (!isJsonObject(value)) return false;
  // The provider finds that one out where it isn't set.
  return Object.entries(value).some(([name, child]) => name !== "configure_at_launch" && isUnknown(child));
}
