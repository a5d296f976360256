import { createHash } from "node:crypto";

import type { JsonValue } from "../json";
import type { Secret } from "../secret";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Why this is no install bundle, without a character of it; undefined when it is one. */
export function bundleProblem(value: JsonValue | undefined): string | undefined {
  if (value === undefined) return "none";
  if (typeof value !== "string") return "something that is no text";
  if (value.trim() === "") return "an empty one";
  return BASE64.test(value) ? undefined : `${value.length} characters that are no base64`;
}

/**
 * A number that changes with the bundle, from 0 to 2³¹−1: Terraform replaces a write-only value only
 * when its version number changes. 31 bits of a digest give nothing away.
 */
export function bundleVersion(bundle: Secret): number {
  return createHash("sha256").update(bundle.reveal()).digest().readUInt32BE(0) >>> 1;
}
