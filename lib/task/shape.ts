import { isDeepStrictEqual } from "node:util";

import { clean, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { notice, problem, quoted, type Step } from "./finding";
import { show } from "./json-path";
import { CONTAINER_KEYS, TASK_KEYS } from "./schema";

const DESCRIBED_KEYS = [
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
  "deleteRequestedAt",
];
const EXPECTED = "expected one task definition as RegisterTaskDefinition takes it";

export type Shaped = {
  /** In the form of RegisterTaskDefinition, cleaned, not checked. */
  readonly definition: JsonObject;
  /** As it stands in the file. */
  readonly runtimeDefense: JsonValue;
};

/** Brings what people have (describe output, an envelope, keys in the wrong place) into the one form. */
export function* shape(document: JsonValue): Step<Shaped | undefined> {
  const refusal = foreign(document);
  if (refusal || !isJsonObject(document)) {
    yield problem(refusal ?? `${EXPECTED}, got ${document === null ? "null" : `a ${typeof document}`}.`);
    return undefined;
  }
  const { runtimeDefense = {}, ...task } = yield* withoutEnvelope(document);
  const registered = yield* withoutDescribedKeys(clean(task));
  const moved = yield* withMisplacedKeysMovedUp(registered);
  return { definition: yield* withTags(moved), runtimeDefense };
}

function foreign(document: JsonValue): string | undefined {
  if (isJsonArray(document)) {
    return `${EXPECTED}, got a bare list. Put the containers into {"family": "NAME", "containerDefinitions": [ … ]}.`;
  }
  if (isJsonObject(document) && ("Resources" in document || document.Type === "AWS::ECS::TaskDefinition")) {
    return `${EXPECTED}, got CloudFormation. Deploy it, then save what "aws ecs describe-task-definition" prints.`;
  }
  return undefined;
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
  const described = DESCRIBED_KEYS.filter((key) => key in task);
  if (described.length === 0) return task;
  yield notice(`Left out what describe-task-definition adds: ${described.join(", ")}.`);
  const { compatibilities } = task;
  const rest = Object.fromEntries(Object.entries(task).filter(([key]) => !described.includes(key)));
  // Registered without Fargate in it, it must not become a Fargate task by our default.
  const isForeign = isJsonArray(compatibilities) && !compatibilities.includes("FARGATE");
  return isForeign && !("requiresCompatibilities" in rest)
    ? { ...rest, requiresCompatibilities: compatibilities }
    : rest;
}

function* withMisplacedKeysMovedUp(task: JsonObject): Step<JsonObject> {
  if (!isJsonArray(task.containerDefinitions)) return task;
  let moved = task;
  const containers: JsonValue[] = [];
  for (const [index, container] of task.containerDefinitions.entries()) {
    if (!isJsonObject(container)) {
      containers.push(container);
      continue;
    }
    const entries = Object.entries(container);
    const at = show(task, ["containerDefinitions", index]);
    for (const [key, value] of entries.filter(([key]) => belongsToTask(key))) {
      moved = yield* put(moved, key, value, `in ${at}`);
      yield notice(`${key} belongs to the task, not to a container: moved up from ${at}.`);
    }
    containers.push(Object.fromEntries(entries.filter(([key]) => !belongsToTask(key))));
  }
  return { ...moved, containerDefinitions: containers };
}

const belongsToTask = (key: string) =>
  TASK_KEYS.includes(key) && !CONTAINER_KEYS.includes(key) && key !== "containerDefinitions";

function* put(task: JsonObject, key: string, value: JsonValue, where: string): Step<JsonObject> {
  const { [key]: present } = clean({ [key]: task[key] ?? null });
  if (present === undefined) return { ...task, [key]: value };
  if (!isDeepStrictEqual(present, value)) yield problem(`${key} ${where} differs from the task's own. Keep one.`);
  return task;
}

function* withTags(task: JsonObject): Step<JsonObject> {
  if (!isJsonArray(task.tags)) return task;
  const tags = task.tags.map(lowerCaseTag);
  const reserved = tags.flatMap((tag) => (isReserved(tag) ? [String(tag.key)] : []));
  if (reserved.length > 0) yield notice(`Left out tags that AWS alone may set: ${reserved.join(", ")}.`);
  return clean({ ...task, tags: tags.filter((tag) => !isReserved(tag)) });
}

const isReserved = (tag: JsonValue): tag is JsonObject => isJsonObject(tag) && /^aws:/i.test(String(tag.key));

// As CloudFormation and some other APIs spell it; a tag may have no value.
function lowerCaseTag(tag: JsonValue): JsonValue {
  if (!isJsonObject(tag) || ("key" in tag && "Key" in tag) || ("value" in tag && "Value" in tag)) return tag;
  const { Key, Value, ...rest } = tag;
  return { value: "", ...(Key !== undefined && { key: Key }), ...(Value !== undefined && { value: Value }), ...rest };
}
