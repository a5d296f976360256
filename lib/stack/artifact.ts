import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { SettingsError } from "../errors";
import { excerpt, quote, type SafeText, text } from "../text/safe-text";
import { isReadByTerraform } from "./output-folder";
import { LOCK_FILE_NAME, MANIFEST, REPORT_JSON, REPORT_MARKDOWN, STACK_FILE_NAME } from "./output-paths";
import { readStackFile, type StackFile } from "./stack-file";
import { TERRAFORM_VERSION } from "./terraform-version";

export type Artifact = {
  /** Paths of all regular files, from the folder. */
  readonly files: readonly string[];
  /** Each stack's name and what is in its cdk.tf.json. */
  readonly stacks: readonly (StackFile & { readonly name: string })[];
  /** All that does not belong in it. */
  readonly strangers: readonly Stranger[];
};

export type Stranger = {
  readonly path: SafeText;
  /** Completes "… holds". */
  readonly what: SafeText;
};

/** Said of a stranger when there is no better reason. */
export const FOREIGN = text`what does not belong in an artifact`;

const IN_ROOT = [MANIFEST, REPORT_JSON, REPORT_MARKDOWN];
const IN_STACK = [STACK_FILE_NAME, LOCK_FILE_NAME];
const VERSION_PATH = /^stacks\/[^/]+\/versions\.tf$/;

/**
 * Reads a synthesized output as a pipeline publishes and applies it: manifest, reports, and one stack with its
 * cdk.tf.json, the version of Terraform that it needs, and the lock file of its providers. Anything else is a stranger.
 *
 * @throws SettingsError when it is not a folder
 */
export function readArtifact(folder: string): Artifact {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SettingsError([text`${folder} is not a folder. Name a folder such as cdktf.out.`]);
  }
  const entries = [...walk(folder, "")].sort((one, other) => (one.path < other.path ? -1 : 1));
  const stacks = entries
    .filter(({ path, isFile }) => isFile && isStackFile(path))
    .map(({ path }) => ({
      path,
      name: path.split("/")[1] ?? "",
      ...readStackFile(readFileSync(join(folder, path), "utf8")),
    }));
  return {
    files: entries.filter(({ isFile }) => isFile).map(({ path }) => path),
    stacks,
    strangers: [
      ...entries
        .filter((entry) => !isExpected(folder, entry))
        .map((entry) => ({ path: excerpt(entry.path), what: reasonFor(entry) })),
      ...stacks.flatMap(({ path, unexpected }) => unexpected.map((what) => ({ path: excerpt(path), what }))),
      ...stacks.slice(1).map(({ path }) => ({
        path: excerpt(path),
        what: text`a second stack beside ${quote(stacks[0]?.name ?? "")}`,
      })),
    ],
  };
}

type Entry = { readonly path: string; readonly isFile: boolean };

// Not readdir's own recursion: on Node 22 it follows links.
function* walk(root: string, folder: string): Generator<Entry> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(root, path);
    else yield { path, isFile: entry.isFile() };
  }
}

function isExpected(folder: string, { path, isFile }: Entry): boolean {
  const [top = "", , name = "", ...deeper] = path.split("/");
  if (!isFile || deeper.length > 0) return false;
  if (VERSION_PATH.test(path)) return readFileSync(join(folder, path), "utf8") === TERRAFORM_VERSION;
  return top === "stacks" ? IN_STACK.includes(name) : IN_ROOT.includes(path);
}

function isStackFile(path: string): boolean {
  const parts = path.split("/");
  return parts.length === 3 && parts[0] === "stacks" && parts[2] === STACK_FILE_NAME;
}

function reasonFor({ path, isFile }: Entry): SafeText {
  if (!isFile) return text`something that is not a file`;
  const [, reason] = REASONS.find(([pattern]) => pattern.test(path)) ?? [];
  if (reason) return reason;
  return isReadByTerraform(basename(path)) ? text`what Terraform would read beside the stack` : FOREIGN;
}

const REASONS: readonly (readonly [RegExp, SafeText])[] = [
  [VERSION_PATH, text`another text than synthesis writes there`],
  [/\.tfvars(\.json)?$/, text`values of Terraform variables`],
  [/\.tfstate(\.[\w.]+)?$/, text`Terraform's state`],
  [/\.(zip|t?gz|7z|bz2|xz)$/, text`an archive, which can't be looked into`],
  [/(^|\/)\.terraform\//, text`what terraform init leaves, programs included`],
];
