import { createHash } from "node:crypto";

/** `sha256:…` of the bytes. */
export function digestOf(bytes: Buffer, algorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

export function hasDigest(bytes: Buffer, digest: string): boolean {
  return digestOf(bytes, digest.startsWith("sha512:") ? "sha512" : "sha256") === digest;
}
