import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";

import { OutputError } from "../errors";
import { isJsonObject } from "../json";
import { codeOf } from "../regular-file";
import { text } from "../text/safe-text";
import {
  MANIFEST,
  PROVIDER_LOCK_FILE_NAME,
  REPORT_JSON,
  REPORT_MARKDOWN,
  SECRET_FILE_NAME,
  STACK_FILE_NAME,
  STACKS,
  VERSION_FILE_NAME,
} from "./output-paths";
import { guardedRead } from "./synthesized-file";

/** A file of the output; `path` is relative to the output folder. */
export type OutputFile = { readonly path: string; readonly content: string; readonly secret?: true };

const STAGING = ".staging-";

/**
 * Removes the output of earlier runs, the stack first: without it nothing can be deployed. Keeps Terraform's own files in
 * the stack's folder. Returns a new folder in which this run prepares its output.
 *
 * @throws OutputError
 */
export function prepareOutput(folder: string): string {
  return guarded(folder, () => {
    refuseLinks(folder);
    // First: if a file is in the folder's place, this fails. Removing a path below a file fails on some Node versions only.
    mkdirSync(join(folder, STACKS), { recursive: true });
    for (const path of leftovers(folder)) rmSync(path, { recursive: true, force: true });
    refuseStrays(folder);
    return mkdtempSync(join(folder, STAGING));
  });
}

/** Whether Terraform, or OpenTofu, automatically reads a file of this name when it runs in the file's folder. */
export function isReadByTerraform(name: string): boolean {
  return /\.(tf|tofu)(\.json)?$|(^terraform|\.auto)\.tfvars(\.json)?$/.test(name);
}

function refuseStrays(folder: string): void {
  const strays = stackFolders(folder).flatMap((stack) =>
    readdirSync(join(folder, stack))
      .filter(isReadByTerraform)
      .map((name) => join(stack, name)),
  );
  const problem = (path: string) => text`${join(folder, path)} would change what Terraform does: move it away.`;
  if (strays.length > 0) throw new OutputError(strays.map(problem));
}

// Through a link, files elsewhere would be removed and written.
function refuseLinks(folder: string): void {
  const stackFiles = stackFolders(folder).map((stack) => join(stack, STACK_FILE_NAME));
  const links = [STACKS, ...pathsInStacks(folder), ...stackFiles, MANIFEST]
    .map((path) => join(folder, path))
    .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink());
  if (links.length > 0)
    throw new OutputError(links.map((path) => text`${path} is a link, which leads out of the output. Remove it.`));
}

/** Removes the output of a failed run, and the folders that are empty then. */
export function discardOutput(folder: string): void {
  attempt(() => {
    for (const path of leftovers(folder)) attempt(() => rmSync(path, { recursive: true }));
    for (const path of [...stackFolders(folder), STACKS, "."]) attempt(() => rmdirSync(join(folder, path)));
  });
}

/** Removes what a failed run leaves, if it can: the reason of the failure matters more. */
export function attempt(removal: () => void): void {
  try {
    removal();
  } catch {
    // Missing, or not empty: Terraform or the user keeps files in it.
  }
}

function leftovers(folder: string): readonly string[] {
  const staging = readdirSync(folder).filter((name) => name.startsWith(STAGING));
  const stacks = stackFolders(folder);
  return [
    ...stacks.map((stack) => join(stack, STACK_FILE_NAME)),
    MANIFEST,
    ...stacks.flatMap((stack) => [join(stack, VERSION_FILE_NAME), join(stack, SECRET_FILE_NAME)]),
    ...[REPORT_MARKDOWN, REPORT_JSON, ...staging],
  ].map((path) => join(folder, path));
}

/**
 * Returns the paths of the files of this name, at most one per stack.
 *
 * @throws OutputError when the folder can't be read.
 */
export function filesInStacks(folder: string, name: string): readonly string[] {
  return guardedRead(folder, () => stackFolders(folder))
    .map((stack) => join(folder, stack, name))
    .filter((path) => existsSync(path));
}

// An earlier run may have used another stack name.
function stackFolders(folder: string): readonly string[] {
  return pathsInStacks(folder).filter((stack) => isFolder(join(folder, stack)));
}

function pathsInStacks(folder: string): readonly string[] {
  const stacks = join(folder, STACKS);
  return isFolder(stacks) ? readdirSync(stacks).map((name) => join(STACKS, name)) : [];
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Adds `files` to the staging folder and moves everything to its final place, the stack and the manifest last, so that a
 * run that dies earlier leaves nothing that could be deployed.
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
    const rank = (path: string) => [STACK_FILE_NAME, MANIFEST].indexOf(basename(path));
    for (const path of staged.sort((one, other) => rank(one) - rank(other))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      renameSync(join(staging, path), join(folder, path));
    }
    rmSync(staging, { recursive: true });
  });
}

/**
 * Returns the project's provider lock file, if there is one, as the file at `path`: CDKTF doesn't copy it to the output.
 *
 * @throws OutputError when it can't be read.
 */
export function providerLockFile(path: string, projectFolder: string): readonly OutputFile[] {
  const file = join(projectFolder, PROVIDER_LOCK_FILE_NAME);
  return guardedRead(file, () =>
    statSync(file, { throwIfNoEntry: false })?.isFile() ? [{ path, content: readFileSync(file, "utf8") }] : [],
  );
}

/** Runs `write`, and turns a system error into an OutputError. */
export function guarded<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!isJsonObject(error) || !error.syscall) throw error;
    const code = codeOf(error);
    throw new OutputError([text`${path} can't be written: ${REASONS[code] ?? OTHER_REASON} (${code}).`]);
  }
}

const OTHER_REASON = "the system refuses it; check the disk, and what else uses it";

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
  ENAMETOOLONG: "its name is too long; choose a shorter one",
  ELOOP: "its links lead in a circle; remove them",
  ENOENT: "the folder that it belongs in does not exist; create it",
};
