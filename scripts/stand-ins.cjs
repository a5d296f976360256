"use strict";

const { spawn } = require("node:child_process");
const path = require("node:path");
const readline = require("node:readline");

// The machine's variables that programs need. A user's settings for a real Console are left out.
const OF_THE_MACHINE =
  /^(PATH|HOME|USER|LANG|LC_\w+|TERM|TMPDIR|TEMP|TMP|NODE_\w+|(NO|FORCE)_COLOR|PATHEXT|SYSTEMROOT|COMSPEC|(LOCAL)?APPDATA|USERPROFILE)$/i;

/**
 * The variables that a demo's programs get.
 *
 * @param {Record<string, string>} variables their settings
 */
exports.environmentOf = (variables) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => OF_THE_MACHINE.test(name))),
  ...variables,
});

/**
 * Runs a demo, and ends with 0 only if it succeeds. What it has started ends with it, also after a signal. It takes no
 * arguments: it would do the same, whatever they ask for.
 */
exports.runDemo = async (usage, demo) => {
  process.exitCode = 1;
  // Not once: at Ctrl-C, npm sends SIGINT again, which would then end this process before it has cleaned up.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
  try {
    if (process.argv.length > 2) throw new Error(`${usage} takes no arguments.`);
    await demo();
    process.exitCode = 0;
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
  }
  process.exit();
};

exports.say = (line) => process.stdout.write(`${line}\n`);

/**
 * Starts a stand-in, such as local-console/main.ts, and reads the variables that it prints for a shell. It ends with this
 * process at the latest.
 *
 * @param {readonly string[]} args its entry and its arguments
 * @param {string} last the variable that it prints last
 * @returns {Promise<{ variables: Record<string, string>, stop: () => void }>}
 */
exports.startStandIn = async (args, last) => {
  const child = spawn(process.execPath, ["scripts/run.cjs", ...args], {
    cwd: path.dirname(__dirname),
    env: exports.environmentOf({}),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = () => child.kill("SIGTERM");
  process.once("exit", stop); // also while it starts
  const variables = {};
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (!line.startsWith("export ")) continue;
    for (const [, name, value] of line.matchAll(/(\w+)=(\S+)/g)) variables[name] = value;
    if (variables[last]) return { variables, stop };
  }
  throw new Error(`${args[0]} didn't start.`);
};
