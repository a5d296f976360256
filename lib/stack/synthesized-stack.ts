import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { OutputError, SettingsError } from "../errors";
import { isJsonObject, type JsonObject } from "../json";
import { quote, text } from "../text/safe-text";
import { STACK_FILE_NAME, STACKS } from "./output-paths";

export type SynthesizedStack = {
  /** Where its cdk.tf.json is. */
  readonly folder: string;
  readonly document: JsonObject;
};

/**
 * The stack in an output folder such as `cdktf.out`, or in the stack's own folder in it.
 *
 * @throws SettingsError when there is none, or more than one; OutputError when it can't be read.
 */
export function readSynthesizedStack(folder: string): SynthesizedStack {
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
  return { folder: found, document: parse(join(found, STACK_FILE_NAME)) };
}

function parse(file: string): JsonObject {
  try {
    const document: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isJsonObject(document)) return document;
  } catch {
    // What JSON.parse says may quote more than people should see.
  }
  throw new OutputError([text`${quote(file)} is not as synth wrote it. Synthesize again.`]);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
