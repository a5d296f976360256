import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { readSynthesizedStack } from "../../lib/stack/synthesized-stack";
import { temporaryFolders } from "../entry";

const newFolder = temporaryFolders();

function outputWith(content: string): string {
  const folder = newFolder();
  mkdirSync(join(folder, "stacks/a"), { recursive: true });
  writeFileSync(join(folder, "stacks/a/cdk.tf.json"), content);
  return folder;
}

test.each([
  ["text that is not JSON", "{"],
  ["a list", "[]"],
  ["lists nested 200,000 deep", "[".repeat(200_000) + "]".repeat(200_000)],
  ["objects nested 9,000 deep", `${'{"a":'.repeat(9000)}1${"}".repeat(9000)}`],
])("instead of a stack, %s is refused", (_, content) => {
  const folder = outputWith(content);
  expect(() => readSynthesizedStack(folder)).toThrow(
    `${folder}/stacks/a/cdk.tf.json is not as synth wrote it. Synthesize again.`,
  );
});

test("a folder in place of the stack's file is named", () => {
  const folder = newFolder();
  mkdirSync(join(folder, "cdk.tf.json"));
  expect(() => readSynthesizedStack(folder)).toThrow(
    `${folder}/cdk.tf.json can't be read (EISDIR). Check it and its permissions, or synthesize again.`,
  );
});

test("of two stacks neither is chosen", () => {
  const folder = outputWith("{}");
  mkdirSync(join(folder, "stacks/b"));
  writeFileSync(join(folder, "stacks/b/cdk.tf.json"), "{}");
  expect(() => readSynthesizedStack(folder)).toThrow(
    `${folder} holds 2 stacks. Name one of them, such as ${folder}/stacks/a.`,
  );
});
