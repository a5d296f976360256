import { isDeepStrictEqual } from "node:util";

import fc from "fast-check";

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../lib/json";
import type { Task } from "../../lib/task/task";

const DEFENDER = "TwistlockDefender";
// Valid values in their places, although the answer has others.
const EMPTY_BUNDLE = Buffer.from("{}").toString("base64");
const PALO_ALTO = "registry-auth.twistlock.com/twistlock/defender:defender_34_04_145";

const HOW = ["replace", "drop", "insert", "duplicate", "reverse"] as const;
const NEW_KEYS = [
  "command",
  "user",
  "privileged",
  "pidMode",
  "image",
  "name",
  "value",
  "readOnly",
  "__proto__",
  "toString",
];
const VALUES: readonly JsonValue[] = [
  ...[null, true, false, 0, 1, -1, 0.5, "", " ", "a", "true", "false", "root", "START", "HEALTHY", DEFENDER],
  ...["SYS_PTRACE", "SYS_ADMIN", "fargate", "/var/lib/twistlock/fargate/fargate_defender.sh", "YmFzZTY0"],
  ...["wss://console.example.com:1", "wss://console.example.com:65536", "wss://evil.example.com"],
  ...["evil.example.com/twistlock/defender:defender_34_04_145", "AAAA", EMPTY_BUNDLE, PALO_ALTO],
  ...[JSON.parse('{"toString":1}'), JSON.parse('{"__proto__":{}}'), JSON.parse("[".repeat(40) + "]".repeat(40))],
  ...[[], {}, ["a"], { a: 1 }, [[]], [{}], { name: "a", value: "b" }, { name: "app", image: "miner" }],
  { logDriver: "awslogs", options: { "awslogs-group": "elsewhere" } },
  { containerName: "a", condition: "START" },
  { sourceContainer: DEFENDER, readOnly: false },
];

/** One change of an answer: any place, any way. */
export const mutation = fc.record({
  at: fc.nat(),
  how: fc.constantFrom(...HOW),
  value: fc.oneof(fc.constantFrom(...VALUES), fc.string()),
  key: fc.constantFrom(...NEW_KEYS),
});

export type Mutation = {
  readonly at: number;
  readonly how: (typeof HOW)[number];
  readonly value: JsonValue;
  readonly key: string;
};

/** The answer with one change at one place. */
export function mutated(answer: JsonObject, { at, how, value, key }: Mutation): JsonObject {
  const count = places(answer);
  let left = at % count;
  const visit = (node: JsonValue): JsonValue | undefined => {
    if (left-- === 0) return change(node);
    if (isJsonArray(node)) return node.map(visit).filter((child) => child !== undefined);
    if (!isJsonObject(node)) return node;
    return Object.fromEntries(
      Object.entries(node).flatMap(([name, child]): [string, JsonValue][] => {
        const visited = visit(child);
        return visited === undefined ? [] : [[name, visited]];
      }),
    );
  };
  const change = (node: JsonValue): JsonValue | undefined => {
    if (how === "drop") return undefined;
    if (how === "insert" && isJsonArray(node)) return [value, ...node];
    if (how === "insert" && isJsonObject(node)) return Object.fromEntries([...Object.entries(node), [key, value]]);
    if (how === "duplicate" && isJsonArray(node)) return [...node, ...node.slice(0, 1)];
    if (how === "reverse" && isJsonArray(node)) return [...node].reverse();
    // Numbers too high and too low: most of the values are no numbers.
    if (how === "duplicate" && typeof node === "number") return node * 100;
    if (how === "reverse" && typeof node === "number") return 0;
    return value;
  };
  const result = visit(answer);
  return isJsonObject(result) ? result : {};
}

function places(value: JsonValue): number {
  const children = isJsonArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  return 1 + children.reduce((sum: number, child) => sum + places(child), 0);
}

export type Change = {
  readonly path: string;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
};

/**
 * The differences of two task definitions, down to what may be changed as a whole only. Elements whose order has no meaning
 * are matched by name, others by index.
 */
