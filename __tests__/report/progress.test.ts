import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";

import { startProgress } from "../../lib/report/progress";

async function linesOf(total: number): Promise<readonly string[]> {
  const lines: string[] = [];
  const progress = await startProgress(total, new PassThrough(), (line) => lines.push(line));
  for (let done = 1; done <= total; done++) progress.update(done);
  progress.stop();
  return lines;
}

describe("progress", () => {
  test("is silent for less than ten tasks", async () => {
    expect(await linesOf(9)).toEqual([]);
  });

  test.each([
    [10, 4],
    [12, 4],
    [95, 4],
    [500, 4],
  ])("of %i tasks takes %i whole lines without a terminal, the last one at the end", async (total, count) => {
    const lines = await linesOf(total);
    expect(lines).toHaveLength(count);
    expect(lines.at(-1)).toBe(`The Console has answered for ${total} of ${total} tasks.`);
  });

  test("is a bar on a terminal, which is erased at the end", async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    const lines: string[] = [];
    const progress = await startProgress(12, terminal, (line) => lines.push(line));
    progress.update(12);
    progress.stop();
    const shown = await text(terminal.end());
    expect(shown).toContain("0 of 12 tasks");
    expect(shown).toContain("\u001b[0K"); // Erases the line.
    expect(lines).toEqual([]);
  });
});
