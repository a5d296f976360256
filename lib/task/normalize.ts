import { isDeepStrictEqual } from "node:util";

import { asText, clean, isJsonArray, isJsonObject, type JsonObject, type JsonValue, withEach } from "../json";
import { nearest } from "../nearest";
import { excerpt, join, quote, type SafeText, text } from "../text/safe-text";
import { notice, problem, type Step } from "./finding";
import type { Path } from "./json-path";
import { tooManyContainers } from "./limits";
import { DESCRIBED } from "./registered-form";
import { CONTAINER_KEYS, TASK_ENTRIES } from "./schema";

const REQUIRED = ["family", "containerDefinitions"];
const UNUSED_IF_EMPTY = "inferenceAccelerators"; // returned by ECS, unknown to the AWS provider

/**
 * Converts the forms that people have (describe output, an envelope, keys in the wrong place) to that of
 * RegisterTaskDefinition, neither cleaned nor checked.
 */
export function* normalize(document: JsonValue): Step<Normalized | undefined> {
  const foreign = whatElse(document);
  if (foreign || !isJsonObject(document)) {
    yield problem([])`expected one task definition as RegisterTaskDefinition takes it, got ${foreign ?? ""}`;
    return undefined;
  }
  const registered = yield* withoutDescribedKeys(yield* withoutEnvelope(document));
  const { containerDefinitions: containers } = registered;
  if (isJsonArray(containers) && containers.length > MOST_CONTAINERS) {
    yield tooManyContainers(containers.length);
    return undefined;
  }
  const { runtimeDefense = {}, ...task } = yield* withMisplacedKeysMovedUp(registered);
  return { definition: yield* withTags(withoutEmpty(ABSENT_IF_EMPTY.ofTask, task)), runtimeDefense };
}

// Many more than ECS takes. Some checks compare each container with all others, so their time grows with the square.
const MOST_CONTAINERS = 100;

type Normalized = { readonly definition: JsonObject; readonly runtimeDefense: JsonValue };

function whatElse(document: JsonValue): SafeText | undefined {
  if (isJsonArray(document)) {
    const isTask = (one: JsonValue) => isJsonObject(one) && ("containerDefinitions" in one || "taskDefinition" in one);
    if (document.some(isTask))
      return text`a list of task definitions. Save each in its own file, and name their folder.`;
    return text`a bare list. Put the containers into {"family": "NAME", "containerDefinitions": [ … ]}.`;
  }
  if (!isJsonObject(document)) return document === null ? text`null.` : text`a ${typeof document}.`;
  const save = 'save what "aws ecs describe-task-definition" prints.';
  if (isJsonObject(document.Resources) || document.Type === "AWS::ECS::TaskDefinition") {
    return text`CloudFormation. Deploy it, then ${save}`;
  }
  const keys = Object.keys(document);
  if (typeof (document.container_definitions ?? document.containerDefinitions) === "string") {
    return text`Terraform's arguments. Apply them, then ${save}`;
  }
  // The files of services and other tools have some keys of a task, too: cpu, tags, the ARN of a taskDefinition.
  const isTask = isJsonObject(document.taskDefinition) || keys.some((key) => nearest(key, REQUIRED));
  if (keys.length === 0 || isTask) return undefined;
  return text`an object with ${join(keys.slice(0, 5).map((key) => quote(key, 40)))} but neither family nor containerDefinitions. Is it the right file? If it describes a deployed task, ${save}`;
}

function* withoutEnvelope(document: JsonObject): Step<JsonObject> {
  const { taskDefinition, ...siblings } = document;
  if (!isJsonObject(taskDefinition)) return document;
  let task = taskDefinition;
  for (const [key, value] of Object.entries(siblings)) {
    if (key === "tags" || key === "runtimeDefense") task = yield* withKey(task, key, value, [key]);
    else yield problem([key])`must be inside taskDefinition. Move it there, or remove it.`;
  }
  return task;
}

function* withoutDescribedKeys(task: JsonObject): Step<JsonObject> {
  const unused = cleaned(task[UNUSED_IF_EMPTY]) === undefined ? [UNUSED_IF_EMPTY] : [];
  const [described, rest] = split(task, (key) => [...DESCRIBED, ...unused].includes(key));
  const keys = Object.keys(clean(described));
  if (keys.length > 0) yield notice([])`Ignored what describe-task-definition adds: ${keys.join(", ")}.`;
  const { compatibilities } = described;
  // A task registered without FARGATE must not become a Fargate task by our default.
  const isForeign = isJsonArray(compatibilities) && !compatibilities.includes("FARGATE");
  if (!isForeign || cleaned(rest.requiresCompatibilities) !== undefined) return rest;
  return { ...rest, requiresCompatibilities: compatibilities };
}

