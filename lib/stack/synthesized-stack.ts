import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

import { SettingsError } from "../errors";
import { text } from "../text/safe-text";
import { filesInStacks } from "./output-folder";
import { STACK_FILE_NAME } from "./output-paths";
import { readSynthesizedJson } from "./synthesized-file";
import { taskDefinitionsIn } from "./synthesized-tasks";

/**
 * Reads the stack in an output folder such as `cdktf.out`, or in a stack's own folder. Returns that folder, too.
 *
 * @throws SettingsError when there is none, more than one, or one without task definitions; OutputError when it can't be read.
 */
export function readSynthesizedStack(folder: string) {
  const own = join(folder, STACK_FILE_NAME);
  const files = existsSync(own) ? [own] : filesInStacks(folder, STACK_FILE_NAME);
  const [file] = files;
  if (file === undefined) {
    throw new SettingsError([
      text`${folder} holds no synthesized stack. Run npm run synth, or name a folder such as cdktf.out.`,
    ]);
  }
  const found = dirname(file);
  if (files.length > 1) {
    throw new SettingsError([text`${folder} holds ${files.length} stacks. Name one of them, such as ${found}.`]);
  }
  const document = readSynthesizedJson(file);
  if (taskDefinitionsIn(document).length === 0) {
    throw new SettingsError([text`The stack in ${found} has no task definition, so it proves nothing. Check --stack.`]);
  }
  return { folder: found, document };
}
