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

/** The differences of two task definitions. Elements whose order has no meaning are matched by name, others by index. */
export function changes(one: unknown, other: unknown): readonly Change[] {
  const [before, after] = [new Map(leaves(plain(one), "")), new Map(leaves(plain(other), ""))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}

function leaves(value: JsonValue, path: string): readonly (readonly [string, JsonValue])[] {
  // ECS keeps capabilities as sets.
  if (/\.capabilities\.(add|drop)$/.test(path)) {
    return [[path, isJsonArray(value) ? [...new Set(value.map((one) => JSON.stringify(one)))].sort() : value]];
  }
  if (path.endsWith(".logConfiguration")) return [[path, value]];
  const children = isJsonArray(value)
    ? defenderLast(value).map((child, index): [string, JsonValue] => [`${nameOf(path, child) ?? index}`, child])
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  if (children.length === 0) return [[path, value]];
  return [...children.flatMap(([key, child]) => leaves(child, `${path}.${key}`)), [`${path}#`, children.length]];
}

function nameOf(path: string, child: JsonValue): string | undefined {
  if (!isJsonObject(child)) return undefined;
  if (/^\.containerDefinitions$/.test(path)) return child.name === DEFENDER ? "sidecar" : `app.${child.name}`;
  if (/\.(environment|secrets)$/.test(path)) return String(child.name);
  if (/\.(dependsOn|volumesFrom)$/.test(path) && isOfDefender(child)) return DEFENDER;
  return /\.dependsOn$/.test(path) ? JSON.stringify(child) : undefined;
}

// The position of the Console's own entry has no meaning.
function defenderLast(list: readonly JsonValue[]): readonly JsonValue[] {
  return [...list.filter((child) => !isOfDefender(child)), ...list.filter(isOfDefender)];
}

function isOfDefender(child: JsonValue): boolean {
  return isJsonObject(child) && [child.containerName, child.sourceContainer].includes(DEFENDER);
}

// The fields that may differ with an older or newer Console or other settings, and the values allowed there.
const ALLOWED: readonly (readonly [RegExp, (after: JsonValue | undefined, task: Task) => boolean])[] = [
  [/\.app\.[\w-]+\.entryPoint\.0$/, (after) => after === "/var/lib/twistlock/fargate/fargate_defender.sh"],
  [/\.app\.[\w-]+\.dependsOn\.TwistlockDefender\.condition$/, (after) => after === "START"],
  [/\.app\.[\w-]+\.volumesFrom\.TwistlockDefender\.readOnly$/, (after) => after === undefined],
  [/\.app\.[\w-]+\.environment\.TW_IMAGE_NAME\.(name|value)$/, (after) => after === undefined],
  [/\.environment\.DEFENDER_TYPE\.(name|value)$/, (after) => after === undefined],
  [/\.environment\.FIPS_ENABLED\.(name|value)$/, (after) => after === undefined || after === "true"],
  [
    /\.environment\.FILESYSTEM_MONITORING\.(name|value)$/,
    (after, { runtimeDefense }) =>
      runtimeDefense.filesystemMonitoring === undefined && (after === undefined || after === "true"),
  ],
  [/\.sidecar\.environment\.WS_ADDRESS\.value$/, (after) => after === "wss://console.example.com:1"],
  [/\.sidecar\.environment\.INSTALL_BUNDLE\.value$/, (after) => after === EMPTY_BUNDLE],
  [/\.sidecar\.image$/, (after, { runtimeDefense }) => !runtimeDefense.defenderImage && after === PALO_ALTO],
  [/\.sidecar\.healthCheck#$/, () => true],
  [
    /\.sidecar\.healthCheck\.(interval|retries|startPeriod|timeout)$/,
    (after) => after === undefined || after === 0 || after === 1,
  ],
  [/\.sidecar(#|\.logConfiguration)$/, () => true],
  [/\.(environment\.\w+|dependsOn\.TwistlockDefender|volumesFrom\.TwistlockDefender)#$/, () => true],
  [/\.environment#$/, () => true],
];

export function isAllowed({ path, after }: Change, task: Task): boolean {
  return ALLOWED.some(([place, right]) => place.test(path) && right(after, task));
}

function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
