import { checkArtifact } from "./lib/commands/check-artifact";
import { checkState } from "./lib/commands/check-state";
import { installBundle } from "./lib/commands/install-bundle";
import type { Invocation } from "./lib/commands/invocation";
import { protect } from "./lib/commands/protect";
import { synth } from "./lib/commands/synth";
import { ExpectedError, SettingsError, StoppedError } from "./lib/errors";
import { oneLine } from "./lib/outside-text";
import { redact, Secret } from "./lib/secret";

const COMMANDS = {
  synth,
  protect,
  "install-bundle": installBundle,
  "check-artifact": checkArtifact,
  "check-state": checkState,
};

// An exit before the end must not look like success: cdktf would take an earlier output for this run's.
process.exitCode = 1;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stop.abort(new StoppedError([`Stopped by ${signal}: nothing was synthesized.`])));
}
// Node would print such an error with all that hangs on it.
process.on("uncaughtException", (error) => {
  process.stderr.write(explain(error));
  process.exit(1);
});

// What can't be written is the command's matter, which gets to know it from the write itself.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const [, , command = "synth", ...args] = process.argv;
const { env: environment, stdout, stderr } = process;
run(command, { args, environment, folder: process.cwd(), stdout, stderr, signal: stop.signal }).then(
  () => {
    process.exitCode = 0;
  },
  (error: unknown) => process.stderr.write(explain(error)),
);

async function run(name: string, invocation: Invocation): Promise<void> {
  const perform = new Map(Object.entries(COMMANDS)).get(name);
  if (perform) return perform(invocation);
  throw new SettingsError([`There is no command ${oneLine(name, 40)}, only ${Object.keys(COMMANDS).join(", ")}.`]);
}

function explain(error: unknown): string {
  const secrets = process.env.TL_PASS ? [new Secret(process.env.TL_PASS)] : [];
  const masked = (text: string) => oneLine(redact(text, secrets), 1000);
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const problems =
    error instanceof ExpectedError
      ? error.problems
      : [`This is a defect, nothing was synthesized: ${masked(message)} (DEBUG=1 shows where; please report it)`];
  const frames = process.env.DEBUG === "1" ? stack.split("\n").map((line) => `  ${masked(line)}`) : [];
  return redact(`${[...problems, ...frames].join("\n")}\n`, secrets);
}
