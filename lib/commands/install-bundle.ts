import { login } from "../console/login";
import { SettingsError } from "../errors";
import { parseSettings } from "../settings/settings";
import { type Invocation, print, talkOn } from "./invocation";

const USAGE = "Usage: npm run --silent install-bundle [-- --azure-pipelines].";

/**
 * Prints the install bundle for `TF_VAR_install_bundle`, or the logging command that makes it the
 * masked variable INSTALL_BUNDLE of an Azure Pipelines job.
 */
export async function installBundle({ args, environment, signal, stdout, stderr }: Invocation): Promise<void> {
  const [option, ...more] = args;
  const forAzure = option === "--azure-pipelines";
  if ((option !== undefined && !forAzure) || more.length > 0) throw new SettingsError([`Unknown arguments. ${USAGE}`]);
  const settings = parseSettings(environment);
  const console = await login(settings, talkOn(stderr, signal));
  try {
    const { bundle } = await console.installBundle();
    const command = forAzure ? "##vso[task.setvariable variable=INSTALL_BUNDLE;issecret=true]" : "";
    await print(stdout, `${command}${bundle.reveal()}\n`);
  } finally {
    console.close();
  }
}
