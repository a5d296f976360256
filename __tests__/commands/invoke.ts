import { Writable } from "node:stream";

import type { Command, ExitStatus, Invocation } from "../../lib/commands/command";
import { runCommand } from "../../lib/commands/commands";
import { ExpectedError } from "../../lib/errors";
import type { Environment } from "../../lib/settings/environment";
import type { Terminal } from "../../lib/text/print";

export type Outcome = {
  /** undefined when the command failed. */
  readonly status?: ExitStatus;
  readonly problems: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
};

/** Makes the invocation that a command gets in this environment, on this terminal if any, and collects what the command writes. */
export function invocationIn(environment: Environment, terminal: Pick<Terminal, "isTTY" | "columns"> = {}) {
  const stdout = collector();
  const stderr = collector();
  const { signal } = new AbortController();
  const projectFolder = environment.CDKTF_OUTDIR ?? "nowhere";
  const invocation: Invocation = {
    environment,
    projectFolder,
    stdout: Object.assign(stdout.stream, terminal),
    stderr: stderr.stream,
    signal,
  };
  return { invocation, stdout: stdout.text, stderr: stderr.text };
}

/** Runs a command in this process; `problems` are those of an expected failure. */
export async function invoke(
  command: Command,
  args: readonly string[],
  environment: Environment = {},
  terminal: Pick<Terminal, "isTTY" | "columns"> = {},
): Promise<Outcome> {
  const { invocation, stdout, stderr } = invocationIn(environment, terminal);
  try {
    const status = await runCommand(command, args, invocation);
    return { status, problems: [], stdout: stdout(), stderr: stderr() };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return { problems: error.sentences, stdout: stdout(), stderr: stderr() };
  }
}

function collector() {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk, _, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join("") };
}
