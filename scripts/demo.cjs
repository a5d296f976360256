"use strict";

// npm run demo: the whole way on this machine alone. Starts the local Console, lets cdktf synthesize the example
// against it, and stops it again. Exit status 0 only when a protected stack is in cdktf.out.

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const root = path.dirname(__dirname);
process.exitCode = 1;

demo().then(
  () => {
    process.exitCode = 0;
  },
  (error) => process.stderr.write(`${error.message}\n`),
);

async function demo() {
  const localConsole = start(["scripts/run.cjs", "local-console/main.ts", "--port", "0"], process.env, "pipe");
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      localConsole.kill("SIGTERM");
      process.exit(1);
    });
  }
  try {
    const variables = await printedVariables(localConsole);
    say(
      `A local Console listens at ${variables.TL_CONSOLE}. It protects nothing: its Defender and its install bundle are made up.`,
    );
    const status = await exitOf(
      start([require.resolve("cdktf-cli/bundle/bin/cdktf"), "synth"], environment(variables), "inherit"),
    );
    if (status !== 0) throw new Error(`cdktf synth ended with status ${status}.`);
    for (const file of ["manifest.json", "stacks/prisma-runtime-defense/cdk.tf.json"]) {
      if (!existsSync(path.join(root, "cdktf.out", file))) throw new Error(`cdktf synth left no cdktf.out/${file}.`);
    }
    say(
      "The stack is in cdktf.out/stacks/prisma-runtime-defense/cdk.tf.json, the report in cdktf.out/runtime-defense.md.",
    );
    say("With TL_CONSOLE, TL_USER and TL_PASS of a real Console set, npx cdktf synth does the same there.");
  } finally {
    localConsole.kill("SIGTERM");
  }
}

// The user's own settings stay out: the demo shows the defaults, and talks to nobody.
function environment(variables) {
  const ours = /^(TL_|DEFENDER_|AUTH_API_|TASK_|INSTALL_BUNDLE|TF_|AWS_|DEFAULT_TAGS$|CDKTF_|DEBUG$|https?_proxy$)/i;
  const others = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return {
    ...Object.fromEntries(others),
    ...variables,
    CI: "true",
    FORCE_COLOR: "0",
    CHECKPOINT_DISABLE: "1",
    DISABLE_VERSION_CHECK: "1",
  };
}

function start(args, env, stdout) {
  return spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", stdout, "inherit"] });
}

// The local Console prints the lines that a shell would need.
async function printedVariables(child) {
  const variables = {};
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const [, name, value] = /^export (TL_\w+|DEFENDER_REGISTRY)=(.*)$/.exec(line) ?? [];
    if (name) variables[name] = value;
    if (variables.TL_CONSOLE && variables.TL_USER && variables.TL_PASS && variables.DEFENDER_REGISTRY) return variables;
  }
  throw new Error("The local Console didn't start.");
}

function exitOf(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => resolve(status));
  });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
