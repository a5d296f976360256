import { Writable } from "node:stream";

import type { Invocation } from "../../lib/commands/invocation";
import { ExpectedError } from "../../lib/errors";
import type { Environment } from "../../lib/settings/environment";

export type Outcome = {
  readonly problems: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a command in this process; `problems` are those of an expected failure. */
export async function invoke(
  command: (invocation: Invocation) => Promise<void>,
  args: readonly string[],
  environment: Environment = {},
): Promise<Outcome> {
  const stdout = collector();
  const stderr = collector();
  const { signal } = new AbortController();
  const folder = environment.CDKTF_OUTDIR ?? "nowhere";
  try {
    await command({ args, environment, folder, stdout: stdout.stream, stderr: stderr.stream, signal });
    return { problems: [], stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return { problems: error.problems, stdout: stdout.text(), stderr: stderr.text() };
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
