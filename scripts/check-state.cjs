"use strict";

// node scripts/check-state.cjs FOLDER
// Fails unless every stack in a synthesized output keeps its state remotely: a pipeline's machine is gone after the run,
// and local state with it, so that the next run would create everything a second time. Fails as well when Terraform
// would read more than cdk.tf.json by itself: an override or a variables file could change what has been proven.

const { existsSync, readdirSync, readFileSync } = require("node:fs");
const path = require("node:path");

const REMOTE = ["s3", "azurerm"];
const STACK_FILE = "cdk.tf.json";
const READ_BY_TERRAFORM = /\.tf(\.json)?$|\.auto\.tfvars(\.json)?$|^terraform\.tfvars(\.json)?$/;

const problems = check(process.argv[2]);
if (problems.length > 0) {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(""));
  process.exitCode = 1;
} else {
  process.stdout.write(`The state is kept remotely, and Terraform reads ${STACK_FILE} alone.\n`);
}

function check(folder) {
  if (folder === undefined) return ["Usage: node scripts/check-state.cjs FOLDER, with a folder such as cdktf.out."];
  const stacks = path.join(folder, "stacks");
  const names = existsSync(stacks) ? readdirSync(stacks) : [];
  if (names.length === 0) return [`${folder} holds no stack: there is nothing to deploy.`];
  return names.flatMap((name) => [...inState(stacks, name), ...inFiles(stacks, name)]);
}

function inState(stacks, name) {
  const stack = JSON.parse(readFileSync(path.join(stacks, name, STACK_FILE), "utf8"));
  const backends = Object.keys(stack.terraform?.backend ?? {});
  if (backends.length === 1 && REMOTE.includes(backends[0])) return [];
  return [
    `The stack ${name} keeps its state in a local file, which a pipeline would lose. Set TF_STATE_S3_BUCKET or ` +
      "TF_STATE_AZURE_STORAGE_ACCOUNT in the variable group, and build again.",
  ];
}

function inFiles(stacks, name) {
  return readdirSync(path.join(stacks, name))
    .filter((file) => file !== STACK_FILE && READ_BY_TERRAFORM.test(file))
    .map(
      (file) =>
        `The stack ${name} holds ${JSON.stringify(file)}, which Terraform would read besides ${STACK_FILE} and which could ` +
        "change the stack. Remove it, and build again.",
    );
}
