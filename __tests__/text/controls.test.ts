import { excerpt, wholeText } from "../../lib/text/safe-text";
import { Secret } from "../../lib/text/secret";

test.each([
  ["colours", "\u001b[1;31mred\u001b[0m text", "red text"],
  ["cursor movements and erasing", "a\u001b[2K\u001b[1Gb\u001b[?25lc", "abc"],
  ["a title that ends with a bell", "a\u001b]0;title\u0007b", "ab"],
  ["a link that ends with ST", "\u001b]8;;https://x.example\u001b\\text\u001b]8;;\u001b\\", "text"],
  ["an OSC that never ends", "a\u001b]0;title", "aitle"],
  ["short escapes", "a\u001bDb\u001b=c\u001bcd", "abcd"],
  ["an escape within an escape", "\u001b\u001b[0m[31mred", "[31mred"],
  ["C1 controls", "a\u009b31mb\u009d0;c\u0085d", "ab 0;c d"],
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
  ["a GitHub command", "::error::x", ": :error::x"],
  ["a GitHub command behind a no-break space", "x\u00a0::error::x", "x : :error::x"],
  ["a GitHub command behind a tab", "x\t::error::x", "x : :error::x"],
  ["noncharacters of Unicode", "a\ufffeb\uffffc\u{1ffff}d", "a b c d"],
  ["halves of surrogate pairs", "a\ud83db\ude00c", "a b c"],
  ["a heading", "## Heading", "## Heading"],
  ["plain text", "Größe: 7 → 8 🛡 日本語", "Größe: 7 → 8 🛡 日本語"],
])("excerpt makes one harmless line of %s", (_, text, line) => {
  expect(excerpt(text)).toBe(line);
  expect(excerpt(excerpt(text))).toBe(line);
});

test.each([
  [10, "0123456789", "0123456789"],
  [10, "0123456789a", "012345678…"],
  [10, "\u001b[31m0123456789\u001b[0m", "0123456789"],
])("at most %d characters of %j are shown", (limit, text, line) => {
  expect(excerpt(text, limit)).toBe(line);
});

test.each([
  "correct\u001b[0m-horse-battery-staple",
  "correct-horse\u001b]0;title\u0007-battery-staple",
  "correct-horse-battery\u009b31m-staple",
])("a secret that appears when controls are removed from %j is masked", (outside) => {
  new Secret("correct-horse-battery-staple");
  expect(excerpt(outside)).toBe("[redacted]");
  expect(wholeText(outside)).toBe("[redacted]");
});
