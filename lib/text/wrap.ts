import { wrapAnsi } from "fast-wrap-ansi";

import { join, layOut, type SafeText, text } from "./safe-text";

/**
 * Breaks the text into lines of at most `columns`, at spaces only: words, quotations and JSON stay whole, so that they can
 * be copied, even if they are longer.
 *
 * @param columns undefined breaks nothing, as for a build log
 */
export function wrap(safe: SafeText, columns: number | undefined): readonly SafeText[] {
  if (columns === undefined) return [safe];
  const broken = wrapAnsi(keepWhole(safe), columns, { hard: false }).replaceAll(HOLD, " ");
  return broken.split("\n").map((line) => layOut(safe, () => line));
}

/** Wraps the text beside a name: `name` fills the first line's `width`, spaces that of the others. */
export function wrapBeside(
  name: SafeText,
  safe: SafeText,
  width: number,
  columns: number | undefined,
): readonly SafeText[] {
  const lines = wrap(safe, columns === undefined ? undefined : Math.max(NARROWEST, columns - width));
  return lines.map((line, index) => join([index === 0 ? name : spaces(width), line], ""));
}

/** The same for an indented name. One that leaves no room gets a line of its own. */
export function wrapBesideOrBelow(
  name: SafeText,
  safe: SafeText,
  width: number,
  columns: number | undefined,
): readonly SafeText[] {
  const padded = layOut(name, (plain) => `  ${plain}`.padEnd(width));
  if (padded.endsWith(" ")) return wrapBeside(padded, safe, width, columns);
  return [padded, ...wrapBeside(spaces(width), safe, width, columns)];
}

function spaces(width: number): SafeText {
  return layOut(text``, () => " ".repeat(width));
}

const NARROWEST = 20;

// A no-break space, in place of a space at which a line must not break.
const HOLD = "\u00a0";

function keepWhole(text: string): string {
  let depth = 0;
  let isQuoted = false;
  let result = "";
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    // Ignores the bracket of a colour.
    if (!isQuoted && "{[".includes(character) && !result.endsWith("\u001b")) depth += 1;
    if (!isQuoted && "}]".includes(character)) depth = Math.max(0, depth - 1);
    result += character === " " && (isQuoted || depth > 0) ? HOLD : character;
  }
  // Unbalanced quotation marks or brackets: what belongs to them is unclear.
  return isQuoted || depth > 0 ? text : result;
}
