import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

import { OutputError } from "../errors";
import { isJsonObject } from "../json";
import { type Environment, isSet } from "../settings/environment";
import { FOREIGN, readArtifact } from "../stack/artifact";
import { INSTALL_BUNDLE_VARIABLE } from "../stack/names";
import { secretFilesIn } from "../stack/output-folder";
import { SECRET_FILE_NAME } from "../stack/output-paths";
import { type NamedSecret, secretsIn } from "../stack/secrets-in-file";
import { print } from "../text/print";
import { excerpt, type SafeText, text } from "../text/safe-text";
import { Secret } from "../text/secret";
import type { Command } from "./command";
import { outputFolder } from "./output-folder";

// Of more, their number says enough.
const MOST = 50;

/** Anything but a synthesized stack is a stranger; a secret is one of the current ones in any spelling, or has the shape of one. */
export const checkArtifact: Command = {
  name: "check-artifact",
  purpose:
    "fails when the folder holds a secret, anything but a synthesized stack, or (`--equals`) other bytes than an output of this machine",
  operands: [{ name: "FOLDER", meaning: "what is to be published, or to be deployed" }],
  options: [
    {
      name: "equals",
      value: "FOLDER",
      meaning: "another output, that this machine has just proven: it must be the same",
    },
  ],
  run: async ({ environment, stdout }, { operands: [folder = ""], value }) => {
    const other = value("equals");
    const secrets = currentSecrets(environment);
    const { files, strangers } = readArtifact(folder);
    if (files.length + strangers.length === 0)
      throw new OutputError([text`${folder} is empty: there is nothing to publish.`]);
    const inFiles = files.flatMap((path) =>
      secretsIn(readFileSync(join(folder, path)), secrets).map((what) => ({
        path: excerpt(path),
        what: excerpt(what),
      })),
    );
    const hasReason = new Set(inFiles.map(({ path }) => path));
    const found = [...inFiles, ...strangers.filter(({ path, what }) => what !== FOREIGN || !hasReason.has(path))];
    const problems = [
      ...found.map(({ path, what }) => text`${path} holds ${what}: it must not be published.`),
      ...(other === undefined ? [] : differences(folder, other)),
    ];
    if (problems.length > MOST) {
      throw new OutputError([...problems.slice(0, MOST), text`${problems.length - MOST} more problems are not shown.`]);
    }
    if (problems.length > 0) throw new OutputError(problems);
    const equal = other === undefined ? text`` : text`, and are those of ${other}`;
    await print(stdout, text`${files.length} files in ${folder} hold no secret${equal}.\n`);
    return 0;
  },
};

function currentSecrets(environment: Environment): readonly NamedSecret[] {
  const { TL_PASS, TF_VAR_install_bundle, INSTALL_BUNDLE } = environment;
  const bundles = [TF_VAR_install_bundle, INSTALL_BUNDLE, ...secretFilesIn(outputFolder(environment)).map(bundleOf)]
    .filter(isSet)
    .flatMap((bundle) => [bundle, Buffer.from(bundle, "base64").toString()]);
  return [
    ...[TL_PASS].filter(isSet).map((value) => ({ what: "the password", secret: new Secret(value) })),
    ...bundles.map((value) => ({ what: "the install bundle", secret: new Secret(value) })),
  ];
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
  throw new OutputError([text`${file} is not as synth wrote it. Remove it, or synthesize again.`]);
}

/** How the artifact differs from an output of this machine, whose file with the bundle is not published. */
function differences(folder: string, other: string): readonly SafeText[] {
  const [artifact, proven] = [folder, other].map((root) => {
    const paths = readArtifact(root).files.filter((path) => root === folder || basename(path) !== SECRET_FILE_NAME);
    return new Map(paths.map((path) => [path, readFileSync(join(root, path), "base64")]));
  });
  return [...new Set([...(artifact?.keys() ?? []), ...(proven?.keys() ?? [])])]
    .filter((path) => artifact?.get(path) !== proven?.get(path))
    .sort()
    .map(
      (path) =>
        text`${path} is not what ${other} holds: since the artifact was built, the task definitions, the settings or the Console have changed. Build again, and have that approved.`,
    );
}
