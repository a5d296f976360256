import { stripVTControlCharacters } from "node:util";

import { mask } from "./secret";

declare const SAFE: unique symbol;

/**
 * Text that people may see: every secret masked, no control characters, no logging commands. Errors, notices, reports and
 * streams accept nothing else, and only this module makes it.
 */
export type SafeText = string & { readonly [SAFE]: true };

/** A sentence with outside text in it: text`${file} is empty.` Each value goes through `excerpt`. */
export function text(sentence: TemplateStringsArray, ...values: readonly (string | number)[]): SafeText {
  return sealed(String.raw({ raw: sentence }, ...values.map((value) => excerpt(String(value), 1000))));
}

/** Outside text on one line, at most `limit` characters of it. */
export function excerpt(outside: string, limit = 200): SafeText {
  // Masking takes time, and cutting a text before it is masked may show a half of a secret.
  if (outside.length > LONGEST) return sealed(`[${outside.length} characters, not shown]`);
  const line = masked(outside, (text) => defuse(text).replace(/\s+/g, " ").trim());
  return sealed(line.length <= limit ? line : `${line.slice(0, limit - 1)}…`);
}

const LONGEST = 16_384;

/** A file's path. Problems are grouped by it, so it is not cut before a length that no file system takes. */
export function pathText(path: string): SafeText {
  return excerpt(path, 4096);
}

/** An excerpt in quotation marks. */
export function quote(outside: string, limit = 200): SafeText {
  return sealed(`"${excerpt(outside, limit)}"`);
}

export function join(texts: readonly SafeText[], separator = ", "): SafeText {
  return sealed(texts.join(separator));
}

/** At most this many names of a list are shown. */
export const LISTED = 12;

/** The first names of a list, and the number of the others. */
export function someOf(names: readonly (string | undefined)[]): SafeText {
  const shown = join(names.slice(0, LISTED).map((name = "") => excerpt(name, 120)));
  return names.length > LISTED ? text`${shown} and ${names.length - LISTED} more` : shown;
}

/** A whole document, such as a report: its lines stay, and nothing is cut. */
export function wholeText(document: string): SafeText {
  return sealed(masked(document, defuse));
}

/** Masks and cleans the text, and masks it again if cleaning changed it: that may make a secret whole. */
function masked(outside: string, clean: (text: string) => string): string {
  const before = mask(outside);
  const after = clean(before);
  return after === before ? after : mask(after);
}

/** The text in another layout: coloured, padded, broken into lines. `layout` adds nothing from outside. */
export function layOut(safe: SafeText, layout: (text: string) => string): SafeText {
  return sealed(layout(safe));
}

// XML can't hold the last two kinds at all. Line breaks stay: `excerpt` makes spaces of them.
const INVISIBLE = /(?:(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}])+/gu;

/** Removes control characters and direction marks, and breaks logging commands (`##vso[…]`, `##[…]`, `::…`). */
function defuse(text: string): string {
  const visible = stripVTControlCharacters(text)
    .replace(INVISIBLE, " ")
    .replace(/##(?=vso\[|\[)/gi, "## ");
  // Any kind of white space becomes a space or the beginning of a line.
  return visible.includes("::") ? visible.replace(/(?<=^|\s)::/gm, ": :") : visible;
}

function sealed(text: string): SafeText {
  return text as SafeText;
}
