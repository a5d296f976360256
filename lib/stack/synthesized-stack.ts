import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { SettingsError } from "../errors";
import { text } from "../text/safe-text";
import { STACK_FILE_NAME, STACKS } from "./output-paths";
import { readSynthesizedJson } from "./synthesized-file";
import { taskDefinitionsIn } from "./synthesized-tasks";

/**
 * Reads the stack in an output folder such as `cdktf.out`, or in a stack's own folder. Returns that folder, too.
 *
 * @throws SettingsError when there is none, more than one, or one without task definitions; OutputError when it can't be read.
 */
export function readSynthesizedStack(folder: string) {
  const stacks = join(folder, STACKS);
  const folders = existsSync(join(folder, STACK_FILE_NAME))
    ? [folder]
    : namesIn(stacks).flatMap((name) => (existsSync(join(stacks, name, STACK_FILE_NAME)) ? [join(stacks, name)] : []));
  const [found, ...more] = folders;
  if (found === undefined) {
    throw new SettingsError([
      text`${folder} holds no synthesized stack. Run npm run synth, or name a folder such as cdktf.out.`,
    ]);
  }
  if (more.length > 0) {
    throw new SettingsError([text`${folder} holds ${folders.length} stacks. Name one of them, such as ${found}.`]);
  }
  const document = readSynthesizedJson(join(found, STACK_FILE_NAME));
  if (taskDefinitionsIn(document).length === 0) {
    throw new SettingsError([text`The stack in ${found} has no task definition, so it proves nothing. Check --stack.`]);
  }
  return { folder: found, document };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
