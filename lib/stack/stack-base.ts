import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, AzurermBackend, LocalBackend, S3Backend, TerraformStack } from "cdktf";

import type { ProtectedTask } from "../protection/protected-task";
import type { StackSettings } from "../settings/stack";
import type { StateSettings } from "../settings/state";
import { ids } from "./names";
import { escapeAll } from "./terraform-text";

/** What the stack is made of. */
export interface StackProps extends StackSettings {
  /** Proven tasks, and nothing else. Families are unique. */
  readonly tasks: readonly ProtectedTask[];
}

/**
 * Adds what every stack begins with: the state's backend, and the AWS provider.
 *
 * @param localStatePath path of the local state file, relative to the stack's own folder or absolute
 */
export function addStackBase(stack: TerraformStack, settings: StackSettings, localStatePath: string): void {
  const { region, defaultTags, state } = settings;
  stateBackend(stack, state, localStatePath);
  const tagged = Object.keys(defaultTags).length > 0;
  new AwsProvider(stack, ids.provider, { region, ...(tagged && { defaultTags: [{ tags: escapeAll(defaultTags) }] }) });
}

/**
 * Synthesizes the stack without any resource into `folder`: all that Terraform needs to destroy what its state holds.
 * Needs no task files and no Console.
 *
 * @param localStatePath absolute path of the local state file
 */
export function synthesizeEmpty(settings: StackSettings, folder: string, localStatePath: string): void {
  const app = new App({ outdir: folder });
  addStackBase(new TerraformStack(app, settings.name), settings, localStatePath);
  app.synth();
}

/** Adds the backend of Terraform's state. Remote ones use locking, encryption, and the runner's own identity. */
function stateBackend(stack: TerraformStack, state: StateSettings, localStatePath: string): void {
  switch (state.kind) {
    case "s3":
      new S3Backend(stack, { ...state.config, encrypt: true }).addOverride("use_lockfile", true);
      break;
    case "azurerm":
      new AzurermBackend(stack, state.config).addOverride("use_azuread_auth", true);
      break;
    case "local":
      new LocalBackend(stack, { path: localStatePath });
  }
}
