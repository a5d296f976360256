import { DEFENDER, DEFENDER_VARIABLES, hidesDefender, SIDECAR_VARIABLES, WRAPPERS } from "../defender";
import { isJsonArray, type JsonObject, type JsonValue, objectOf } from "../json";
import { text } from "../text/safe-text";
import { differences, elementsOf, hasSameMembers, isEqual } from "./compare";
import { type Deviation, outside } from "./deviation";
import type { Expectation } from "./expectation";
import { commonChecks, equal, optional, variableDeviations } from "./variables";

/** The fields that the Console changes in an application container. */
const CHANGED = ["entryPoint", "environment", "dependsOn", "volumesFrom", "linuxParameters"];

/**
 * Lists why an application container isn't protected. With the original, as it was sent, the list also has every other
 * difference from it.
 */
export function containerDeviations(
  container: JsonObject,
  expectation: Expectation,
  original?: JsonObject,
): readonly Deviation[] {
  const { entryPoint, environment, secrets, dependsOn, volumesFrom, linuxParameters, name } = container;
  const checks = commonChecks(expectation).set("TW_CONTAINER_NAME", equal(typeof name === "string" ? name : ""));
  if (typeof original?.image === "string") checks.set("TW_IMAGE_NAME", optional(equal(original.image)));
  // After the accepted variables, so that `accept` can't allow these here.
  for (const name of SIDECAR_VARIABLES) checks.set(name, inSidecarAlone);
  return [
    ...(original ? differences(original, container, CHANGED) : []),
    ...entryPointDeviations(entryPoint, expectation.extracting, original),
    ...variableDeviations(environment, checks, original && elementsOf(original.environment)),
    ...(original ? [] : secretDeviations(secrets)),
    ...additionDeviations(DEPENDENCY, dependsOn, original && elementsOf(original.dependsOn)),
    ...additionDeviations(VOLUMES, volumesFrom, original && elementsOf(original.volumesFrom)),
    ...readOnlyDeviations(elementsOf(volumesFrom)),
    ...linuxDeviations(objectOf(linuxParameters), original && objectOf(original.linuxParameters)),
    ...mountDeviations(container),
  ];
}

/** Whether the container has any trace of the Defender; without one it was left out of protection. */
export function hasDefenderTrace({ entryPoint, environment, dependsOn, volumesFrom }: JsonObject): boolean {
  return (
    isWrapper(elementsOf(entryPoint)[0]) ||
    elementsOf(environment).some((entry) => objectOf(entry).name === "TW_CONTAINER_NAME") ||
    elementsOf(dependsOn).some(DEPENDENCY.isDefender) ||
    elementsOf(volumesFrom).some(VOLUMES.isDefender)
  );
}

/** Whether the container waits until the sidecar's health check has passed. */
export function waitsForHealth({ dependsOn }: JsonObject): boolean {
  return elementsOf(dependsOn).some((entry) => DEPENDENCY.isDefender(entry) && objectOf(entry).condition === "HEALTHY");
}

function entryPointDeviations(
  got: JsonValue | undefined,
  extracting: boolean,
  original: JsonObject | undefined,
): readonly Deviation[] {
  const field = "entryPoint";
  const [wrapper, fargate, entrypoint, ...behind] = isJsonArray(got) ? got : [];
  if (!isWrapper(wrapper) || fargate !== "fargate" || entrypoint !== "entrypoint") {
    const expected = text`to begin with ${JSON.stringify([WRAPPERS[0], "fargate", "entrypoint"])}`;
    return [{ field, expected, got: outside(withoutScripts(got)) }];
  }
  const sent = original?.entryPoint;
  if (sent !== undefined) {
    if (isEqual(behind, sent)) return [];
    const expected = text`${JSON.stringify(withoutScripts(sent))} behind the wrapper`;
    return [{ field, expected, got: outside(withoutScripts(behind)) }];
  }
  const [program] = behind;
  const isCommand = program !== undefined && program !== "" && behind.every((word) => typeof word === "string");
  if (isCommand && !isWrapper(program) && (extracting || original === undefined)) return [];
  return [{ field, expected: text`the image's entry point behind the wrapper`, got: outside(withoutScripts(behind)) }];
}

// Hides words with spaces: they are scripts, and people put credentials into scripts against all advice.
export function withoutScripts(words: JsonValue | undefined): JsonValue | undefined {
  return isJsonArray(words) ? words.map((word) => (typeof word === "string" && /\s/.test(word) ? "…" : word)) : words;
}

function isWrapper(word: JsonValue | undefined): boolean {
  return typeof word === "string" && WRAPPERS.includes(word);
}

/** An entry for the Defender that the Console adds to a list. */
type Addition = {
  readonly field: "dependsOn" | "volumesFrom";
  readonly isDefender: (entry: JsonValue) => boolean;
  /** The entries that are right, and the same rule in words. */
  readonly right: readonly JsonObject[];
  readonly rule: string;
  /** Whether the original entries are all there, and no others. */
  readonly isKept: (original: readonly JsonValue[], got: readonly JsonValue[]) => boolean;
};

