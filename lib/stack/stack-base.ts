import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";

import type { StackSettings } from "../settings/stack";
import { ids } from "./names";
import { stateBackend } from "./state-backend";
import { escapeAll } from "./terraform-text";

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
