import type { RunContext } from "../http/retry";
import { printLine, type Terminal } from "../text/print";

/** Notices as lines of `stream`, and the signal that stops the run. */
export function contextOn(stream: Terminal, signal: AbortSignal): RunContext {
  return { signal, notice: (line) => printLine(stream, line) };
}
