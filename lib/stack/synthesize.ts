import { readFileSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";

import { App } from "cdktf";

import { OutputError } from "../errors";
import type { JsonValue } from "../json";
import { text } from "../text/safe-text";
import { theBundle } from "./install-bundle-secret";
import { TERRAFORM_BUNDLE_VARIABLE } from "./names";
import { guarded, type OutputFile, providerLockFile, publish } from "./output-folder";
import { localStateFile, pathsOf, VERSION_FILE_CONTENT } from "./output-paths";
import { RuntimeDefenseStack } from "./runtime-defense-stack";
import { proveSynthesized } from "./second-proof";
import type { StackProps } from "./stack-base";
import { guardedRead } from "./synthesized-file";

type SynthesisProps = StackProps & {
  /** The output folder, `cdktf.out`, and the folder in it where this run prepares its output. */
  readonly folder: string;
  readonly staging: string;
  /** The folder of a local state file and of the provider's lock file. */
  readonly projectFolder: string;
  /** Files to publish beside the stack. */
  readonly files: readonly OutputFile[];
};

/**
 * Synthesizes the stack into a staging folder, proves the result, and returns a function that publishes
 * it as the run's output.
 *
 * @throws ProofError, OutputError
 */
export function synthesize({ folder, staging, projectFolder, files, ...props }: SynthesisProps): () => void {
  const paths = pathsOf(props.name);
  const synthesizeApp = () => {
    // Relative, so that the output doesn't depend on the project's location, and resolved as Terraform will: through links.
    const stateFile = join(realpathSync(projectFolder), localStateFile(props.name));
    const localStatePath = relative(join(realpathSync(folder), paths.folder), stateFile);
    const app = new App({ outdir: staging });
    if (app.hclOutput) throw new OutputError([text`HCL output can't be proven. Leave out --hcl and SYNTH_HCL_OUTPUT.`]);
    new RuntimeDefenseStack(app, props.name, props, localStatePath);
    app.synth();
  };
  guarded(folder, () => withoutStackTraces(synthesizeApp));

  const stackFile = join(staging, paths.stackFile);
  const stack: JsonValue = JSON.parse(guardedRead(stackFile, () => readFileSync(stackFile, "utf8")));
  proveSynthesized(stack, props.tasks, props.installBundleSecretArn);
  const published = [
    ...files,
    { path: paths.versionFile, content: VERSION_FILE_CONTENT },
    ...secretFile(paths.secretFile, props),
    ...providerLockFile(paths.lockFile, projectFolder),
  ];
  return () => publish(folder, staging, published);
}

// CDKTF records the whole stack trace of each of its tokens and never shows it, which takes a fifth of the time and much
// memory. A lower Error.stackTraceLimit doesn't help: CDKTF raises it.
function withoutStackTraces(work: () => void): void {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => {};
  try {
    work();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}

// Terraform reads the file automatically. An existing secret doesn't need it.
function secretFile(path: string, props: StackProps): readonly OutputFile[] {
  if (props.installBundleSecretArn) return [];
  const content = `${JSON.stringify({ [TERRAFORM_BUNDLE_VARIABLE]: theBundle(props.tasks).reveal() }, null, 2)}\n`;
  return [{ path, content, secret: true }];
}
