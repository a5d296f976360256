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
  if (answer.body.length === 0) throw new Failure(call, `The answer is empty (HTTP ${answer.status})`, CHECK);
  const text = decode(answer.body);
  try {
    if (text !== undefined) return JSON.parse(text);
  } catch {
    const page = pageFailure(answer, call);
    if (page) throw page;
  }
  const type = answer.contentType === "" ? "no content type" : `content type ${quote(answer.contentType, call, 60)}`;
  const what = text === undefined ? "is not UTF-8 text" : "is not JSON, or is cut off";
  throw new Failure(call, `The answer ${what} (HTTP ${answer.status}, ${answer.body.length} bytes, ${type})`, CHECK);
}

function decode(body: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function kindOf(value: unknown, call: Call): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (!isJsonObject(value)) return `a ${typeof value}`;
  return `an object with the keys ${quote(Object.keys(value).slice(0, 20).join(", "), call, 100)}`;
}
