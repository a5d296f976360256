"use strict";

// npm run demo: a complete synth on this machine alone. Starts the local Console, lets cdktf synthesize the example
// against it, and stops the Console. Exit status 0 only when a protected stack is in cdktf.out.

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { existsSync } = require("node:fs");
const path = require("node:path");

const { environmentOf, runDemo, say, startStandIn } = require("./stand-ins.cjs");

const root = path.dirname(__dirname);

runDemo("npm run demo", async () => {
  const { variables } = await startStandIn(["local-console/main.ts", "--port", "0"], "TL_PASS");
  say(`A local Console listens at ${variables.TL_CONSOLE}.`);
  say("It protects nothing: its Defender and its install bundle are made up.");
  const [status] = await synth(variables);
  if (status !== 0) throw new Error(`cdktf synth ended with status ${status}.`);
  for (const file of ["manifest.json", "stacks/prisma-runtime-defense/cdk.tf.json"]) {
    if (!existsSync(path.join(root, "cdktf.out", file))) throw new Error(`cdktf synth left no cdktf.out/${file}.`);
  }
  say("With TL_CONSOLE, TL_USER and TL_PASS of a real Console set, npx cdktf synth");
  say("does the same there.");
});

// Runs cdktf as a pipeline does, without checks for newer versions.
function synth(variables) {
  // Not the default, which a user may have changed or moved.
  const settings = {
    TASK_DEFINITION_PATH: "local-console/example.json",
    CI: "true",
    FORCE_COLOR: "0",
    CHECKPOINT_DISABLE: "1",
    DISABLE_VERSION_CHECK: "1",
    // cdktf would make it in the home folder, which a container's user may not have.
    CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1",
  };
  const child = spawn(process.execPath, [require.resolve("cdktf-cli/bundle/bin/cdktf"), "synth"], {
    cwd: root,
    env: environmentOf({ ...variables, ...settings }),
    stdio: ["ignore", "inherit", "inherit"],
  });
  process.once("exit", () => child.kill("SIGTERM"));
  return once(child, "exit");
}
