"use strict";

// node scripts/check-state.cjs FOLDER
// Fails unless every stack in a synthesized output keeps its state remotely: a pipeline's machine is gone after the run,
// and local state with it, so that the next run would create everything a second time.

const { existsSync, readdirSync, readFileSync } = require("node:fs");
const path = require("node:path");

const REMOTE = ["s3", "azurerm"];

const problems = check(process.argv[2]);
if (problems.length > 0) {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(""));
  process.exitCode = 1;
} else {
  process.stdout.write("The state is kept remotely.\n");
}

function check(folder) {
  if (folder === undefined) return ["Usage: node scripts/check-state.cjs FOLDER, with a folder such as cdktf.out."];
  const stacks = path.join(folder, "stacks");
  const names = existsSync(stacks) ? readdirSync(stacks) : [];
  if (names.length === 0) return [`${folder} holds no stack: there is nothing to deploy.`];
  return names.flatMap((name) => {
    const backends = Object.keys(
      JSON.parse(readFileSync(path.join(stacks, name, "cdk.tf.json"), "utf8")).terraform?.backend ?? {},
    );
    if (backends.length === 1 && REMOTE.includes(backends[0])) return [];
    return [
      `The stack ${name} keeps its state in a local file, which a pipeline would lose. Set TF_STATE_S3_BUCKET or ` +
        "TF_STATE_AZURE_STORAGE_ACCOUNT in the variable group, and build again.",
    ];
  });
}
