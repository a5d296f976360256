import { App, TerraformStack } from "cdktf";

import type { StackSettings } from "../settings/stack";
import { addStackBase } from "./stack-base";

/**
 * Synthesizes the stack of these settings without any resource into `folder`: all that Terraform needs to destroy what
 * its state holds. No task, no Console.
 *
 * @param localStatePath absolute path of the local state file
 */
export function synthesizeEmpty(settings: StackSettings, folder: string, localStatePath: string): void {
  const app = new App({ outdir: folder });
  addStackBase(new TerraformStack(app, settings.name), settings, localStatePath);
  app.synth();
}
