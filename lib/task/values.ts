import * as v from "valibot";

import { joinWords } from "../join-words";
import { isJsonObject, type JsonObject } from "../json";
import { matching } from "../settings/schemas";

// The kinds of values that task definitions and `runtimeDefense` are made of.

const integer = v.pipe(v.number(), v.safeInteger("must be a whole number"));

/** A whole number from `min` on. ECS' numbers have 32 bits. */
function from(min: number, unit = "") {
  const max = 2 ** 31 - 1;
  return v.pipe(
    integer,
    v.minValue(min, `must not be below ${min}${unit}`),
    v.maxValue(max, `must not be above ${max}${unit}`),
  );
}

/** A whole number, as every number of a task definition is. */
export const whole = from(-(2 ** 31));

export const natural = from(0);

export function between(min: number, max: number, unit = "") {
  const isWithin = (number: number) => number >= min && number <= max;
  return v.pipe(integer, v.check(isWithin, `must be from ${min} to ${max}${unit}`));
}

/** A TCP or UDP port. */
export const port = between(1, 65_535);

/** Valibot alone would accept a list as an object with the keys 0, 1, 2. */
export function anObject(example = "") {
  return v.custom<JsonObject>(isJsonObject, `must be an object${example}`);
}

// ECS accepts any name, but a process can't have an empty one, or one with "=" or NUL (environ(7)).
export const variable = matching(/^(?=.*\S)[^=\0]+$/s, "must be a variable's name, without =");

/** One of a few words, such as an enumeration of the API reference. */
export function oneOf(...words: readonly string[]) {
  return v.pipe(v.string(), v.values(words, `must be ${joinWords(words, "or")}`));
}

// Optional values.
export const string = v.exactOptional(v.string());
export const strings = v.exactOptional(v.array(v.string()));
export const number = v.exactOptional(natural);
/** ECS takes no limit below 6 MiB (API reference, ContainerDefinition, memory). */
export const mebibytes = v.exactOptional(from(6, " MiB"));
export const flag = v.exactOptional(v.boolean());
export const stringMap = v.exactOptional(v.pipe(anObject(), v.record(v.string(), v.string())));

/** An object with these keys alone. */
export function closed<const E extends v.ObjectEntries>(entries: E, first: v.GenericSchema<JsonObject> = anObject()) {
  const schema: unknown = v.strictObject(entries);
  return v.pipe(first, schema as Closed<E>);
}

type Closed<E extends v.ObjectEntries> = v.GenericSchema<JsonObject, v.InferOutput<v.StrictObjectSchema<E, undefined>>>;

export function object<const E extends v.ObjectEntries>(entries: E) {
  return v.exactOptional(closed(entries));
}

export function objects<const E extends v.ObjectEntries>(entries: E) {
  return v.exactOptional(v.array(closed(entries)));
}

const FILLED = v.pipe(anObject(), v.minEntries(1, "must not be empty"));

/** Objects without a required key. The AWS provider silently drops an empty one. */
export function filledObjects<const E extends v.ObjectEntries>(entries: E) {
  return v.exactOptional(v.array(closed(entries, FILLED)));
}

export function filled(message = "must not be empty") {
  return v.pipe(v.string(), v.nonEmpty(message));
}
