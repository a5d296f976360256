import type { Command, ExitStatus, Invocation } from "./lib/commands/command";
import { asksForOverview, loadCommand, printOverview, runCommand } from "./lib/commands/commands";
import { StoppedError } from "./lib/errors";
import { maskSecretsOf } from "./lib/settings/secrets";

// An early exit must not look like success: cdktf would use an earlier output as this run's.
process.exitCode = 1;
// A command that ignores the signal is ended after this time.
const MILLISECONDS_TO_STOP = 800;

const { env: environment, stdout, stderr } = process;
maskSecretsOf(environment);
// The AWS SDK warns users of Node 20 in several lines; this project decides itself which Node versions it supports.
environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

let command: Command | undefined;
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // Not once: at Ctrl-C, npm sends SIGINT again, and without a listener that would end this process at once.
  process.on(signal, () => {
    stop.abort(new StoppedError(signal));
    if (!command?.endsItself) setTimeout(() => process.exit(1), MILLISECONDS_TO_STOP).unref();
  });
}
// The command that writes handles write errors; this only stops them from crashing the process.
for (const stream of [stdout, stderr]) stream.on("error", () => {});

const invocation: Invocation = { environment, projectFolder: process.cwd(), stdout, stderr, signal: stop.signal };
const [, , name, ...args] = process.argv;
const fail = async (error: unknown) => {
  const { printFailure } = await import("./lib/commands/failure");
  await printFailure(error, { command, args }, invocation);
};

// Node would print the error with all its properties.
process.on("uncaughtException", (error) => {
  fail(error).finally(() => process.exit(1));
});
run()
  .then((status) => {
    process.exitCode = status;
  }, fail)
  .then(exit);

async function run(): Promise<ExitStatus> {
  if (asksForOverview(name)) return printOverview(invocation);
  command = await loadCommand(name);
  return runCommand(command, args, invocation);
}

// Otherwise Node would first finish a garbage collection that nobody needs, and wait for whatever is still open.
async function exit(): Promise<never> {
  const written = [stdout, stderr].map((stream) => new Promise((done) => stream.write("", done)));
  await Promise.all(written);
  process.exit();
}
