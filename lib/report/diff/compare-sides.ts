import { isDeepStrictEqual } from "node:util";

import { DEFENDER } from "../../defender";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../json";
import { percentOf } from "../../share";
import { excerpt, type SafeText, text } from "../../text/safe-text";

/** Task definitions before or after a change: files, or what was synthesized of them. */
export type Side = ReadonlyMap<string, TaskView>;

export type TaskView = {
  /** As RegisterTaskDefinition takes it. */
  readonly definition: JsonObject;
  /** Containers left out of protection, and why. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** What the Console changed, where that is known. */
  readonly consoleChanges: readonly ConsoleChange[];
};

export type ConsoleChange = { readonly container: string; readonly field: string; readonly change: string };

export type SidesDiff = {
  readonly newlyLeftOut: readonly { readonly family: string; readonly container: string; readonly reason: SafeText }[];
  /** Tasks that are different, in the order of the new side; those that are gone at the end. */
  readonly tasks: readonly TaskDiff[];
  readonly coverage: { readonly before: Coverage; readonly after: Coverage };
  /** How many families both sides have together. */
  readonly families: number;
};

export type TaskDiff = {
  readonly family: string;
  readonly kind: "added" | "removed" | "changed";
  readonly differences: readonly Difference[];
};

/** One difference. A side without value has nothing there; both without: it differs, and its values aren't shown. */
export type Difference = {
  /** undefined for the task itself. */
  readonly container?: string;
  readonly what: string;
  readonly before?: SafeText;
  readonly after?: SafeText;
};

export type Coverage = { readonly containers: number; readonly protected: number };

export function compareSides(before: Side, after: Side): SidesDiff {
  const families = [...new Set([...after.keys(), ...before.keys()])];
  const tasks = families.flatMap((family) => compareTasks(family, before.get(family), after.get(family)));
  const newlyLeftOut = [...after].flatMap(([family, task]) =>
    [...task.leftOut]
      .filter(([container]) => !before.get(family)?.leftOut.has(container))
      .map(([container, reason]) => ({ family, container, reason: excerpt(reason) })),
  );
  const coverage = { before: coverageOf(before), after: coverageOf(after) };
  return { newlyLeftOut, tasks, coverage, families: families.length };
}

function compareTasks(family: string, before?: TaskView, after?: TaskView): readonly TaskDiff[] {
  if (!before || !after) {
    const containers = containersOf((after ?? before)?.definition ?? {});
    const differences = [...containers].map(([name, container]) =>
      presence(name, before ? container : undefined, after ? container : undefined),
    );
    return [{ family, kind: after ? "added" : "removed", differences }];
  }
  const differences = [
    ...containerDifferences(before, after),
    ...fieldDifferences(before.definition, after.definition, ["containerDefinitions"]),
    ...consoleDifferences(before, after),
  ];
  return differences.length > 0 ? [{ family, kind: "changed", differences }] : [];
}

function containerDifferences(before: TaskView, after: TaskView): readonly Difference[] {
  const [olds, news] = [containersOf(before.definition), containersOf(after.definition)];
  return [...new Set([...news.keys(), ...olds.keys()])].flatMap((name) => {
    const [old, now] = [olds.get(name), news.get(name)];
    if (!old || !now) return [presence(name, old, now), ...protection(name, before, after)];
    const fields = fieldDifferences(old, now, ["name"]).map((difference) => ({ container: name, ...difference }));
    return [...protection(name, before, after), ...fields];
  });
}

function presence(container: string, before?: JsonObject, after?: JsonObject): Difference {
  return { container, what: "container", ...shown(before?.image, after?.image) };
}

function protection(
  container: string,
  { leftOut: olds }: TaskView,
  { leftOut: news }: TaskView,
): readonly Difference[] {
  const [old, now] = [olds.get(container), news.get(container)];
  if (old === now) return [];
  const state = (reason: string | undefined) => (reason === undefined ? text`protected` : text`left out: ${reason}`);
  return [{ container, what: "protection", before: state(old), after: state(now) }];
}

// Values of other fields stay out: there people put credentials in spite of all advice.
const SHOWN = ["image", "cpu", "memory", "memoryReservation", "executionRoleArn", "taskRoleArn", "essential", "user"];

function fieldDifferences(before: JsonObject, after: JsonObject, except: readonly string[]): readonly Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !except.includes(field) && !isDeepStrictEqual(inOrder(before[field]), inOrder(after[field])))
    .map((field) => ({ what: field, ...(SHOWN.includes(field) ? shown(before[field], after[field]) : {}) }));
}

// The order of variables and secrets means nothing.
function inOrder(value: JsonValue | undefined): JsonValue | undefined {
  const names = isJsonArray(value) ? value.map((entry) => (isJsonObject(entry) ? entry.name : undefined)) : [];
  if (!isJsonArray(value) || !names.every((name) => typeof name === "string")) return value;
  return [...value].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function shown(before?: JsonValue, after?: JsonValue): Pick<Difference, "before" | "after"> {
  const asText = (value: JsonValue) => text`${typeof value === "string" ? value : JSON.stringify(value)}`;
  return {
    ...(before !== undefined && { before: asText(before) }),
    ...(after !== undefined && { after: asText(after) }),
  };
}

/** What the Console does now that it didn't do before. */
function consoleDifferences(before: TaskView, after: TaskView): readonly Difference[] {
  return after.consoleChanges
    .filter((change) => !before.consoleChanges.some((other) => isDeepStrictEqual(other, change)))
    .map(({ container, field, change }) => ({ container, what: `${field}, by the Console`, after: excerpt(change) }));
}

function coverageOf(side: Side): Coverage {
  const tasks = [...side.values()];
  const count = (task: TaskView) =>
    [...containersOf(task.definition).keys()].filter((name) => name !== DEFENDER).length;
  const containers = tasks.reduce((sum, task) => sum + count(task), 0);
  const leftOut = tasks.reduce((sum, task) => sum + task.leftOut.size, 0);
  return { containers, protected: containers - leftOut };
}

function containersOf({ containerDefinitions = [] }: JsonObject): ReadonlyMap<string, JsonObject> {
  const containers = isJsonArray(containerDefinitions) ? containerDefinitions.filter(isJsonObject) : [];
  return new Map(containers.map((container) => [String(container.name), container]));
}

/** The share that is protected, rounded down: 100 % means all. */
export function percent({ containers, protected: covered }: Coverage): string {
  return containers === 0 ? "none" : `${percentOf(covered, containers)} %`;
}
