import { isUtf8 } from "node:buffer";

import * as v from "valibot";

import { quote, type SafeText, text } from "../text/safe-text";
import type { Answer, Call } from "./call";
import { failureOf } from "./failure";
import { pageFailure } from "./page";

/** The expected content of an answer; `expected` completes "where … was expected". */
export type Shape<T> = { readonly expected: string; readonly schema: v.GenericSchema<unknown, T> };

/**
 * Parses the answer's body.
 *
 * @param who the server, as a sentence names it
 * @throws HttpFailure with the remedy when the body isn't JSON or has another shape.
 */
export function parseAnswer<T>(
  answer: Answer,
  call: Call,
  { expected, schema }: Shape<T>,
  { who, remedy }: { readonly who: string; readonly remedy: SafeText },
): T {
  const value = parseJsonBody(answer, call, remedy);
  // Stops at the first problem: a list of two million wrong elements would have as many.
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw failureOf(call, text`${who} answered ${kindOf(value)} where ${expected} was expected`, remedy);
}

/**
 * Parses the answer's body as JSON. Its content type is ignored, except to describe a body that isn't JSON.
 *
 * @throws HttpFailure with the remedy, or with the one for a web page.
 */
export function parseJsonBody(answer: Answer, call: Call, remedy: SafeText): unknown {
  const { body, status } = answer;
  if (body.length === 0) throw failureOf(call, text`The answer is empty (HTTP ${status})`, remedy);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    const detail = text`HTTP ${status}, ${body.length} bytes, content type ${quote(answer.header("content-type"), 60)}`;
    const kind = isUtf8(body) ? "is not JSON, or is cut off" : "is not UTF-8 text";
    throw pageFailure(answer, call) ?? failureOf(call, text`The answer ${kind} (${detail})`, remedy);
  }
}

function kindOf(value: unknown): SafeText {
  if (value === null) return text`null`;
  if (Array.isArray(value)) return text`an array`;
  if (typeof value !== "object") return text`a ${typeof value}`;
  return text`an object with the keys ${quote(Object.keys(value).slice(0, 20).join(", "), 100)}`;
}
