import type { Talk } from "../http/retry";
import { printLine, type Terminal } from "../text/print";

/** Notices as lines of `stream`, and the signal that stops the run. */
export function talkOn(stream: Terminal, signal: AbortSignal): Talk {
  return { signal, notice: (line) => printLine(stream, line) };
}
