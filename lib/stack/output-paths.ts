import { join } from "node:path";

import type { Environment } from "../settings/environment";
import { INSTALL_BUNDLE_VARIABLE } from "./names";

/** The output folder, as CDKTF's own App takes it. */
export function outputFolder(environment: Environment): string {
  return environment.CDKTF_OUTDIR || "cdktf.out";
}

// What is in the output folder, as paths from it.
export const MANIFEST = "manifest.json";
export const REPORT_MARKDOWN = "runtime-defense.md";
export const REPORT_JSON = "runtime-defense.json";
export const STACKS = "stacks";

// What is in the folder of a stack.
export const STACK_FILE_NAME = "cdk.tf.json";
export const SECRET_FILE_NAME = `${INSTALL_BUNDLE_VARIABLE}.auto.tfvars.json`;
/** The version of Terraform that the stack needs. */
export const VERSION_FILE_NAME = "versions.tf";
/** The hashes of the AWS provider's packages: the project's, or what Terraform itself leaves there. */
export const LOCK_FILE_NAME = ".terraform.lock.hcl";

/** Where a stack's own files are, as paths from the output folder. */
export function pathsOf(stackName: string) {
  const folder = join(STACKS, stackName);
  return {
    folder,
    stackFile: join(folder, STACK_FILE_NAME),
    versionFile: join(folder, VERSION_FILE_NAME),
    secretFile: join(folder, SECRET_FILE_NAME),
    lockFile: join(folder, LOCK_FILE_NAME),
  };
}

/** The name of a stack's state file where state is kept locally, beside the project. */
export function localStateFile(stackName: string): string {
  return `terraform.${stackName}.tfstate`;
}
