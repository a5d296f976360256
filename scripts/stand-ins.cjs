"use strict";

const { spawn } = require("node:child_process");
const path = require("node:path");
const readline = require("node:readline");

/**
 * Starts a stand-in, such as local-console/main.ts, and reads the variables that it prints for a shell.
 *
 * @param {readonly string[]} args its entry and its arguments
 * @param {string} last the variable that comes last
 * @returns {Promise<{ variables: Record<string, string>, stop: () => void }>}
 */
exports.startStandIn = async (args, last) => {
  const child = spawn(process.execPath, ["scripts/run.cjs", ...args], {
    cwd: path.dirname(__dirname),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const variables = {};
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (!line.startsWith("export ")) continue;
    for (const [, name, value] of line.matchAll(/(\w+)=(\S+)/g)) variables[name] = value;
    if (variables[last]) return { variables, stop: () => child.kill("SIGTERM") };
  }
  throw new Error(`${args[0]} didn't start.`);
};
