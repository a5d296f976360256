import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

import { OutputError } from "../errors";
import { text } from "../text/safe-text";
import { INSTALL_BUNDLE_VARIABLE, STACK } from "./names";

/** A file of the output; `path` is relative to the output folder. */
export type OutputFile = { readonly path: string; readonly content: string; readonly secret?: true };

export const MANIFEST = "manifest.json";
export const STACK_FOLDER = join("stacks", STACK);
export const STACK_FILE = join(STACK_FOLDER, "cdk.tf.json");
/** The version of Terraform that the stack needs. */
export const VERSION_FILE = join(STACK_FOLDER, "versions.tf");
export const SECRET_FILE = join(STACK_FOLDER, `${INSTALL_BUNDLE_VARIABLE}.auto.tfvars.json`);
/** The hashes of the AWS provider's packages: the project's, or what Terraform itself leaves there. */
export const LOCK_FILE = join(STACK_FOLDER, ".terraform.lock.hcl");
export const REPORT_MARKDOWN = "runtime-defense.md";
export const REPORT_JSON = "runtime-defense.json";
const STAGING = ".staging-";

/**
 * Removes all that an earlier run left, the stack first: without it nothing can be deployed. What Terraform keeps in
 * the stack's folder stays. Returns a new folder for this run to prepare its output in.
 *
 * @throws OutputError
 */
export function prepareOutput(folder: string): string {
  return guarded(folder, () => {
    refuseLinks(folder);
    // First, since not every Node refuses to remove a file whose folder is a file.
    mkdirSync(join(folder, STACK_FOLDER), { recursive: true });
    for (const path of leftovers(folder)) rmSync(path, { recursive: true, force: true });
    refuseStrays(join(folder, STACK_FOLDER));
    return mkdtempSync(join(folder, STAGING));
  });
}

/** Whether Terraform, or OpenTofu, reads a file of this name by itself when it is run in its folder. */
export function isReadByTerraform(name: string): boolean {
  return /\.(tf|tofu)(\.json)?$|(^terraform|\.auto)\.tfvars(\.json)?$/.test(name);
}

function refuseStrays(stackFolder: string): void {
  const strays = readdirSync(stackFolder).filter(isReadByTerraform);
  const problem = (name: string) => text`${join(stackFolder, name)} would change what Terraform does: move it away.`;
  if (strays.length > 0) throw new OutputError(strays.map(problem));
}

// Through a link, files elsewhere would be removed and written.
function refuseLinks(folder: string): void {
  const links = [dirname(STACK_FOLDER), STACK_FOLDER, STACK_FILE, MANIFEST]
    .map((path) => join(folder, path))
    .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink());
  if (links.length > 0)
    throw new OutputError(links.map((path) => text`${path} is a link, which leads out of the output. Remove it.`));
}

/** Removes what a run that failed has made, and the folders that are empty then. */
export function discardOutput(folder: string): void {
  const steps = [
    ...leftovers(folder).map((path) => () => rmSync(path, { recursive: true, force: true })),
    ...[STACK_FOLDER, dirname(STACK_FOLDER), "."].map((path) => () => rmdirSync(join(folder, path))),
  ];
  for (const step of steps) {
    try {
      step();
    } catch {
      // Not there, or not empty: Terraform or the user keeps something in it. Why the run failed matters more.
    }
  }
}

function leftovers(folder: string): readonly string[] {
  const staging = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.startsWith(STAGING));
  return [STACK_FILE, MANIFEST, VERSION_FILE, SECRET_FILE, REPORT_MARKDOWN, REPORT_JSON, ...staging].map((path) =>
    join(folder, path),
  );
}

/**
 * Adds `files` to what is staged and moves all of it into its place, the stack and the manifest last: a run that dies
 * before leaves nothing that could be deployed.
 *
 * @throws OutputError
 */
export function publish(folder: string, staging: string, files: readonly OutputFile[]): void {
  guarded(folder, () => {
    for (const { path, content, secret } of files) {
      writeFileSync(join(staging, path), content, { mode: secret ? 0o600 : 0o644, flag: "wx" });
    }
    const staged = readdirSync(staging, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(staging, join(entry.parentPath ?? entry.path, entry.name)));
    const last = [STACK_FILE, MANIFEST];
    for (const path of [...staged.filter((path) => !last.includes(path)), ...last]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      renameSync(join(staging, path), join(folder, path));
    }
    rmSync(staging, { recursive: true, force: true });
  });
}

/** Runs what writes to `path`; what the system refuses becomes a sentence. */
export function guarded<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
    const reason = REASONS[code];
    if (!reason) throw error;
    throw new OutputError([text`${path} can't be written: ${reason} (${code}).`]);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission; change its owner or its mode",
  EPERM: "no permission; change its owner or its mode",
  EROFS: "it is on a read-only file system",
  ENOSPC: "no space is left on the device; make room",
  EDQUOT: "the disk quota is used up; make room",
  EFBIG: "a file would exceed the limit on file sizes (ulimit -f); raise it",
  ENOTDIR: "a file is in its place; move that away",
  EEXIST: "a file is in its place; move that away",
  EISDIR: "a folder is where a file belongs; move that away",
  ENOENT: "its parent is gone",
};
