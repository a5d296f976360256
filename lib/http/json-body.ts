import { isUtf8 } from "node:buffer";

import { quote, type SafeText, text } from "../text/safe-text";
import type { Answer, Call } from "./call";
import { failureOf, type HttpFailure } from "./failure";

/**
 * Parses the answer's body as JSON, whatever its content type says: that only helps to describe what came instead.
 *
 * @throws HttpFailure with the remedy, or what `pageFailure` makes of a web page.
 */
export function parseJsonBody(
  answer: Answer,
  call: Call,
  remedy: SafeText,
  pageFailure: (answer: Answer, call: Call) => HttpFailure | undefined,
): unknown {
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

/** What a value is, for "answered … where … was expected". */
export function kindOf(value: unknown): SafeText {
  if (value === null) return text`null`;
  if (Array.isArray(value)) return text`an array`;
  if (typeof value !== "object") return text`a ${typeof value}`;
  return text`an object with the keys ${quote(Object.keys(value).slice(0, 20).join(", "), 100)}`;
}
