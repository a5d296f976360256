import { createHash } from "node:crypto";

import { isJsonObject, type JsonValue } from "./json";
import { type SafeText, text } from "./text/safe-text";
import type { Secret } from "./text/secret";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Secrets Manager keeps no longer value. */
const LONGEST = 65_536;

/** Why this isn't an install bundle, base64 of a JSON object, without a character of it; undefined when it is one. */
export function bundleProblem(value: JsonValue | undefined): SafeText | undefined {
  if (value === undefined) return text`none`;
  if (typeof value !== "string") return text`something that is not text`;
  if (value.trim() === "") return text`an empty one`;
  if (value.length > LONGEST) return text`${value.length} characters, and Secrets Manager keeps ${LONGEST} at most`;
  if (!BASE64.test(value)) return text`${value.length} characters that are not base64`;
  return contentOf(value) ? undefined : text`base64 of something that is not a JSON object`;
}

/** Whether two bundles say the same, however they are written. */
export function isSameBundle(one: string, other: string): boolean {
  return one === other || (contentOf(one) ?? "none") === contentOf(other);
}

/**
 * A number that changes with the bundle, from 0 to 2³¹−1: Terraform replaces a write-only value only
 * when its version number changes. 31 bits of a digest give nothing away.
 */
export function bundleVersion(bundle: Secret): number {
  return createHash("sha256").update(bundle.reveal()).digest().readUInt32BE(0) >>> 1;
}

function contentOf(bundle: string): string | undefined {
  try {
    const content: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(bundle, "base64")),
    );
    return isJsonObject(content) ? JSON.stringify(content) : undefined;
  } catch {
    return undefined;
  }
}
