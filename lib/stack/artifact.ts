import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { andMore, SHOWN } from "../counted";
import { OutputError, SettingsError } from "../errors";
import { excerpt, quote, type SafeText, text } from "../text/safe-text";
import { isReadByTerraform } from "./output-folder";
import {
  MANIFEST,
  PROVIDER_LOCK_FILE_NAME,
  REPORT_JSON,
  REPORT_MARKDOWN,
  STACK_FILE_NAME,
  STACKS,
  VERSION_FILE_CONTENT,
  VERSION_FILE_NAME,
} from "./output-paths";
import { ARCHIVE } from "./secrets-in-file";
import { readStackFile } from "./stack-file";
import { guardedRead, readSynthesizedFile } from "./synthesized-file";

export type Stranger = {
  readonly path: SafeText;
  /** Completes "… holds". */
  readonly what: SafeText;
};

/** Makes the error for an artifact's problems, each once. Those after the first `SHOWN` are only counted. */
export function artifactError(problems: readonly SafeText[]): OutputError {
  const all = [...new Set(problems)];
  return new OutputError([...all.slice(0, SHOWN), ...andMore(all.length - SHOWN, "problem")]);
}

/** The reason for a stranger when there is no better one. */
export const FOREIGN = text`content that synth does not write`;

export type Artifact = Readonly<ReturnType<typeof readArtifact>>;

/**
 * Reads a synthesized output folder as a pipeline publishes and applies it: manifest, reports, and one stack with its
 * cdk.tf.json, versions.tf and provider lock file. Anything else is a stranger.
 *
 * @throws SettingsError when it is not a folder; OutputError when something in it can't be read.
 */
export function readArtifact(folder: string) {
  if (!guardedRead(folder, () => lstatSync(folder, { throwIfNoEntry: false }))?.isDirectory()) {
    throw new SettingsError([text`${folder} is not a folder. Name a folder such as cdktf.out.`]);
  }
  const entries = [...walk(folder, "")].sort((one, other) => (one.path < other.path ? -1 : 1));
  const files = entries.filter(({ kind }) => kind === "file").map(({ path }) => path);
  const stacks = files.filter(isStackFile).map((path) => ({
    path,
    name: path.split("/")[1] ?? "",
    ...readStackFile(readSynthesizedFile(join(folder, path)).toString("utf8")),
  }));
  return {
    /** Paths of all regular files, relative to the folder. */
    files,
    /** Paths of all entries, folders included. */
    paths: entries.map(({ path }) => path),
    /** Each stack's name, and the result of reading its cdk.tf.json. */
    stacks,
    /** Everything that does not belong in the artifact. */
    strangers: [
      ...entries.flatMap((entry) => {
        const what = foreignContent(folder, entry);
        return what === undefined ? [] : [{ path: excerpt(entry.path), what }];
      }),
      ...stacks.flatMap(({ path, unexpected }) => unexpected.map((what) => ({ path: excerpt(path), what }))),
      ...stacks.slice(1).map(({ path }) => ({
        path: excerpt(path),
        what: text`a second stack besides ${quote(stacks[0]?.name ?? "")}`,
      })),
    ],
  };
}

type Entry = { readonly path: string; readonly kind: "file" | "folder" | "empty folder" | "other" };

// Doesn't use readdir's recursive option, which follows links on Node 22.
function* walk(root: string, folder: string, entries = entriesOf(join(root, folder))): Generator<Entry> {
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const below = entriesOf(join(root, path));
      yield { path, kind: below.length > 0 ? "folder" : "empty folder" };
      yield* walk(root, path, below);
    } else yield { path, kind: entry.isFile() ? "file" : "other" };
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  return guardedRead(folder, () => readdirSync(folder, { withFileTypes: true }));
}

/** What is foreign about an entry; undefined when it belongs in the artifact, or is a folder whose content is judged. */
function foreignContent(folder: string, { path, kind }: Entry): SafeText | undefined {
  if (kind === "folder") return undefined;
  if (kind === "empty folder") return text`no file`;
  if (kind === "other") return text`something that is not a file`;
  if (isInStack(path, VERSION_FILE_NAME)) {
    const isAsWritten = readSynthesizedFile(join(folder, path)).equals(Buffer.from(VERSION_FILE_CONTENT));
    return isAsWritten ? undefined : text`other content than synth writes there`;
  }
  if ([MANIFEST, REPORT_JSON, REPORT_MARKDOWN].includes(path)) return undefined;
  if (isStackFile(path) || isInStack(path, PROVIDER_LOCK_FILE_NAME)) return undefined;
  const [, reason] = REASONS.find(([pattern]) => pattern.test(path)) ?? [];
  if (reason) return reason;
  return isReadByTerraform(basename(path)) ? text`content that Terraform would also read` : FOREIGN;
}

export function isStackFile(path: string): boolean {
  return isInStack(path, STACK_FILE_NAME);
}

/** Whether the path is `stacks/STACK/NAME`. */
function isInStack(path: string, name: string): boolean {
  return basename(path) === name && dirname(dirname(path)) === STACKS;
}

const REASONS: readonly (readonly [RegExp, SafeText])[] = [
  [
    /(^|\/)cdk\.tf\.json$/,
    text`a stack outside of stacks/NAME (the folder must be the whole output, such as cdktf.out)`,
  ],
  [/\.tfvars(\.json)?$/, text`values of Terraform variables`],
  [/\.tfstate(\.[\w.]+)?$/, text`Terraform's state`],
  [/\.(zip|t?gz|7z|bz2|xz)$/, text`${ARCHIVE}`],
  [/(^|\/)\.terraform\//, text`what terraform init leaves, programs included`],
];
