// Building blocks of the variables' schemas. A message continues after the variable's name.

import * as v from "valibot";

import { isJsonObject, type JsonObject } from "../json";
import { quote, type SafeText, text } from "../text/safe-text";
import { REGION } from "./region";

/** @param message what the value must be */
export function matching(pattern: RegExp, message: v.ErrorMessage<v.RegexIssue<string>>) {
  return v.pipe(v.string(), v.regex(pattern, message));
}

/** A message that ends with the value. Only for variables that can't hold a misplaced secret. */
export function shown(message: string) {
  return (issue: { readonly input: string }) => text`${message}, got ${quote(issue.input, 80)}`;
}

export function wholeNumber(min: number, max: number) {
  const isWithin = (value: string) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
  const message = shown(`must be a whole number from ${min} to ${max}`);
  return v.pipe(v.string(), v.check(isWithin, message), v.transform(Number));
}

/**
 * Parses values with commas between, and drops empty ones.
 *
 * @param problemWith returns what the variable must hold, if a value is wrong
 */
export function listOf(problemWith: (value: string, index: number) => SafeText | undefined) {
  return v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue }): readonly string[] => {
      const trimmed = dataset.value.split(",").map((value) => value.trim());
      const values = trimmed.filter((value) => value !== "");
      for (const [index, value] of values.entries()) {
        const message = problemWith(value, index);
        if (message) addIssue({ message });
      }
      return values;
    }),
  );
}

export const yesOrNo = v.pipe(
  matching(/^(true|false)$/, shown("must be true or false")),
  v.transform((value) => value === "true"),
);

export function jsonObject(message: string) {
  return v.pipe(v.string(), v.parseJson({}, message), v.custom<JsonObject>(isJsonObject, message));
}

export const region = matching(REGION, shown("must be a region such as eu-west-1"));

export const KMS_KEY_ARN = /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;

/** A cluster's name or its ARN. */
export const CLUSTER = /^(arn:aws[\w-]*:ecs:[a-z0-9-]+:\d{12}:cluster\/)?[\w-]{1,255}$/;

/** Whether it is this machine, with or without a port. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

/** A host's name or address, as in a URL. */
export const HOST = /^(\[[\da-f:.]+\]|[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*)$/i;
