import { wrapAnsi } from "fast-wrap-ansi";

import { join, layOut, type SafeText, text } from "./safe-text";

/**
 * The text in lines of at most so many columns, broken at spaces only: never within a word, a quotation or JSON, which
 * stay fit to be copied even where they are longer.
 *
 * @param columns without it nothing is broken, as for a build log
 */
export function wrap(safe: SafeText, columns: number | undefined): readonly SafeText[] {
  if (columns === undefined) return [safe];
  const broken = wrapAnsi(keepWhole(safe), columns, { hard: false }).replaceAll(HOLD, " ");
  return broken.split("\n").map((line) => layOut(safe, () => line));
}

/** The same beside a name: `name` fills the first line's `width`, spaces that of the others. */
export function wrapBeside(
  name: SafeText,
  safe: SafeText,
  width: number,
  columns: number | undefined,
): readonly SafeText[] {
  const lines = wrap(safe, columns === undefined ? undefined : Math.max(NARROWEST, columns - width));
  return lines.map((line, index) => join([index === 0 ? name : spaces(width), line], ""));
}

export function spaces(width: number): SafeText {
  return layOut(text``, () => " ".repeat(width));
}

const NARROWEST = 20;

// A no-break space, in the place of a space that no line may end with.
const HOLD = "\u00a0";

function keepWhole(text: string): string {
  let depth = 0;
  let isQuoted = false;
  let result = "";
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    // The bracket of a colour is none.
    if (!isQuoted && "{[".includes(character) && !result.endsWith("\u001b")) depth += 1;
    if (!isQuoted && "}]".includes(character)) depth = Math.max(0, depth - 1);
    result += character === " " && (isQuoted || depth > 0) ? HOLD : character;
  }
  // A quotation mark or bracket too many: nothing can be said of what belongs to it.
  return isQuoted || depth > 0 ? text : result;
}
