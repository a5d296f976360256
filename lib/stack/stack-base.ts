import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";

import type { StackSettings } from "../settings/stack";
import { ids } from "./names";
import { stateBackend } from "./state-backend";
import { escapeAll } from "./terraform-text";

/**
 * What every stack begins with: where its state is, and the AWS provider.
 *
 * @param localStatePath where local state is kept, from the stack's own folder
 */
export function addStackBase(stack: TerraformStack, settings: StackSettings, localStatePath: string): void {
  const { region, defaultTags, state } = settings;
  stateBackend(stack, state, localStatePath);
  const tagged = Object.keys(defaultTags).length > 0;
  new AwsProvider(stack, ids.provider, { region, ...(tagged && { defaultTags: [{ tags: escapeAll(defaultTags) }] }) });
}
