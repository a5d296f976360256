import { readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";

import { App } from "cdktf";

import { OutputError } from "../errors";
import type { JsonValue } from "../json";
import { theBundle } from "./install-bundle-secret";
import { INSTALL_BUNDLE_VARIABLE, STACK } from "./names";
import {
  guarded,
  LOCK_FILE,
  type OutputFile,
  publish,
  SECRET_FILE,
  STACK_FILE,
  STACK_FOLDER,
  VERSION_FILE,
} from "./output-folder";
import { RuntimeDefenseStack, type RuntimeDefenseStackProps } from "./runtime-defense-stack";
import { proveSynthesized } from "./second-proof";
import { TERRAFORM_VERSION } from "./terraform-version";

export type SynthesisProps = Omit<RuntimeDefenseStackProps, "localStatePath"> & {
  /** The output folder, `cdktf.out`, and in it the folder where this run prepares its output. */
  readonly folder: string;
  readonly staging: string;
  /** Where a local state file is kept, and where the provider's lock file is looked for. */
  readonly projectFolder: string;
  /** Files to publish beside the stack. */
  readonly files: readonly OutputFile[];
};

/**
 * Synthesizes the stack into a staging folder, proves what came out, and returns the step that makes
 * it the run's output.
 *
 * @throws ProofError, OutputError
 */
export function synthesize({ folder, staging, projectFolder, files, ...props }: SynthesisProps): () => void {
  const stateFile = join(projectFolder, `terraform.${props.name}.tfstate`);
  // Relative, so that the output is the same wherever the project lies.
  const localStatePath = relative(resolve(folder, STACK_FOLDER), stateFile);
  withoutStackTraces(() => {
    const app = new App({ outdir: staging });
    if (app.hclOutput) throw new OutputError(["HCL output can't be proven. Leave --hcl and SYNTH_HCL_OUTPUT out."]);
    new RuntimeDefenseStack(app, STACK, { ...props, localStatePath });
    guarded(folder, () => app.synth());
  });

  const stack: JsonValue = JSON.parse(readFileSync(join(staging, STACK_FILE), "utf8"));
  proveSynthesized(stack, props.tasks, props.installBundleSecretArn);
  const versionFile = { path: VERSION_FILE, content: TERRAFORM_VERSION };
  const published = [...files, versionFile, ...secretFile(props), ...lockFile(projectFolder)];
  return () => publish(folder, staging, published);
}

// CDKTF notes where each of its tokens was made, which takes a fifth of the time and is never shown.
function withoutStackTraces(work: () => void): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

// The hashes of the AWS provider's packages, which CDKTF doesn't take along.
function lockFile(projectFolder: string): readonly OutputFile[] {
  const file = join(projectFolder, basename(LOCK_FILE));
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return [];
  return [{ path: LOCK_FILE, content: readFileSync(file, "utf8") }];
}

// Terraform reads it by itself. A secret that exists already needs none.
function secretFile({
  installBundleSecretArn,
  tasks,
}: Pick<SynthesisProps, "installBundleSecretArn" | "tasks">): readonly OutputFile[] {
  if (installBundleSecretArn) return [];
  const content = `${JSON.stringify({ [INSTALL_BUNDLE_VARIABLE]: theBundle(tasks).reveal() }, null, 2)}\n`;
  return [{ path: SECRET_FILE, content, secret: true }];
}
