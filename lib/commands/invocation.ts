import { OutputError } from "../errors";
import type { Talk } from "../http/retry";
import { oneLine } from "../outside-text";
import type { Terminal } from "../report/progress";
import { redact } from "../secret";
import type { Environment } from "../settings/environment";

/** What a command gets from the process. */
export type Invocation = {
  readonly args: readonly string[];
  readonly environment: Environment;
  /** The project's folder. */
  readonly folder: string;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Aborted when the user stops the run; the reason is what to say then. */
  readonly signal: AbortSignal;
};

/** The output folder, as CDKTF's own App takes it. */
export function outputFolder({ environment }: Invocation): string {
  return environment.CDKTF_OUTDIR || "cdktf.out";
}

/** Notices as lines of `stream`. */
export function talkOn(stream: NodeJS.WritableStream, signal: AbortSignal): Talk {
  return { signal, notice: (line) => stream.write(`${oneLine(redact(line), 1000)}\n`) };
}

/**
 * Prints a command's result. Who reads no further, as in `npm run synth | head`, doesn't make it fail.
 *
 * @throws OutputError
 */
export async function print(stream: NodeJS.WritableStream, text: string): Promise<void> {
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => stream.write(text, resolve));
  if (error && error.code !== "EPIPE")
    throw new OutputError([`The output can't be printed (${error.code}). Make room.`]);
}