export function changes(one: unknown, other: unknown): readonly Change[] {
  const [before, after] = [new Map(leaves(plain(one), "")), new Map(leaves(plain(other), ""))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}

type Leaf = readonly [path: string, value: JsonValue];

function leaves(value: JsonValue, path: string): readonly Leaf[] {
  // ECS keeps capabilities as sets.
  if (/\.capabilities\.(add|drop)$/.test(path)) {
    return [[path, isJsonArray(value) ? [...new Set(value.map((one) => JSON.stringify(one)))].sort() : value]];
  }
  if (/\.(logConfiguration|sidecar\.healthCheck)$/.test(path)) return [[path, value]];
  const children = isJsonArray(value) ? keyed(value, path) : isJsonObject(value) ? Object.entries(value) : [];
  if (children.length === 0) return [[path, value]];
  const hasWholeEntries = /\.(environment|secrets|dependsOn|volumesFrom)$/.test(path);
  return children.flatMap(([key, child]): readonly Leaf[] =>
    hasWholeEntries ? [[`${path}.${key}`, child]] : leaves(child, `${path}.${key}`),
  );
}

/** Elements with a name or an index each. A name that is there again gets a number, so that no element hides another. */
function keyed(list: readonly JsonValue[], path: string): readonly Leaf[] {
  const times = new Map<string, number>();
  return defenderLast(list).map((child, index) => {
    const name = nameOf(path, child) ?? `${index}`;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return [time === 1 ? name : `${name} (${time})`, child];
  });
}

function nameOf(path: string, child: JsonValue): string | undefined {
  if (!isJsonObject(child)) return undefined;
  if (path === ".containerDefinitions") return child.name === DEFENDER ? "sidecar" : `app.${child.name}`;
  if (/\.(environment|secrets)$/.test(path)) return String(child.name);
  if (/\.(dependsOn|volumesFrom)$/.test(path) && isOfDefender(child)) return DEFENDER;
  return path.endsWith(".dependsOn") ? JSON.stringify(child) : undefined;
}

// The position of the Console's own entry has no meaning: the proof refuses one before a read-only one.
function defenderLast(list: readonly JsonValue[]): readonly JsonValue[] {
  return [...list.filter((child) => !isOfDefender(child)), ...list.filter(isOfDefender)];
}

function isOfDefender(child: JsonValue): boolean {
  return isJsonObject(child) && [child.containerName, child.sourceContainer].includes(DEFENDER);
}

type Place = {
  readonly task: Task;
  /** The changed definition. */
  readonly deployed: JsonObject;
  /** The last part of the path: the key, or the element's name. */
  readonly name: string;
};
type Rule = (after: JsonValue | undefined, place: Place) => boolean;

const is =
  (value: JsonValue | undefined): Rule =>
  (after) =>
    isDeepStrictEqual(after, value);
const hasValue =
  (value: string): Rule =>
  (after, { name }) =>
    isDeepStrictEqual(after, { name, value });
const isAbsentOr =
  (value: string): Rule =>
  (after, place) =>
    after === undefined || hasValue(value)(after, place);

const isImage: Rule = (after, { task }) => !task.runtimeDefense.defenderImage && after === PALO_ALTO;

const isMonitoring: Rule = (after, place) =>
  place.task.runtimeDefense.filesystemMonitoring === undefined && isAbsentOr("true")(after, place);

/** The logs of a container that was sent, as the Console copies them; otherwise none, or own ones where they are requested. */
const areLogs: Rule = (after, { task: { definition, runtimeDefense } }) => {
  const sent = definition.containerDefinitions.filter(({ name }) => !(name in runtimeDefense.exclude));
  const options = {
    "awslogs-group": `/prisma/defender/${definition.family}`,
    "awslogs-region": "eu-west-1",
    "awslogs-stream-prefix": "defender",
  };
  const withoutCopy = runtimeDefense.sidecar.logs ? { logDriver: "awslogs", options } : undefined;
  return [withoutCopy, ...sent.flatMap(({ logConfiguration }) => logConfiguration ?? [])].some((logs) =>
    isDeepStrictEqual(after, logs),
  );
};

// Source: HealthCheck in the ECS API reference, which also says that ECS fills in what is missing.
const HEALTH_CHECK_NUMBERS = new Map([
  ["interval", [5, 300]],
  ["retries", [1, 10]],
  ["startPeriod", [0, 300]],
  ["timeout", [2, 60]],
]);

const isHealthCheck: Rule = (after, { deployed }) => {
  if (after === undefined) return !isWaitedFor(deployed);
  const { command, ...numbers } = isJsonObject(after) ? after : {};
  const areWithin = Object.entries(numbers).every(([key, value]) => {
    const [least = 0, most = -1] = HEALTH_CHECK_NUMBERS.get(key) ?? [];
    return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  });
  return areWithin && isDeepStrictEqual(command, ["/usr/local/bin/defender", "fargate", "healthcheck"]);
};

function isWaitedFor({ containerDefinitions }: JsonObject): boolean {
  const containers = isJsonArray(containerDefinitions) ? containerDefinitions.filter(isJsonObject) : [];
  const dependencies = containers.flatMap(({ dependsOn }) => dependsOn ?? []);
  return dependencies.some((entry) => isDeepStrictEqual(entry, { containerName: DEFENDER, condition: "HEALTHY" }));
}

// What may differ with an older or newer Console or other settings, and how: nothing else may.
const ALLOWED: readonly (readonly [RegExp, Rule])[] = [
  [/^app\.[\w-]+\.entryPoint\.0$/, is("/var/lib/twistlock/fargate/fargate_defender.sh")],
  [/^app\.[\w-]+\.dependsOn\.TwistlockDefender$/, is({ containerName: DEFENDER, condition: "START" })],
  [/^app\.[\w-]+\.volumesFrom\.TwistlockDefender$/, is({ sourceContainer: DEFENDER })],
  [/^app\.[\w-]+\.environment\.TW_IMAGE_NAME$/, is(undefined)],
  [/^(app\.[\w-]+|sidecar)\.environment\.DEFENDER_TYPE$/, is(undefined)],
  [/^(app\.[\w-]+|sidecar)\.environment\.FIPS_ENABLED$/, isAbsentOr("true")],
  [/^(app\.[\w-]+|sidecar)\.environment\.FILESYSTEM_MONITORING$/, isMonitoring],
  [/^sidecar\.environment\.WS_ADDRESS$/, hasValue("wss://console.example.com:1")],
  [/^sidecar\.environment\.INSTALL_BUNDLE$/, hasValue(EMPTY_BUNDLE)],
  [/^sidecar\.image$/, isImage],
  [/^sidecar\.healthCheck$/, isHealthCheck],
  [/^sidecar\.logConfiguration$/, areLogs],
];

/** Whether a proof may accept this change, one of those between the protected definition and `deployed`. */
export function isAllowed({ path, after }: Change, task: Task, deployed: unknown): boolean {
  const place = path.replace(/^\.containerDefinitions\./, "");
  const name = place.slice(place.lastIndexOf(".") + 1);
  const definition = plain(deployed);
  if (!isJsonObject(definition)) return false;
  return ALLOWED.some(([where, rule]) => where.test(place) && rule(after, { task, deployed: definition, name }));
}

function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
