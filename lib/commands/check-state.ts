import { basename } from "node:path";

import { OutputError } from "../errors";
import { REMOTE_STATE_VARIABLES } from "../settings/state";
import { artifactError, readArtifact, type Stranger } from "../stack/artifact";
import { SECRET_FILE_NAME } from "../stack/output-paths";
import { print } from "../text/print";
import { type SafeText, text } from "../text/safe-text";
import type { Command } from "./command";

/** Local state is lost with the pipeline's machine after the run, so the next run would create everything a second time. */
export const checkState: Command = {
  name: "check-state",
  purpose:
    "fails when the stack keeps its state in a local file, or the folder holds anything other than a synthesized stack",
  operands: [
    {
      name: "FOLDER",
      meaning: "an artifact that is to be deployed: an output of synth without the file with the install bundle",
    },
  ],
  run: async ({ stdout }, { operands: [folder = ""] }) => {
    const { stacks, strangers } = readArtifact(folder);
    if (stacks.length === 0) throw new OutputError([text`${folder} holds no stack: there is nothing to deploy.`]);
    // A stack that can't be read is among the strangers.
    const local = stacks.filter(({ backends }) => backends && (backends[0] ?? "local") === "local");
    const problems = [
      ...local.map(
        ({ name }) =>
          text`The stack ${name} keeps its state in a local file, which a pipeline would lose. Set ${REMOTE_STATE_VARIABLES.join(" or ")} in the variable group, and build again.`,
      ),
      ...strangers.map(problemOf),
    ];
    if (problems.length > 0) throw artifactError(problems);
    await print(stdout, text`The state is kept remotely, and the artifact holds the stack alone.\n`);
    return 0;
  },
};

function problemOf({ path, what }: Stranger): SafeText {
  return basename(path) === SECRET_FILE_NAME
    ? text`${path} is the file with the install bundle, which doesn't belong in an artifact. Leave it out.`
    : text`${path} holds ${what}, which could change what is deployed. Remove it, and build again.`;
}
