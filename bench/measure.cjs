"use strict";

const { spawnSync } = require("node:child_process");

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {readonly string[]} command
 * @property {(stdout: string) => void} [onOutput]
 * @property {NodeJS.ProcessEnv} [environment] in addition to PATH, HOME and the settings that keep the tools quiet
 */

const QUIET = { CI: "true", FORCE_COLOR: "0", CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1" };

/**
 * Runs the programs in turn, A B C A B C, so that a machine that slows down slows all of them.
 *
 * @param {readonly Program[]} programs
 * @param {{ rounds: number, warmups: number, folder: string }} options
 * @returns {Map<string, readonly number[]>} the milliseconds of each round, by name
 */
exports.rounds = (programs, { rounds, warmups, folder }) => {
  const times = new Map(programs.map(({ name }) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    for (const program of programs) {
      const milliseconds = timeOf(program, folder);
      if (round >= 0) times.get(program.name).push(milliseconds);
    }
  }
  return times;
};

/** Other programs on the machine can only add time, so the minimum is the program's own. */
exports.minimum = (samples) => Math.min(...samples);

exports.median = (samples) => {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

exports.timeOf = timeOf;

function timeOf({ name, command: [program, ...args], environment, onOutput }, folder) {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), ...QUIET, ...environment };
  const start = process.hrtime.bigint();
  const { status, error, stdout, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: "utf8" });
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}${stdout}`);
  onOutput?.(stdout);
  return milliseconds;
}
