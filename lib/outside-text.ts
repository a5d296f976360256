// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be removed
const TERMINAL_ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Whether Terraform keeps the text as it is: it brings every string into Unicode's form NFC. */
export function isStable(text: string): boolean {
  return text === text.normalize("NFC") && !/\p{Surrogate}/u.test(text);
}

/**
 * Text from outside, fit for one line of a terminal or a build log: no control characters, no
 * direction marks, no pipeline logging commands (`##vso[…]`, `##[…]`, `::…`), at most `limit` characters.
 */
export function oneLine(text: string, limit = 300): string {
  const line = text
    .replace(TERMINAL_ESCAPES, "")
    .replace(INVISIBLE, " ")
    .replace(/##(?=vso\[|\[)/gi, "## ")
    .replace(/\s+/g, " ")
    .replace(/(?<=^| )::/g, ": :")
    .trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
