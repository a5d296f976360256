import { isDeepStrictEqual } from "node:util";

import { clean, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { notice, problem, quoted, type Step } from "./finding";
import { pathText } from "./json-path";
import { CONTAINER_KEYS, TASK_KEYS } from "./schema";

const DESCRIBED = [
  ...["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities"],
  ...["registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt"],
];
const UNUSED_IF_EMPTY = "inferenceAccelerators"; // described by ECS, unknown to the AWS provider

/**
 * Brings what people have (describe output, an envelope, keys in the wrong place) into the form of
 * RegisterTaskDefinition, neither cleaned nor checked.
 */
export function* shape(document: JsonValue): Step<Shaped | undefined> {
  const foreign = whatElse(document);
  if (foreign || !isJsonObject(document)) {
    yield problem(`expected one task definition as RegisterTaskDefinition takes it, got ${foreign}`);
    return undefined;
  }
  const registered = yield* withoutDescribedKeys(yield* withoutEnvelope(document));
  const { runtimeDefense = {}, ...task } = yield* withMisplacedKeysMovedUp(registered);
  return { definition: yield* withTags(task), runtimeDefense };
}

type Shaped = { readonly definition: JsonObject; readonly runtimeDefense: JsonValue };

function whatElse(document: JsonValue): string | undefined {
  if (isJsonArray(document)) {
    return 'a bare list. Put the containers into {"family": "NAME", "containerDefinitions": [ … ]}.';
  }
  if (!isJsonObject(document)) return document === null ? "null." : `a ${typeof document}.`;
  const isCloudFormation = "Resources" in document || document.Type === "AWS::ECS::TaskDefinition";
  if (!isCloudFormation) return undefined;
  return 'CloudFormation. Deploy it, then save what "aws ecs describe-task-definition" prints.';
}

function* withoutEnvelope(document: JsonObject): Step<JsonObject> {
  const { taskDefinition, ...siblings } = document;
  if (!isJsonObject(taskDefinition)) return document;
  let task = taskDefinition;
  for (const [key, value] of Object.entries(siblings)) {
    if (key === "tags" || key === "runtimeDefense") task = yield* put(task, key, value, "beside taskDefinition");
    else yield problem(`${quoted(key)} stands beside taskDefinition. Move it into taskDefinition, or take it off.`);
  }
  return task;
}

function* withoutDescribedKeys(task: JsonObject): Step<JsonObject> {
  const unused = isAbsent(task[UNUSED_IF_EMPTY]) ? [UNUSED_IF_EMPTY] : [];
  const [described, rest] = split(task, (key) => [...DESCRIBED, ...unused].includes(key));
  const keys = Object.keys(clean(described));
  if (keys.length > 0) yield notice(`Left out what describe-task-definition adds: ${keys.join(", ")}.`);
  const { compatibilities } = described;
  // Registered without Fargate in it, it must not become a Fargate task by our default.
  const isForeign = isJsonArray(compatibilities) && !compatibilities.includes("FARGATE");
  if (!isForeign || !isAbsent(rest.requiresCompatibilities)) return rest;
  return { ...rest, requiresCompatibilities: compatibilities };
}

function* withMisplacedKeysMovedUp(task: JsonObject): Step<JsonObject> {
  if (!isJsonArray(task.containerDefinitions)) return task;
  let moved = task;
  const containerDefinitions: JsonValue[] = [];
  for (const [index, container] of task.containerDefinitions.entries()) {
    const [misplaced, rest] = isJsonObject(container) ? split(container, isMisplaced) : [{}, container];
    containerDefinitions.push(rest);
    const at = pathText(task, ["containerDefinitions", index]);
    for (const [key, value] of Object.entries(misplaced).filter(([, value]) => !isAbsent(value))) {
      moved = yield* put(moved, key, value, `in ${at}`);
      yield notice(`${key} belongs to the task, not to a container: moved up from ${at}.`);
    }
  }
  return { ...moved, containerDefinitions };
}

const isMisplaced = (key: string) =>
  key === "runtimeDefense" ||
  (TASK_KEYS.includes(key) && !CONTAINER_KEYS.includes(key) && key !== "containerDefinitions");

function* put(task: JsonObject, key: string, value: JsonValue, where: string): Step<JsonObject> {
  const present = task[key] ?? null;
  if (isAbsent(present)) return { ...task, [key]: value };
  const isEqual = isDeepStrictEqual(clean(present), clean(value));
  if (!isEqual) yield problem(`${key} ${where} differs from the task's own. Keep one.`);
  return task;
}

/** Whether ECS takes the value for absent. */
const isAbsent = (value: JsonValue = null) => Object.keys(clean({ value })).length === 0;

function* withTags(task: JsonObject): Step<JsonObject> {
  if (!isJsonArray(task.tags)) return task;
  const tags = task.tags.map(lowerCaseTag);
  const reserved = tags.filter(isReserved).map(({ key }) => key);
  if (reserved.length > 0) yield notice(`Left out tags that AWS alone may set: ${reserved.join(", ")}.`);
  return { ...task, tags: tags.filter((tag) => !isReserved(tag)) };
}

const isReserved = (tag: JsonValue): tag is JsonObject => isJsonObject(tag) && /^aws:/i.test(String(tag.key));

// As CloudFormation and some other APIs spell it; a tag may have no value.
function lowerCaseTag(tag: JsonValue): JsonValue {
  if (!isJsonObject(tag)) return tag;
  const lowerCase = (name: string) =>
    /^(Key|Value)$/.test(name) && !(name.toLowerCase() in tag) ? name.toLowerCase() : name;
  const lower = Object.fromEntries(Object.entries(tag).map(([name, value]) => [lowerCase(name), value]));
  return { ...lower, value: lower.value ?? "" };
}

/** The object's entries that are taken, and those that are left. */
function split(object: JsonObject, isTaken: (key: string) => boolean): readonly [JsonObject, JsonObject] {
  const entries = Object.entries(object);
  const taken = entries.filter(([key]) => isTaken(key));
  const left = entries.filter(([key]) => !isTaken(key));
  return [Object.fromEntries(taken), Object.fromEntries(left)];
}
