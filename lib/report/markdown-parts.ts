// Characters without Markdown meaning at their position are kept. Lists begin with a dash or a number, code with spaces.
// Renderers turn a dot before a letter, colons and slashes into links, and marks that aren't within a word into emphasis.
const MARKUP =
  /^[ -]|^\d(?=\d*[.)](?: |$))|[^\p{L}\p{N} ,.()'"%;:?_/=+-]|\.(?=\p{L})|:(?! |$)|(?<![\p{L}\p{N}])[_/=+]|[_/=+](?![\p{L}\p{N}])/gu;
const CODE = /^[\w .:/@=,()[\]+*"{}~-]+$/;

/**
 * Escapes text from outside for Markdown: whatever could be markup, a link, a mention or a logging command becomes a
 * character reference.
 */
export function escaped(outside: string): string {
  return outside.replace(MARKUP, (character) => `&#${character.codePointAt(0)};`);
}

/** The same for names and paths, as code when no character in them could end it. */
export function code(outside: string): string {
  return CODE.test(outside) ? `\`${outside}\`` : escaped(outside);
}

/** The first texts, as many as fit into so many bytes, and the number of the others. Those aren't made. */
export function fitting<T>(
  items: readonly T[],
  bytes: number,
  textOf: (item: T, index: number) => string,
): { readonly texts: readonly string[]; readonly left: number } {
  const texts: string[] = [];
  let room = bytes;
  for (const [index, item] of items.entries()) {
    const text = textOf(item, index);
    room -= Buffer.byteLength(text) + 1; // and a line break
    if (room < 0) return { texts, left: items.length - index };
    texts.push(text);
  }
  return { texts, left: 0 };
}

/**
 * The lines of a table, whose columns and cells are already Markdown.
 *
 * @param alignments `---:` aligns a column to the right
 */
export function table(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  alignments: readonly string[] = columns.map(() => "---"),
): readonly string[] {
  return [columns, alignments, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