function* withMisplacedKeysMovedUp(task: JsonObject): Step<JsonObject> {
  if (!isJsonArray(task.containerDefinitions)) return task;
  let moved = task;
  const containerDefinitions: JsonValue[] = [];
  for (const [index, container] of task.containerDefinitions.entries()) {
    const [misplaced, rest] = isJsonObject(container) ? split(container, isMisplaced) : [{}, container];
    containerDefinitions.push(isJsonObject(rest) ? withoutEmptyValues(rest) : rest);
    for (const [key, value] of Object.entries(misplaced).filter(([, value]) => cleaned(value) !== undefined)) {
      const path = ["containerDefinitions", index, key];
      moved = yield* withKey(moved, key, value, path);
      yield notice(path)`belongs to the task, not to a container, so it was moved up.`;
    }
  }
  return { ...moved, containerDefinitions };
}

const isMisplaced = (key: string) =>
  key === "runtimeDefense" || (Object.hasOwn(TASK_ENTRIES, key) && !CONTAINER_KEYS.includes(key));

// ECS treats a variable without a value like one with an empty value, and drops both.
function withoutEmptyValues(container: JsonObject): JsonObject {
  const filled = withEach(container, "environment", (variable) => ({ ...variable, value: variable.value ?? "" }));
  const rest = withoutEmpty(ABSENT_IF_EMPTY.ofContainer, filled);
  return withEach(rest, "portMappings", (port) => withoutEmpty(ABSENT_IF_EMPTY.ofPort, port));
}

function* withKey(task: JsonObject, key: string, value: JsonValue, path: Path): Step<JsonObject> {
  const present = cleaned(task[key]);
  if (present === undefined) return { ...task, [key]: value };
  if (isDeepStrictEqual(present, cleaned(value))) return task;
  yield problem(path)`differs from the task's own ${key}. Keep one.`;
  return task;
}

// ECS treats an empty mode or role as absent (API reference, RegisterTaskDefinition, Examples); Terraform would send it.
// The others are what ecspresso and old skeletons of the AWS CLI write; Terraform doesn't send them.
const ABSENT_IF_EMPTY = {
  ofTask: ["executionRoleArn", "ipcMode", "pidMode", "taskRoleArn"],
  ofContainer: ["versionConsistency"],
  ofPort: ["appProtocol", "protocol"],
} as const;

function withoutEmpty(keys: readonly string[], object: JsonObject): JsonObject {
  return split(object, (key) => keys.includes(key) && object[key] === "")[1];
}

/** Returns the value without what ECS treats as absent; undefined if that is all of it. */
const cleaned = (value: JsonValue = null): JsonValue | undefined => clean({ value }).value;

function* withTags(task: JsonObject): Step<JsonObject> {
  if (!isJsonArray(task.tags)) return task;
  const tags = task.tags.map(lowerCaseTag);
  const reserved = tags.filter(isReserved);
  if (reserved.length > 0) {
    const list = () => join(reserved.slice(0, 20).map(({ key }) => excerpt(asText(key))));
    yield notice(["tags"])`ignored those that only AWS may set: ${list}.`;
  }
  return { ...task, tags: tags.filter((tag) => !isReserved(tag)) };
}

const isReserved = (tag: JsonValue): tag is JsonObject => isJsonObject(tag) && /^aws:/i.test(asText(tag.key));

// CloudFormation and some other APIs write Key and Value. A tag may have no value.
function lowerCaseTag(tag: JsonValue): JsonValue {
  if (!isJsonObject(tag)) return tag;
  const lowerCase = (name: string) =>
    /^(Key|Value)$/.test(name) && !(name.toLowerCase() in tag) ? name.toLowerCase() : name;
  const lower = Object.fromEntries(Object.entries(tag).map(([name, value]) => [lowerCase(name), value]));
  return { ...lower, value: lower.value ?? "" };
}

/** Splits the object into the entries whose key is taken, and the others. */
function split(object: JsonObject, isTaken: (key: string) => boolean): readonly [JsonObject, JsonObject] {
  const entries = Object.entries(object);
  const taken = entries.filter(([key]) => isTaken(key));
  const left = entries.filter(([key]) => !isTaken(key));
  return [Object.fromEntries(taken), Object.fromEntries(left)];
}
