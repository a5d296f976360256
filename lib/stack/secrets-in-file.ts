import { holdsSecret, type Secret } from "../text/secret";

/** A secret of this run, and what it is called. */
export type NamedSecret = { readonly what: string; readonly secret: Secret };

/**
 * What the bytes hold that must not be published: one of `secrets` in any spelling, or something with the shape of one; also when it is
 * wrapped in lines, in UTF-16, or encoded in base64 or hex, several times over. Takes time linear in the size.
 */
export function secretsIn(content: Buffer, secrets: readonly NamedSecret[]): readonly string[] {
  // A list is prepared for searching once.
  const alone = secrets.map(({ what, secret }) => ({ what, list: [secret] }));
  const found = layersOf(content).flatMap((text) => [
    ...alone.filter(({ list }) => holdsSecret(text, list)).map(({ what }) => what),
    ...shapesIn(text),
  ]);
  return [...new Set([...found, ...(isArchive(content) ? ["an archive, which can't be looked into"] : [])])];
}

// How zip (a saved plan is one) and gzip begin, whatever the file's name.
const ARCHIVES = [Buffer.from("PK\u0003\u0004"), Buffer.from([0x1f, 0x8b])];

function isArchive(content: Buffer): boolean {
  return ARCHIVES.some((beginning) => content.subarray(0, beginning.length).equals(beginning));
}

// An encoded text is looked into this many times.
const DEPTH = 3;

/** The content as text, and all that is encoded in it as further texts. */
function layersOf(content: Buffer): readonly string[] {
  const layers = [textsOf(content)];
  for (let depth = 0; depth < DEPTH; depth++) {
    const encoded = (layers.at(-1) ?? []).flatMap(encodedIn);
    layers.push(textsOf(Buffer.concat(encoded.flatMap((bytes) => [bytes, BETWEEN]))));
  }
  return layers.flat();
}

// Belongs to no encoding and is no white space, so that neighbours stay apart.
const BETWEEN = Buffer.from("|");

/** The bytes as text: as UTF-8, and as UTF-16 at an even or odd place and in either byte order. */
function textsOf(bytes: Buffer): readonly string[] {
  const wide = bytes.includes(0) ? [bytes, bytes.subarray(1)].flatMap((part) => [part, swapped(part)]) : [];
  return [bytes.toString("utf8"), ...wide.map((part) => part.toString("utf16le"))].flatMap((text) => {
    const unwrapped = text.replace(/\s+|\\+[nrt]/g, "");
    return unwrapped.length < text.length ? [text, unwrapped] : [text];
  });
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
}

function encodedIn(text: string): readonly Buffer[] {
  const base64 = text.match(/[\w+/-]{40,}/g) ?? [];
  const hex = text.match(/[0-9a-f]{40,}/gi) ?? [];
  return [
    // What stands before it may be of base64's alphabet too: it begins at any of four places.
    ...base64.flatMap((run) => [0, 1, 2, 3].map((start) => Buffer.from(run.slice(start), "base64"))),
    ...hex.flatMap((run) => [0, 1].map((start) => Buffer.from(run.slice(start), "hex"))),
  ];
}

function shapesIn(text: string): readonly string[] {
  return [
    ...(isBundle(text) ? ["an install bundle"] : []),
    ...((text.match(/[\w.-]{20,}/g) ?? []).some(holdsConsoleToken) ? ["a token of a Console"] : []),
    ...(text.includes("PRIVATE KEY-----") ? ["a private key"] : []),
  ];
}

// The keys of the bundle's JSON; a single one may be a label or an option of somebody else's.
const BUNDLE_KEYS = ["apiKey", "customerID", "service-parameter"];

function isBundle(text: string): boolean {
  return BUNDLE_KEYS.filter((key) => new RegExp(`"${key}\\\\*"\\s*:`).test(text)).length > 1;
}

/** Whether two neighbours of a dotted text are header and payload of a token that a Console has issued. */
function holdsConsoleToken(dotted: string): boolean {
  const parts = dotted.split(".");
  return parts.some((part, index) => {
    const isToken = index > 0 && part.startsWith("eyJ") && parts[index - 1]?.includes("eyJ");
    return isToken && /twistlock|prisma|local Console/i.test(Buffer.from(part, "base64url").toString());
  });
}