const DEPENDENCY: Addition = {
  field: "dependsOn",
  isDefender: (entry) => objectOf(entry).containerName === DEFENDER,
  right: ["HEALTHY", "START"].map((condition) => ({ containerName: DEFENDER, condition })),
  rule: "condition HEALTHY or START",
  isKept: hasSameMembers,
};

const VOLUMES: Addition = {
  field: "volumesFrom",
  isDefender: (entry) => objectOf(entry).sourceContainer === DEFENDER,
  right: [{ sourceContainer: DEFENDER, readOnly: false }, { sourceContainer: DEFENDER }],
  rule: "readOnly false",
  // When two containers have a volume at the same path, the order decides which one is mounted.
  isKept: isEqual,
};

/** Checks that the original entries are kept, with exactly one more for the Defender. */
function additionDeviations(
  { field, isDefender, right, rule, isKept }: Addition,
  got: JsonValue | undefined,
  original: readonly JsonValue[] | undefined,
): readonly Deviation[] {
  const after = elementsOf(got);
  const added = after.filter(isDefender);
  const others = after.filter((entry) => !isDefender(entry));
  const deviations: Deviation[] = [];
  if (original && !isKept(original, others)) {
    deviations.push({ field, expected: text`${JSON.stringify(original)} and ${DEFENDER}`, got: outside(after) });
  }
  if (added.length !== 1) {
    deviations.push({ field, expected: text`${DEFENDER} once`, got: text`${added.length} times` });
  }
  if (!added.every((entry) => right.some((one) => isEqual(one, entry)))) {
    deviations.push({ field, expected: text`${DEFENDER} with ${rule}`, got: outside(added) });
  }
  return deviations;
}

// Wrapped containers pass the Defender's volumes on, and of several entries with the same volume the last one is mounted.
function readOnlyDeviations(entries: readonly JsonValue[]): readonly Deviation[] {
  const [defender, ...later] = entries.slice(entries.findLastIndex(VOLUMES.isDefender));
  const isReadOnly = VOLUMES.isDefender(defender ?? null) && later.some((entry) => objectOf(entry).readOnly === true);
  if (!isReadOnly) return [];
  return [{ field: "volumesFrom", expected: text`${DEFENDER} behind the read-only entries`, got: outside(entries) }];
}

/** Lists mounts over the Defender's folder. One in another container counts, too: `volumesFrom` passes it on. */
export function mountDeviations({ mountPoints, linuxParameters }: JsonObject): readonly Deviation[] {
  const mounts = { mountPoints, "linuxParameters.tmpfs": objectOf(linuxParameters).tmpfs };
  return Object.entries(mounts).flatMap(([field, list]) => {
    const paths = elementsOf(list).map((mount) => objectOf(mount).containerPath);
    const hiding = paths.filter((path) => typeof path === "string" && hidesDefender(path));
    return hiding.map((path) => ({ field, expected: text`nothing that hides the Defender`, got: outside(path) }));
  });
}

// Only without the original: with it, `differences` already reports an added secret.
function secretDeviations(secrets: JsonValue | undefined): readonly Deviation[] {
  const names = elementsOf(secrets).map((secret) => objectOf(secret).name);
  const found = DEFENDER_VARIABLES.filter((name) => names.includes(name));
  return found.map((name) => ({ field: `secrets ${name}`, ...ONE_HERE }));
}

const ONE_HERE = { expected: text`none in this container`, got: text`one` };
const inSidecarAlone = optional(() => ONE_HERE);

function linuxDeviations(got: JsonObject, original: JsonObject | undefined): readonly Deviation[] {
  const field = "linuxParameters.capabilities";
  const { add, drop, ...more } = objectOf(got.capabilities);
  const [added, dropped] = [new Set(elementsOf(add)), new Set(elementsOf(drop))];
  const deviations: Deviation[] = [];
  if (original) {
    const before = objectOf(original.capabilities);
    const [addedBefore, droppedBefore] = [elementsOf(before.add), elementsOf(before.drop)];
    const expected = new Set([...addedBefore, "SYS_PTRACE"]);
    deviations.push(...differences(original, got, ["capabilities"], "linuxParameters."));
    deviations.push(...differences({}, more, [], `${field}.`));
    if (!isSameSet(droppedBefore, dropped)) {
      deviations.push({ field: `${field}.drop`, expected: outside(before.drop), got: outside(drop) });
    }
    if (!isSameSet(expected, added)) {
      deviations.push({ field: `${field}.add`, expected: outside([...expected]), got: outside(add) });
    }
  } else if (!added.has("SYS_PTRACE")) {
    deviations.push({ field: `${field}.add`, expected: text`SYS_PTRACE`, got: outside(add) });
  }
  if (dropped.has("SYS_PTRACE")) {
    deviations.push({ field: `${field}.drop`, expected: text`SYS_PTRACE to be kept`, got: outside(drop) });
  }
  return deviations;
}

// ECS stores capabilities as sets: order and duplicates don't matter.
function isSameSet(one: Iterable<JsonValue>, other: Iterable<JsonValue>): boolean {
  const [first, second] = [new Set(one), new Set(other)];
  return first.size === second.size && [...first].every((member) => second.has(member));
}
