import { isUtf8 } from "node:buffer";

import { findersOf, type NamedSecret } from "../settings/secrets";
import { hasLicenceToken } from "../text/secret";
import { layersOf } from "./decoded-layers";

/** The path of a Defender's image holds it, and so does cdk.tf.json; nothing else may. */
export const LICENCE_TOKEN = "a licence token";
/** Of a file whose content or whose name shows it. */
export const ARCHIVE = "an archive, which can't be looked into";
const NO_TEXT = "bytes that are not plain text in UTF-8";

/**
 * Returns a function that lists what bytes hold that must not be published: one of `secrets` in any spelling, or text with
 * the shape of a secret, also when encoded several times; and content that can't be inspected. Takes linear time.
 */
export function searchFor(secrets: readonly NamedSecret[]): (content: Buffer) => readonly string[] {
  const searches: readonly Search[] = [
    ...findersOf(secrets).map(([what, finder]): Search => [what, (text) => finder.isIn(text)]),
    ["an install bundle", isBundle],
    ["a token of a Console", (text) => (text.match(/[\w.-]{20,1048576}/g) ?? []).some(holdsConsoleToken)],
    ["a private key", (text) => PRIVATE_KEY.test(text)],
    [LICENCE_TOKEN, hasLicenceToken],
  ];
  return (content) => {
    const found = new Set<string>();
    for (const { text, hasArchive } of layersOf([content])) {
      for (const [what, isIn] of searches) if (!found.has(what) && isIn(text)) found.add(what);
      if (hasArchive) found.add(ARCHIVE);
    }
    if (found.size === 0 && !isText(content)) found.add(NO_TEXT);
    return [...found];
  };
}

type Search = readonly [what: string, isIn: (text: string) => boolean];

/** Whether the bytes are UTF-8 without control characters but tabs and line breaks, like everything that synth writes. */
function isText(bytes: Buffer): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the check looks for these
  return isUtf8(bytes) && !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(bytes.toString("latin1"));
}

// Keys of PEM, PGP and PuTTY. Form encoding writes + for a space.
const PRIVATE_KEY = /PRIVATE[ +]?KEY(?:[ +]?BLOCK)?-----|PuTTY-User-Key-File-\d/;

// Keys of the bundle's JSON. A single one may be another program's label or option, so two must occur.
const BUNDLE_KEYS = ["apiKey", "customerID", "service-parameter"];

function isBundle(text: string): boolean {
  return BUNDLE_KEYS.filter((key) => new RegExp(`["']${key}\\\\*["']\\s*:`).test(text)).length > 1;
}

/** Whether two adjacent parts of a dotted text are header and payload of a token that a Console has issued. */
function holdsConsoleToken(dotted: string): boolean {
  const parts = dotted.split(".");
  return parts.some((part, index) => {
    const isToken = index > 0 && part.startsWith("eyJ") && parts[index - 1]?.includes("eyJ");
    return isToken && /twistlock|prisma|local Console/i.test(Buffer.from(part, "base64url").toString());
  });
}
