import { isDeepStrictEqual } from "node:util";

import { DEFENDER } from "../../defender";
import type { JsonObject } from "../../json";
import { percentOf } from "../../percent";
import { excerpt, type SafeText, text } from "../../text/safe-text";
import { type Difference, fieldDifferences, settingDifferences, shown } from "./differences";
import { type ContainerState, containersOf, isLeftOut, type Side, type TaskView } from "./side";

export type SidesDiff = Readonly<ReturnType<typeof compareSides>>;

export type TaskDiff = {
  readonly family: string;
  readonly kind: "added" | "removed" | "changed";
  readonly differences: readonly Difference[];
};

export function compareSides(before: Side, after: Side) {
  const families = [...new Set([...after.keys(), ...before.keys()])];
  // In the order of the new side; removed ones at the end.
  const tasks = families.flatMap((family) => compareTasks(family, before.get(family), after.get(family)));
  const newlyLeftOut = [...after].flatMap(([family, { states }]) =>
    [...states].flatMap(([container, state]) => {
      if (!isLeftOut(state) || isLeftOut(before.get(family)?.states.get(container))) return [];
      return [{ family, container, reason: state.reason }];
    }),
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
  const [old, now] = [before.runtimeDefense, after.runtimeDefense];
  const differences = [
    ...containerDifferences(before, after),
    ...fieldDifferences(before.definition, after.definition, ["containerDefinitions"]),
    ...(old && now ? settingDifferences(old, now) : []),
    ...consoleDifferences(before, after),
  ];
  return differences.length > 0 ? [{ family, kind: "changed", differences }] : [];
}

function containerDifferences(before: TaskView, after: TaskView): readonly Difference[] {
  const [olds, news] = [containersOf(before.definition), containersOf(after.definition)];
  return [...new Set([...news.keys(), ...olds.keys()])].flatMap((name) => {
    const [old, now] = [olds.get(name), news.get(name)];
    if (!old || !now) return [presence(name, old, now), ...protection(name, before.states, after.states)];
    const fields = fieldDifferences(old, now, ["name"]).map((difference) => ({ container: name, ...difference }));
    return [...protection(name, before.states, after.states), ...fields];
  });
}

function presence(container: string, before?: JsonObject, after?: JsonObject): Difference {
  return { container, what: "container", ...shown(before?.image, after?.image) };
}

function protection(container: string, olds: TaskView["states"], news: TaskView["states"]): readonly Difference[] {
  const [old, now] = [olds.get(container), news.get(container)];
  // An added or removed container has an entry of its own; this one follows only if it was added without protection.
  if (!now || (!old && !isLeftOut(now))) return [];
  const [before, after] = [old && stateText(old), stateText(now)];
  return before === after ? [] : [{ container, what: "protection", before, after }];
}

function stateText(state: ContainerState): SafeText {
  switch (state.kind) {
    case "protected":
      return text`protected`;
    case "open":
      return text`entry point still to be found`;
    case "left-out":
      return text`left out: ${state.reason}`;
    case "unprotected":
      return state.reason;
  }
}

/** The suffix of a field that the Console changed; the value describes the change. */
export const BY_CONSOLE = ", by the Console";

/** Changes that the Console makes now and didn't make before. */
function consoleDifferences(before: TaskView, after: TaskView): readonly Difference[] {
  // The report of version 1.0.0 doesn't list the Defender, and words other changes differently.
  const isOfVersion1 = ({ definition, consoleChanges }: TaskView) =>
    containersOf(definition).has(DEFENDER) && !consoleChanges.some(({ container }) => container === DEFENDER);
  if (isOfVersion1(before) || isOfVersion1(after)) return [];
  return after.consoleChanges
    .filter((change) => !before.consoleChanges.some((other) => isDeepStrictEqual(other, change)))
    .map(({ container, field, change }) => ({ container, what: field + BY_CONSOLE, after: excerpt(change) }));
}

/** Counts containers; `open` are those whose entry point is still to be found. */
function coverageOf(side: Side) {
  const states = [...side.values()].flatMap((task) => [...task.states.values()]);
  const count = (kind: ContainerState["kind"]) => states.filter((state) => state.kind === kind).length;
  return { containers: states.length, protected: count("protected"), open: count("open") };
}

/** The share that is protected, rounded down: 100 % means all. */
export function percent({ containers, protected: covered }: SidesDiff["coverage"]["after"]): string {
  return containers === 0 ? "none" : `${percentOf(covered, containers)} %`;
}

/** A sentence that counts the containers that can't be judged yet; an empty list when there are none. */
export function openEntryPoints({ before, after }: SidesDiff["coverage"]): readonly SafeText[] {
  if (before.open + after.open === 0) return [];
  return [text`Entry points still to be found, not counted as protected: ${before.open} → ${after.open}.`];
}
