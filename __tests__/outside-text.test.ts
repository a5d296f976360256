import { oneLine } from "../lib/outside-text";

test.each([
  ["colours", "\u001b[1;31mred\u001b[0m text", "red text"],
  ["cursor movements and erasing", "a\u001b[2K\u001b[1Gb\u001b[?25lc", "abc"],
  ["a title that ends with a bell", "a\u001b]0;title\u0007b", "ab"],
  ["a link that ends with ST", "\u001b]8;;https://x.example\u001b\\text\u001b]8;;\u001b\\", "text"],
  ["an OSC that never ends", "a\u001b]0;title", "a"],
  ["short escapes", "a\u001bDb\u001b=c\u001bcd", "ab =c cd"],
  ["an escape within an escape", "\u001b\u001b[0m[31mred", "[31mred"],
  ["C1 controls", "a\u009b31mb\u009d0;c\u0085d", "a 31mb 0;c d"],
  ["backspaces and bells", "secret\b\b\b\u0007!", "secret !"],
  ["line breaks of all kinds", "a\nb\r\nc\u2028d\u2029e\vf\fg", "a b c d e f g"],
  ["zero bytes", "a\0b", "a b"],
  ["direction marks", "a\u202eb\u2066c\u200fd\u061ce", "a b c d e"],
  ["invisible characters", "a\u200bb\ufeffc\u00add", "a b c d"],
  ["invisible tags", "a\u{e0041}\u{e0042}b", "a b"],
  ["spaces around and within", "  a \t b  ", "a b"],
  ["nothing but controls", "\u0001\u0002\u001b[0m", ""],
  ["a logging command", "##vso[task.setvariable variable=x]y", "## vso[task.setvariable variable=x]y"],
  ["a logging command in another case", "##VsO[task.complete]", "## VsO[task.complete]"],
  ["a short logging command", "a ##[error]b", "a ## [error]b"],
  ["more hashes", "####vso[x]", "#### vso[x]"],
  ["a logging command, hidden by an escape", "#\u001b[0m#vso[x]", "## vso[x]"],
  ["a logging command, hidden by a word", "##v\u001b[0mso[x]", "## vso[x]"],
  ["a logging command, hidden by a control", "##\u0000[error]", "## [error]"],
  ["a heading", "## Heading", "## Heading"],
  ["plain text", "Größe: 7 → 8 🛡 日本語", "Größe: 7 → 8 🛡 日本語"],
])("%s", (_, text, line) => {
  expect(oneLine(text)).toBe(line);
  expect(oneLine(oneLine(text))).toBe(line);
});

test.each([
  [10, "0123456789", "0123456789"],
  [10, "0123456789a", "012345678…"],
  [10, "\u001b[31m0123456789\u001b[0m", "0123456789"],
])("at most %d characters are shown", (limit, text, line) => {
  expect(oneLine(text, limit)).toBe(line);
});

test("the limit is 300 when none is named", () => {
  expect(oneLine("x".repeat(1000))).toBe(`${"x".repeat(299)}…`);
});

test("a megabyte of beginnings of escapes is no work: in time that grows with its square the test would never end", () => {
  for (const part of ["\u001b]", "\u001b[", "##", "\u001b[0", "\u200b "]) oneLine(part.repeat(500_000));
});
