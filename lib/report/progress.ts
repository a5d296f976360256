import type { Terminal } from "../text/print";
import { type SafeText, text } from "../text/safe-text";

type Progress = { readonly update: (done: number) => void; readonly stop: () => void };

/** Shows the progress of a fleet: a live bar on a terminal, otherwise one line for every quarter. */
export async function startProgress(
  total: number,
  terminal: Terminal,
  line: (text: SafeText) => void,
): Promise<Progress> {
  if (total < 10) return { update: () => {}, stop: () => {} };
  if (!terminal.isTTY) {
    const quarter = Math.ceil(total / 4);
    const update = (done: number) => {
      if (done % quarter === 0 || done === total) line(text`The Console has answered for ${done} of ${total} tasks.`);
    };
    return { update, stop: () => {} };
  }
  const { SingleBar, Presets } = await import("cli-progress");
  const format = "{bar} {value} of {total} tasks";
  const bar = new SingleBar(
    { format, stream: terminal, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
