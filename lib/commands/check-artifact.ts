import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { OutputError, SettingsError } from "../errors";
import { isJsonObject } from "../json";
import { isSet } from "../settings/environment";
import { FOREIGN, readArtifact } from "../stack/artifact";
import { INSTALL_BUNDLE_VARIABLE } from "../stack/names";
import { SECRET_FILE } from "../stack/output-folder";
import { type NamedSecret, secretsIn } from "../stack/secrets-in-file";
import { print } from "../text/print";
import { excerpt, type SafeText, text } from "../text/safe-text";
import { Secret } from "../text/secret";
import { type Invocation, outputFolder } from "./invocation";

const USAGE = "Usage: npm run check-artifact -- FOLDER [--equals FOLDER].";
// Of more, their number says enough.
const MOST = 50;

/**
 * Fails when a folder that is to be published or deployed holds anything but a synthesized stack, or a secret: one of
 * the current ones in any spelling, or something that has the shape of one. With `--equals`, also when it differs from
 * another output, the one that this machine has just proven.
 *
 * @throws OutputError naming each file and what it holds.
 */
export async function checkArtifact(invocation: Invocation): Promise<void> {
  const { folder, other } = parse(invocation.args);
  const secrets = currentSecrets(invocation);
  const { files, strangers } = readArtifact(folder);
  if (files.length + strangers.length === 0)
    throw new OutputError([text`${folder} is empty: there is nothing to publish.`]);
  const inFiles = files.flatMap((path) =>
    secretsIn(readFileSync(join(folder, path)), secrets).map((what) => ({ path: excerpt(path), what: excerpt(what) })),
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
  const equal = other === undefined ? "" : `, and are those of ${other}`;
  await print(invocation.stdout, text`${files.length} files in ${folder} hold no secret${equal}.\n`);
}

function parse(args: readonly string[]): { readonly folder: string; readonly other?: string } {
  try {
    const options = { equals: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0)
      throw new SettingsError([text`check-artifact takes one folder. ${USAGE}`]);
    return { folder, ...(values.equals !== undefined && { other: values.equals }) };
  } catch (error) {
    if (error instanceof TypeError) throw new SettingsError([text`${error.message}. ${USAGE}`]);
    throw error;
  }
}

function currentSecrets(invocation: Invocation): readonly NamedSecret[] {
  const { TL_PASS, TF_VAR_install_bundle, INSTALL_BUNDLE } = invocation.environment;
  const bundles = [TF_VAR_install_bundle, INSTALL_BUNDLE, bundleOf(join(outputFolder(invocation), SECRET_FILE))]
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
    const paths = readArtifact(root).files.filter((path) => root === folder || path !== SECRET_FILE);
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
