import { OutputError, SettingsError } from "../errors";
import { REMOTE_STATE_VARIABLES } from "../settings/state";
import { readArtifact } from "../stack/artifact";
import { REMOTE_BACKENDS } from "../stack/state-backend";
import { print } from "../text/print";
import { text } from "../text/safe-text";
import type { Invocation } from "./invocation";

const USAGE = "Usage: npm run check-state -- FOLDER, with a folder such as cdktf.out.";

/**
 * Fails unless an artifact that is to be deployed keeps its state remotely: a pipeline's machine is gone after the run,
 * and local state with it, so that the next run would create everything a second time. Fails as well when it holds
 * anything but a synthesized stack.
 *
 * @throws OutputError
 */
export async function checkState({ args, stdout }: Invocation): Promise<void> {
  const [folder, ...more] = args;
  if (folder === undefined || more.length > 0) throw new SettingsError([text`check-state takes one folder. ${USAGE}`]);
  const { stacks, strangers } = readArtifact(folder);
  if (stacks.length === 0) throw new OutputError([text`${folder} holds no stack: there is nothing to deploy.`]);
  const local = stacks.filter(({ backends: [backend = "local"] }) => !REMOTE_BACKENDS.includes(backend));
  const problems = [
    ...local.map(
      ({ name }) =>
        text`The stack ${name} keeps its state in a local file, which a pipeline would lose. Set ${REMOTE_STATE_VARIABLES.join(" or ")} in the variable group, and build again.`,
    ),
    ...strangers.map(
      ({ path, what }) => text`${path} holds ${what}, which could change what is deployed. Remove it, and build again.`,
    ),
  ];
  if (problems.length > 0) throw new OutputError(problems);
  await print(stdout, text`The state is kept remotely, and the artifact holds the stack alone.\n`);
}
