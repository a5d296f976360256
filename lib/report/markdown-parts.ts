// Left alone is what means nothing where it stands. Lists begin with a dash or a number, code with spaces; renderers make
// links of a dot before a letter, of colons and of slashes, and emphasis of what isn't within a word.
const MARKUP =
  /^[ -]|^\d(?=\d*[.)](?: |$))|[^\p{L}\p{N} ,.()'"%;:?_/=+-]|\.(?=\p{L})|:(?! |$)|(?<![\p{L}\p{N}])[_/=+]|[_/=+](?![\p{L}\p{N}])/gu;
const CODE = /^[\w .:/@=,()[\]+*"{}~-]+$/;

/**
 * Text from outside as Markdown that shows it and does nothing else: whatever could be markup, a link,
 * a mention or a logging command becomes a character reference.
 */
export function escaped(outside: string): string {
  return outside.replace(MARKUP, (character) => `&#${character.codePointAt(0)};`);
}

/** The same for names and paths, in the type of code where nothing in them could end it. */
export function code(outside: string): string {
  return CODE.test(outside) ? `\`${outside}\`` : escaped(outside);
}

/**
 * The lines of a table, of columns and cells that are Markdown already.
 *
 * @param alignments `---:` puts a column to the right
 */
export function table(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  alignments: readonly string[] = columns.map(() => "---"),
): readonly string[] {
  return [columns, alignments, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
