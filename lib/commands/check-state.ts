import { OutputError } from "../errors";
import { REMOTE_STATE_VARIABLES } from "../settings/state";
import { readArtifact } from "../stack/artifact";
import { print } from "../text/print";
import { text } from "../text/safe-text";
import type { Command } from "./command";

/** Local state is lost with the pipeline's machine after the run, so the next run would create everything a second time. */
export const checkState: Command = {
  name: "check-state",
  purpose:
    "fails when the stack keeps its state in a local file, or the folder holds anything other than a synthesized stack",
  operands: [{ name: "FOLDER", meaning: "what is to be deployed, such as cdktf.out" }],
  run: async ({ stdout }, { operands: [folder = ""] }) => {
    const { stacks, strangers } = readArtifact(folder);
    if (stacks.length === 0) throw new OutputError([text`${folder} holds no stack: there is nothing to deploy.`]);
    const local = stacks.filter(({ backends: [backend = "local"] }) => backend === "local");
    const problems = [
      ...local.map(
        ({ name }) =>
          text`The stack ${name} keeps its state in a local file, which a pipeline would lose. Set ${REMOTE_STATE_VARIABLES.join(" or ")} in the variable group, and build again.`,
      ),
      ...strangers.map(
        ({ path, what }) =>
          text`${path} holds ${what}, which could change what is deployed. Remove it, and build again.`,
      ),
    ];
    if (problems.length > 0) throw new OutputError(problems);
    await print(stdout, text`The state is kept remotely, and the artifact holds the stack alone.\n`);
    return 0;
  },
};
