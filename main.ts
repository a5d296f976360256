import type { ExitStatus, Invocation } from "./lib/commands/command";
import { asksForOverview, loadCommand, printOverview, runCommand } from "./lib/commands/commands";
import { ExpectedError, StoppedError } from "./lib/errors";
import { secretsOf } from "./lib/settings/secrets";
import { printLine } from "./lib/text/print";
import { text, wholeText } from "./lib/text/safe-text";

// An exit before the end must not look like success: cdktf would take an earlier output for this run's.
process.exitCode = 1;
// A command that doesn't heed the signal is ended.
const MILLISECONDS_TO_STOP = 800;

const { env: environment, stdout, stderr } = process;
secretsOf(environment);

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stop.abort(new StoppedError([text`Stopped by ${signal}.`]));
    setTimeout(() => process.exit(1), MILLISECONDS_TO_STOP).unref();
  });
}
// Node would print such an error with all that hangs on it.
process.on("uncaughtException", (error) => {
  explain(error);
  process.exit(1);
});
// The command that writes handles write errors; this only stops them from crashing the process.
for (const stream of [stdout, stderr]) stream.on("error", () => {});

const [, , ...args] = process.argv;
run({ environment, folder: process.cwd(), stdout, stderr, signal: stop.signal }).then((status) => {
  process.exitCode = status;
}, explain);

async function run(invocation: Invocation): Promise<ExitStatus> {
  if (asksForOverview(args)) return printOverview(invocation);
  const [name, ...rest] = args;
  return runCommand(await loadCommand(name), rest, invocation);
}

function explain(error: unknown): void {
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const problems =
    error instanceof ExpectedError
      ? error.problems
      : [text`This is a defect: ${message} (DEBUG=1 shows where; please report it)`];
  const frames = environment.DEBUG === "1" ? stack.split("\n").map((line) => text`  ${line}`) : [];
  for (const line of [...problems, ...frames]) printLine(stderr, wholeText(line));
}
