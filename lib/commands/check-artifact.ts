import { basename, dirname, join } from "node:path";

import { bundleProblem } from "../bundle-format";
import { OutputError } from "../errors";
import { type Environment, isSet } from "../settings/environment";
import { BUNDLE, environmentSecrets, type NamedSecret } from "../settings/secrets";
import { type Artifact, artifactError, FOREIGN, isStackFile, readArtifact, type Stranger } from "../stack/artifact";
import { TERRAFORM_BUNDLE_VARIABLE } from "../stack/names";
import { filesInStacks } from "../stack/output-folder";
import { outputFolder, SECRET_FILE_NAME } from "../stack/output-paths";
import { LICENCE_TOKEN, searchFor } from "../stack/secrets-in-file";
import { notAsWritten, readSynthesizedFile, readSynthesizedJson } from "../stack/synthesized-file";
import { print } from "../text/print";
import { excerpt, join as joinTexts, type SafeText, text } from "../text/safe-text";
import { Secret } from "../text/secret";
import type { Command } from "./command";

/** Finds secrets, by value in any encoding or by their shape, and strangers: whatever is not part of a synthesized stack. */
export const checkArtifact: Command = {
  name: "check-artifact",
  purpose:
    "fails when the folder holds a secret, anything other than a synthesized stack, or (`--equals`) content that differs from an output of this machine",
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
    const secretsIn = searchFor(currentSecrets(environment));
    const artifact = readArtifact(folder);
    if (artifact.paths.length === 0) throw new OutputError([text`${folder} is empty: there is nothing to publish.`]);
    const found = [...inNames(artifact, secretsIn), ...inFiles(folder, artifact, secretsIn)];
    const hasReason = new Set(found.map(({ path }) => path));
    const strangers = artifact.strangers.filter(({ path, what }) => what !== FOREIGN || !hasReason.has(path));
    const problems = [
      // An archive is recognized by its name and by its content, and is one problem.
      ...[...found, ...strangers].map(({ path, what }) => text`${path} holds ${what}: it must not be published.`),
      ...(other === undefined ? [] : differences(folder, artifact.files, other)),
    ];
    if (problems.length > 0) throw artifactError(problems);
    const equal = other === undefined ? text`` : text`, and are those of ${other}`;
    const result = text`${artifact.files.length} files in ${folder} hold no secret${equal}.`;
    const limit = isSet(environment.TL_PASS) ? text`` : text` TL_PASS is not set, so the password was not looked for.`;
    await print(stdout, joinTexts([result, limit, text`\n`], ""));
    return 0;
  },
};

type Search = ReturnType<typeof searchFor>;

/** Secrets in names, each reported only for the topmost path that contains it. */
function inNames({ paths }: Artifact, secretsIn: Search): readonly Stranger[] {
  return paths.flatMap((path) => {
    const above = secretsIn(Buffer.from(dirname(path)));
    const own = secretsIn(Buffer.from(path)).filter((what) => !above.includes(what));
    return own.map((what) => ({ path: excerpt(path), what: text`${what} in its name` }));
  });
}

function inFiles(folder: string, { files }: Artifact, secretsIn: Search): readonly Stranger[] {
  return files.flatMap((path) =>
    secretsIn(readSynthesizedFile(join(folder, path)))
      .filter((what) => what !== LICENCE_TOKEN || !isStackFile(path))
      .map((what) => ({ path: excerpt(path), what: excerpt(what) })),
  );
}

function currentSecrets(environment: Environment): readonly NamedSecret[] {
  const written = filesInStacks(outputFolder(environment), SECRET_FILE_NAME).map(bundleIn);
  const secrets = [
    ...environmentSecrets(environment),
    ...written.filter(isSet).map((bundle) => ({ what: BUNDLE, secret: new Secret(bundle) })),
  ];
  const decoded = secrets
    .filter(({ secret }) => bundleProblem(secret.reveal()) === undefined)
    .map(({ secret }) => Buffer.from(secret.reveal(), "base64").toString())
    .map((content) => ({ what: BUNDLE, secret: new Secret(content) }));
  return [...secrets, ...decoded];
}

/** The install bundle that synth on this machine wrote for Terraform. */
function bundleIn(file: string): string {
  const bundle = readSynthesizedJson(file)[TERRAFORM_BUNDLE_VARIABLE];
  if (typeof bundle !== "string") throw notAsWritten(file);
  return bundle;
}

/** Compares the artifact with an output of this machine, except for the file with the bundle, which is not published. */
function differences(folder: string, files: readonly string[], other: string): readonly SafeText[] {
  const artifact = new Set(files);
  const proven = new Set(readArtifact(other).files.filter((path) => basename(path) !== SECRET_FILE_NAME));
  const isEqual = (path: string) =>
    artifact.has(path) &&
    proven.has(path) &&
    readSynthesizedFile(join(folder, path)).equals(readSynthesizedFile(join(other, path)));
  return [...new Set([...artifact, ...proven])]
    .filter((path) => !isEqual(path))
    .sort()
    .map(
      (path) =>
        text`${path} differs from ${other}: the artifact was changed, or task definitions, settings, this project or the Console have changed since the build. Build again, and have that approved.`,
    );
}
