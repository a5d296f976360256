import { createHash } from "node:crypto";

import { isJsonObject, type JsonValue } from "./json";
import { type SafeText, text } from "./text/safe-text";
import { isMasked, Secret } from "./text/secret";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** The longest value that Secrets Manager stores. */
const LONGEST = 65_536;

/** Why the value isn't an install bundle (base64 of a JSON object), without quoting it; undefined when it is one. */
export function bundleProblem(value: JsonValue | undefined): SafeText | undefined {
  if (value === undefined) return text`none`;
  if (typeof value !== "string") return text`something that is not text`;
  if (value.trim() === "") return text`an empty one`;
  if (value.length > LONGEST) return text`${value.length} characters, and Secrets Manager keeps ${LONGEST} at most`;
  if (!BASE64.test(value)) return text`${value.length} characters that are not base64`;
  return contentOf(value) ? undefined : text`base64 of something that is not a JSON object`;
}

/** The bundle as a secret. From now on, the credentials in it are masked in every text, too. */
export function bundleSecret(bundle: string): Secret {
  // All answers of a run hold the same bundle.
  if (!isMasked(bundle)) for (const credential of credentialsIn(bundle)) new Secret(credential);
  return new Secret(bundle);
}

// Not masked: settings have these values, too, and messages mention them.
const NO_CREDENTIALS: ReadonlySet<string> = new Set(["customerID", "httpProxy", "noProxy"]);
// Shorter values are names and the like.
const SHORTEST_CREDENTIAL = 16;
const CERTIFICATE = /^\s*-----BEGIN (?:TRUSTED )?CERTIFICATE-----/;
// A real bundle has three. Each one makes masking slower.
const MOST_CREDENTIALS = 50;

function credentialsIn(bundle: string): readonly string[] {
  const found: string[] = [];
  contentOf(bundle, (key, value: unknown) => {
    const isOne = typeof value === "string" && isCredential(value) && !NO_CREDENTIALS.has(key);
    if (isOne && found.length < MOST_CREDENTIALS) found.push(value);
    return value;
  });
  return found;
}

function isCredential(value: string): boolean {
  return value.length >= SHORTEST_CREDENTIAL && !CERTIFICATE.test(value);
}

/** Whether two bundles have the same content, however it is formatted. */
export function isSameBundle(one: string, other: string): boolean {
  return one === other || (contentOf(one) ?? "none") === contentOf(other);
}

/**
 * A number that changes with the bundle, from 0 to 2³¹−1: Terraform replaces a write-only value only
 * when its version number changes. 31 bits of a digest reveal nothing.
 */
export function bundleVersion(bundle: Secret): number {
  return createHash("sha256").update(bundle.reveal()).digest().readUInt32BE(0) >>> 1;
}

function contentOf(bundle: string, visit?: (key: string, value: unknown) => unknown): string | undefined {
  try {
    const json = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(bundle, "base64"));
    const content: unknown = JSON.parse(json, visit);
    return isJsonObject(content) ? JSON.stringify(content) : undefined;
  } catch {
    return undefined;
  }
}
