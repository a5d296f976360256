import { isUtf8 } from "node:buffer";

import * as v from "valibot";

import { isJsonObject, type JsonObject } from "../json";
import { Secret } from "../secret";
import type { Answer } from "./exchange";
import { type Call, Failure, quote } from "./failure";
import { pageFailure } from "./page";

/** What a good answer holds; `expected` completes "where … was expected". */
export type Shape<T> = { readonly expected: string; readonly schema: v.GenericSchema<unknown, T> };

export const LOGIN: Shape<Secret> = {
  expected: "an object with a token",
  schema: v.pipe(
    v.object({ token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,16384}$/)) }),
    v.transform(({ token }) => new Secret(token)),
  ),
};

export const VERSION: Shape<string> = {
  expected: "a version such as 34.04.145",
  schema: v.pipe(v.string(), v.regex(/^\d{2}\.\d{2}\.\d+$/)),
};

export const TASK_DEFINITION: Shape<JsonObject> = {
  expected: "a task definition with containerDefinitions",
  schema: v.custom<JsonObject>(
    (value) =>
      isJsonObject(value) &&
      Array.isArray(value.containerDefinitions) &&
      value.containerDefinitions.every(isJsonObject),
  ),
};

export const INSTALL_BUNDLE: Shape<Secret> = {
  expected: "an object with an installBundle in base64",
  schema: v.pipe(
    // Secrets Manager takes no more.
    v.object({ installBundle: v.pipe(v.string(), v.minLength(1), v.maxLength(65_536), v.base64()) }),
    v.transform(({ installBundle }) => new Secret(installBundle)),
  ),
};

/** The answer's content. Throws `Failure`: a wrong answer isn't asked for again. */
export function parseAnswer<T>(answer: Answer, shape: Shape<T>, call: Call): T {
  const value = parseJson(answer, call);
  const parsed = v.safeParse(shape.schema, value, { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw new Failure(call, `The Console answered ${kindOf(value, call)} where ${shape.expected} was expected`, CHECK);
}

const CHECK = "Check that {variable} leads to a Prisma Cloud Compute Console, and TL_API_VERSION.";

// The content decides; the content type only helps to say what came instead.
function parseJson(answer: Answer, call: Call): unknown {
  const { body, status } = answer;
  if (body.length === 0) throw new Failure(call, `The answer is empty (HTTP ${status})`, CHECK);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    const detail = `HTTP ${status}, ${body.length} bytes, content type ${quote(answer.header("content-type"), call, 60)}`;
    const what = `The answer ${isUtf8(body) ? "is not JSON, or is cut off" : "is not UTF-8 text"} (${detail})`;
    throw pageFailure(answer, call) ?? new Failure(call, what, CHECK);
  }
}

function kindOf(value: unknown, call: Call): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (!isJsonObject(value)) return `a ${typeof value}`;
  return `an object with the keys ${quote(Object.keys(value).slice(0, 20).join(", "), call, 100)}`;
}
