import { isDeepStrictEqual } from "node:util";

import { excerpt } from "../excerpt";
import { isJsonObject, type JsonObject, type JsonValue } from "../json";
import { oneLine } from "../outside-text";

/** One way in which the Console's answer isn't the task definition asked for, protected. No secret in it. */
export type Deviation = {
  /** The container's name; none for the task level. */
  readonly container?: string;
  readonly field: string;
  readonly expected: string;
  readonly got: string;
};

/** What was asked of the Console. */
export type Request = {
  readonly family: string;
  /** The host that the Defender is to dial. */
  readonly consoleAddress: string;
  /** Whether the Console was asked to find entry points that the task definition doesn't name. */
  readonly extracting: boolean;
  readonly filesystemMonitoring?: boolean;
  readonly defenderImage?: string;
  /** Names of variables that a newer Console may add. */
  readonly acceptedVariables: readonly string[];
};

// Where people put credentials in spite of all advice: these values appear in no message.
const PRIVATE = /(^|\.)(command|options|dockerLabels|driverOpts)(\.|$)/;

/** Where two objects differ, down to the key. */
export function differences(
  sent: JsonObject,
  got: JsonObject,
  except: readonly string[],
  prefix = "",
): readonly Deviation[] {
  const keys = [...new Set([...Object.keys(sent), ...Object.keys(got)])].filter((key) => !except.includes(key));
  return keys.flatMap((key) => {
    const [before, after] = [own(sent, key), own(got, key)];
    const field = prefix + oneLine(key, 80);
    if (isDeepStrictEqual(before, after)) return [];
    if (isJsonObject(before) && isJsonObject(after)) return differences(before, after, [], `${field}.`);
    if (!PRIVATE.test(field)) return [{ field, expected: show(before), got: show(after) }];
    const expected = before === undefined ? "none" : "its original value";
    return [{ field, expected, got: after === undefined ? "none" : "another" }];
  });
}

/** Equal lists, but for their order. */
export function sameMembers(one: readonly JsonValue[], other: readonly JsonValue[]): boolean {
  if (one.length !== other.length) return false;
  const rest = [...other];
  return one.every((member) => {
    const index = rest.findIndex((candidate) => isDeepStrictEqual(candidate, member));
    if (index >= 0) rest.splice(index, 1);
    return index >= 0;
  });
}

export function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** A value for an error message: one line, short, without anything that is or may be a secret. */
export function show(value: JsonValue | undefined): string {
  if (value === undefined) return "none";
  const text = JSON.stringify(value, (key, child: JsonValue) => (PRIVATE.test(key) ? "…" : child));
  return excerpt(text, 120);
}

// A key such as `constructor` is there on every object, though not as its own.
function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
