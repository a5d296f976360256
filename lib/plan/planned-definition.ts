import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { DEEPEST } from "../protection/answer-shape";
import { parseContainers, resourceForm } from "../stack/resource-form";
import { text } from "../text/safe-text";
import type { PlannedResource } from "./read-plan";

const UNREADABLE = text`container_definitions is not JSON, or has more than ${DEEPEST} levels, so it is not a task definition's.`;

/** What the provider adds to a registered task definition, and its own arguments. */
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

/** A task definition as the plan would leave it. */
export type PlannedDefinition = Readonly<ReturnType<typeof plannedDefinition>>;

export function plannedDefinition({ address, after = {}, unknown }: PlannedResource) {
  const written = after.container_definitions;
  const containers = parseContainers(written);
  const flat = Object.entries(after)
    // The provider's state has an empty string for an argument that was never set.
    .filter(([name, value]) => value !== "" && !NOT_REGISTERED.includes(name))
    .map(([name, value]) => [name, LISTS.includes(name) ? asBlocks(value) : asBlock(value)]);
  return {
    address,
    /** undefined when known only after the apply. */
    family: typeof after.family === "string" ? after.family : undefined,
    /** In RegisterTaskDefinition's form, as far as it is known. */
    definition: resourceForm(Object.fromEntries(flat), containers),
    /** Why the containers can't be compared, or undefined. */
    unreadable: typeof written === "string" && containers === undefined ? UNREADABLE : undefined,
    /** The arguments known only after the apply, in Terraform's spelling. */
    unknown: Object.entries(unknown)
      .filter(([name, value]) => !NOT_REGISTERED.includes(name) && isUnknown(value))
      .map(([name]) => name),
  };
}

/** Whether the task can run on Fargate, which requires network mode awsvpc and a size. An unknown value counts as yes. */
export function isForFargate({ definition, unknown }: PlannedDefinition): boolean {
  const { requiresCompatibilities, networkMode, cpu, memory } = definition;
  if (unknown.includes("requires_compatibilities")) return true;
  // Terraform never writes these, so they may mean anything.
  if (isJsonObject(requiresCompatibilities) || typeof networkMode === "object") return true;
  if (isJsonArray(requiresCompatibilities)) return requiresCompatibilities.includes("FARGATE");
  const isAwsvpc = unknown.includes("network_mode") || networkMode === "awsvpc";
  const isSized =
    [cpu, memory].every((size) => size !== undefined) || unknown.some((one) => ["cpu", "memory"].includes(one));
  return isAwsvpc && isSized;
}

// Blocks that may occur several times. The plan has each other block as a list of one.
const LISTS = ["volume", "placement_constraints"];

function asBlocks(value: JsonValue): JsonValue {
  return isJsonArray(value) ? value.map((block) => (isJsonObject(block) ? flatten(block) : block)) : value;
}

function asBlock(value: JsonValue): JsonValue {
  if (!isJsonArray(value) || value.length !== 1) return value;
  const [block] = value;
  return isJsonObject(block) ? flatten(block) : value;
}

function flatten(block: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(block)
      .filter(([, value]) => value !== "")
      .map(([name, value]) => [name, asBlock(value)]),
  );
}

function isUnknown(value: JsonValue): boolean {
  if (value === true) return true;
  if (isJsonArray(value)) return value.some(isUnknown);
  if (!isJsonObject(value)) return false;
  // The provider computes configure_at_launch when it isn't set.
  return Object.entries(value).some(([name, child]) => name !== "configure_at_launch" && isUnknown(child));
}
