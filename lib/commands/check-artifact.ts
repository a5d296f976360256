import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

import { OutputError, SettingsError } from "../errors";
import { isJsonObject } from "../json";
import { oneLine } from "../outside-text";
import { spellings } from "../secret";
import { isSet } from "../settings/environment";
import { INSTALL_BUNDLE_VARIABLE } from "../stack/names";
import { isReadByTerraform, SECRET_FILE, STACK_FILE } from "../stack/output-folder";
import { type Invocation, outputFolder, print } from "./invocation";

const USAGE = "Usage: npm run check-artifact -- FOLDER.";

/**
 * Fails when a folder that is to be published holds a secret: one of the current ones in any
 * spelling, or something that has the shape of one.
 *
 * @throws OutputError naming each file and what it holds.
 */
export async function checkArtifact(invocation: Invocation): Promise<void> {
  const [folder, ...more] = invocation.args;
  if (folder === undefined || more.length > 0) throw new SettingsError([`check-artifact takes one folder. ${USAGE}`]);
  const secrets = currentSecrets(invocation);
  const entries = entriesOf(folder);
  const problems = entries.flatMap(({ path, isFile }) => {
    const found = isFile ? inFile(join(folder, path), secrets) : ["something that is no file"];
    return found.map((what) => `${oneLine(path)} holds ${what}: it must not be published.`);
  });
  if (entries.length === 0) throw new OutputError([`${oneLine(folder)} is empty: there is nothing to publish.`]);
  if (problems.length > 0) throw new OutputError(problems);
  await print(invocation.stdout, `${entries.length} files in ${oneLine(folder)} hold no secret.\n`);
}

type Current = {
  readonly what: string;
  /** The secret's bytes in every spelling and encoding. */
  readonly bytes: readonly Buffer[];
};

function currentSecrets(invocation: Invocation): readonly Current[] {
  const { TL_PASS, TF_VAR_install_bundle, INSTALL_BUNDLE } = invocation.environment;
  const bundles = [TF_VAR_install_bundle, INSTALL_BUNDLE, bundleOf(join(outputFolder(invocation), SECRET_FILE))];
  return [
    { what: "the password", value: TL_PASS },
    ...bundles.map((value) => ({ what: "the install bundle", value })),
  ].flatMap(({ what, value }) => (isSet(value) ? [{ what, bytes: encodings(value) }] : []));
}

// How zip (a saved plan is one) and gzip begin, whatever the file's name.
const ARCHIVES = [Buffer.from("PK\u0003\u0004"), Buffer.from([0x1f, 0x8b])];
const ARCHIVE = "an archive, which can't be looked into";

function encodings(value: string): readonly Buffer[] {
  return spellings(value).flatMap((spelling) => {
    const utf16 = Buffer.from(spelling, "utf16le");
    return [Buffer.from(spelling), utf16, Buffer.from(utf16).swap16()];
  });
}

// What this machine's own synth handed to Terraform.
function bundleOf(file: string): string | undefined {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isJsonObject(content)) return String(content[INSTALL_BUNDLE_VARIABLE]);
  } catch {
    // What JSON.parse says may quote the bundle.
  }
  throw new OutputError([`${oneLine(file)} isn't as synth wrote it. Remove it, or synthesize again.`]);
}

type Entry = { readonly path: string; readonly isFile: boolean };

function entriesOf(folder: string): readonly Entry[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SettingsError([`${oneLine(folder)} is no folder. ${USAGE}`]);
  }
  return walk(folder, "").sort((one, other) => (one.path < other.path ? -1 : 1));
}

// Not readdir's own recursion: on Node 22 it follows links.
function walk(root: string, folder: string): Entry[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(root, path) : [{ path, isFile: entry.isFile() }];
  });
}

function inFile(file: string, secrets: readonly Current[]): readonly string[] {
  if (/\.tfvars(\.json)?$/.test(file)) return ["values of Terraform variables"];
  if (/\.tfstate(\.[\w.]+)?$/.test(file)) return ["Terraform's state"];
  if (isReadByTerraform(basename(file)) && basename(file) !== basename(STACK_FILE)) {
    return ["what Terraform would read beside the stack"];
  }
  if (/\.(zip|t?gz|7z|bz2|xz)$/.test(file)) return [ARCHIVE];
  const content = readFileSync(file);
  if (ARCHIVES.some((beginning) => content.subarray(0, beginning.length).equals(beginning))) return [ARCHIVE];
  // Bytes one further on are UTF-16 at an odd place, or the other byte order.
  const texts = [content.toString("latin1"), content.toString("utf16le"), content.toString("utf16le", 1)];
  const known = secrets.filter(({ bytes }) => bytes.some((spelling) => content.includes(spelling)));
  const shapes = texts.flatMap((text) => [
    ...(matches(text, /eyJ[A-Za-z0-9+/]{60,}={0,2}/g).some(isBundle) ? ["an install bundle"] : []),
    ...(matches(text, /eyJ[\w-]{8,}\.eyJ[\w-]+\.[\w-]*/g).some(isConsoleToken) ? ["a token of a Console"] : []),
    ...(text.includes("PRIVATE KEY-----") ? ["a private key"] : []),
  ]);
  return [...new Set([...known.map(({ what }) => what), ...shapes])];
}

function matches(text: string, shape: RegExp): readonly string[] {
  return text.match(shape) ?? [];
}

function isBundle(base64: string): boolean {
  const text = Buffer.from(base64, "base64").toString();
  return /"(apiKey|customerID|service-parameter)"/.test(text);
}

function isConsoleToken(token: string): boolean {
  return /twistlock|prisma|local Console/i.test(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
