import { OutputError } from "../errors";
import { join, layOut, type SafeText, text } from "./safe-text";
import { mask } from "./secret";
import { wrap } from "./wrap";

/** A stream that people or pipelines read. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

// Longer lines are hard to read.
const MOST_COLUMNS = 120;
/** For a terminal that doesn't say its width, and for texts that are laid out elsewhere, too. */
export const USUAL_COLUMNS = 80;

/** The columns that lines may fill on a terminal; undefined for any other stream. */
export function columnsOf({ isTTY, columns }: Terminal): number | undefined {
  return isTTY ? Math.min(columns || USUAL_COLUMNS, MOST_COLUMNS) : undefined;
}

/**
 * Prints a command's result. A reader that stops early, as in `npm run synth | head`, is not an error.
 *
 * @throws OutputError
 */
export function print(stream: Terminal, output: SafeText): Promise<void> {
  return write(stream, mask(output));
}

/**
 * Prints what holds a secret on purpose: the install bundle, or a task definition with it in plain text.
 *
 * @throws OutputError
 */
export function printSecretOnPurpose(stream: Terminal, content: string): Promise<void> {
  return write(stream, content);
}

/**
 * Prints commands that a pipeline obeys, such as annotations. Outside text in them is already SafeText, so it can't
 * contain another command.
 *
 * @throws OutputError
 */
export function printPipelineCommandsOnPurpose(stream: Terminal, commands: string): Promise<void> {
  return write(stream, mask(commands));
}

/** One line for people, such as a notice, wrapped on a terminal. It may be lost when the stream can't be written. */
export function printLine(stream: Terminal, line: SafeText): void {
  const lines = wrap(layOut(line, mask), columnsOf(stream));
  stream.write(`${join(lines, "\n")}\n`);
}

async function write(stream: Terminal, content: string): Promise<void> {
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((done) => stream.write(content, done));
  if (!error || error.code === "EPIPE") return;
  throw new OutputError([text`The output can't be written (${error.code ?? "no reason given"}).`]);
}
