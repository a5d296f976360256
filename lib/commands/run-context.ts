import type { RunContext } from "../http/retry";
import { printLine, type Terminal } from "../text/print";

/** A context that prints notices as lines on `stream`, and holds the signal that stops the run. */
export function contextOn(stream: Terminal, signal: AbortSignal): RunContext {
  return { signal, notice: (line) => printLine(stream, line) };
}
