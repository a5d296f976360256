import { AzurermBackend, LocalBackend, S3Backend, type TerraformBackend, type TerraformStack } from "cdktf";

import type { StateSettings } from "../settings/state";

/** Adds the backend of Terraform's state. Remote ones use locking, encryption, and the runner's own identity. */
export function stateBackend(stack: TerraformStack, state: StateSettings, localStatePath: string): TerraformBackend {
  switch (state.kind) {
    case "s3": {
      const { bucket, key, region } = state;
      const backend = new S3Backend(stack, { bucket, key, region, encrypt: true });
      backend.addOverride("use_lockfile", true);
      return backend;
    }
    case "azurerm": {
      const { storageAccount, resourceGroup, container, key } = state;
      const backend = new AzurermBackend(stack, {
        storageAccountName: storageAccount,
        resourceGroupName: resourceGroup,
        containerName: container,
        key,
      });
      backend.addOverride("use_azuread_auth", true);
      return backend;
    }
    case "local":
      return new LocalBackend(stack, { path: localStatePath });
  }
}
