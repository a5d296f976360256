import { isDeepStrictEqual } from "node:util";

import { asText, byText, isJsonArray, isJsonObject, type JsonObject, type JsonValue, objectOf } from "../../json";
import type { RuntimeDefense } from "../../task/runtime-defense";
import { type SafeText, text } from "../../text/safe-text";

/** One difference. A side without a value doesn't have the field; without both, the values differ and aren't shown. */
export type Difference = {
  /** undefined for the task itself. */
  readonly container?: string;
  readonly what: string;
  readonly before?: SafeText | undefined;
  readonly after?: SafeText | undefined;
};

// The values of other fields aren't shown: people put credentials there, against all advice.
const SHOWN = ["image", "cpu", "memory", "memoryReservation", "executionRoleArn", "taskRoleArn", "essential", "user"];

/** Compares two tasks or two containers, field by field. */
export function fieldDifferences(
  before: JsonObject,
  after: JsonObject,
  except: readonly string[],
): readonly Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !except.includes(field) && !isDeepStrictEqual(inOrder(before[field]), inOrder(after[field])))
    .map((field) => ({ what: field, ...(SHOWN.includes(field) ? shown(before[field], after[field]) : {}) }));
}

// The order of variables, secrets and tags means nothing. What has no name stays in its order.
function inOrder(value: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonArray(value)) return value;
  const nameOf = (entry: JsonValue) => objectOf(entry).name ?? objectOf(entry).key ?? null;
  return value.toSorted((one, other) => byText(nameOf(one), nameOf(other)));
}

/** Compares the files' `runtimeDefense`, except for the exclusions, which are reported container by container. */
export function settingDifferences(before: RuntimeDefense, after: RuntimeDefense): readonly Difference[] {
  const [olds, news] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((name) => {
    const [old, now] = [olds.get(name), news.get(name)];
    if (isDeepStrictEqual(old, now)) return [];
    return [{ what: `runtimeDefense.${name}`, ...(name === "accept" ? shownNames(old, now) : shown(old, now)) }];
  });
}

/** Shows names only: an accepted variable may have its value with it. */
function shownNames(before: JsonValue | undefined, after: JsonValue | undefined): Pick<Difference, "before" | "after"> {
  const [old, now] = [before, after].map((accepted) => {
    const names = isJsonArray(accepted) ? accepted.map((one) => asText(one).replace(/=.*/s, "")) : [];
    return names.length === 0 ? undefined : names.join(", ");
  });
  return old === now ? {} : shown(old, now);
}

/** The settings by their paths, such as `sidecar.memory`. */
function settingsOf({ exclude: _, accept, ...settings }: RuntimeDefense): ReadonlyMap<string, JsonValue> {
  return new Map([...leavesOf(settings), ["accept", [...accept].sort()]]);
}

type Leaf = readonly [path: string, value: JsonValue];

function leavesOf(object: object): readonly Leaf[] {
  return Object.entries(object).flatMap(([key, value]: Leaf): readonly Leaf[] =>
    isJsonObject(value) ? leavesOf(value).map(([path, leaf]) => [`${key}.${path}`, leaf]) : [[key, value]],
  );
}

/** The values that are present, as text. */
export function shown(before?: JsonValue, after?: JsonValue): Pick<Difference, "before" | "after"> {
  const shownOne = (value?: JsonValue) => (value === undefined ? undefined : text`${asText(value)}`);
  return { before: shownOne(before), after: shownOne(after) };
}
