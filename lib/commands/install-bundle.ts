import { login } from "../console/client";
import { parseSettings } from "../settings/settings";
import { printSecretOnPurpose } from "../text/print";
import type { Command } from "./command";
import { contextOn } from "./run-context";

export const installBundle: Command = {
  name: "install-bundle",
  purpose: "the install bundle, for `TF_VAR_install_bundle`",
  isPiped: true,
  options: [
    {
      name: "azure-pipelines",
      meaning: "prints the logging command that makes it the masked variable INSTALL_BUNDLE of an Azure Pipelines job",
    },
  ],
  run: async ({ environment, signal, stdout, stderr }, { has }) => {
    const settings = parseSettings(environment);
    using console = await login(settings, contextOn(stderr, signal));
    const { installBundle } = await console.installBundle();
    const command = has("azure-pipelines") ? "##vso[task.setvariable variable=INSTALL_BUNDLE;issecret=true]" : "";
    await printSecretOnPurpose(stdout, `${command}${installBundle.reveal()}\n`);
    return 0;
  },
};
