import { join } from "node:path";

import type { Environment } from "../settings/environment";
import { TERRAFORM_BUNDLE_VARIABLE } from "./names";

/** Returns the output folder that CDKTF's own App uses. */
export function outputFolder(environment: Environment): string {
  return environment.CDKTF_OUTDIR || "cdktf.out";
}

// Paths in the output folder, relative to it.
export const MANIFEST = "manifest.json";
export const REPORT_MARKDOWN = "runtime-defense.md";
export const REPORT_JSON = "runtime-defense.json";
export const STACKS = "stacks";

// Names of the files in a stack's folder.
export const STACK_FILE_NAME = "cdk.tf.json";
export const SECRET_FILE_NAME = `${TERRAFORM_BUNDLE_VARIABLE}.auto.tfvars.json`;
export const VERSION_FILE_NAME = "versions.tf";

/** The oldest Terraform that can deploy the stack: ephemeral variables and write-only arguments came with it. */
export const OLDEST_TERRAFORM = "1.11";

/** A file of its own, since Checkov skips a whole JSON file that holds `terraform.required_version`. */
export const VERSION_FILE_CONTENT = `terraform {
  required_version = ">= ${OLDEST_TERRAFORM}.0"
}
`;

/** The hashes of the AWS provider's packages: the project's file, or the one that Terraform writes there. */
export const PROVIDER_LOCK_FILE_NAME = ".terraform.lock.hcl";

/** Returns the paths of a stack's folder and files, relative to the output folder. */
export function pathsOf(stackName: string) {
  const folder = join(STACKS, stackName);
  return {
    folder,
    stackFile: join(folder, STACK_FILE_NAME),
    versionFile: join(folder, VERSION_FILE_NAME),
    secretFile: join(folder, SECRET_FILE_NAME),
    lockFile: join(folder, PROVIDER_LOCK_FILE_NAME),
  };
}

/** Returns the name of a stack's local state file, which is kept beside the project. */
export function localStateFile(stackName: string): string {
  return `terraform.${stackName}.tfstate`;
}
