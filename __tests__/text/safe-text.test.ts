import { excerpt, join, quote, text, wholeText } from "../../lib/text/safe-text";
import { Secret } from "../../lib/text/secret";

test("a text is masked before it is cut: no half of a secret is left", () => {
  new Secret("a password of 28 characters!");
  const outside = `${"x".repeat(100)}a password of 28 characters!`;
  for (let limit = 90; limit < 130; limit++) expect(excerpt(outside, limit)).not.toContain("a pass");
  expect(excerpt(outside, 111)).toBe(`${"x".repeat(100)}[redacted]`);
});

test.each([
  ["a line break", "first line\nsecond line"],
  ["a carriage return and a line break", "first line\r\nsecond line"],
  ["a pipeline's command", "##vso[task.complete]pass"],
  ["a GitHub command", "::set-output name=a::pass"],
  ["a terminal's sequence", "pass\u001b[31mword-red"],
  ["spaces at its ends", "  password  "],
])("a password with %s is masked whole, raw and in JSON", (_, password) => {
  new Secret(password);
  for (const spelling of [password, JSON.stringify(password)]) {
    const shown = excerpt(`got ${spelling}.`);
    expect(shown).toMatch(/^got "? ?\[redacted\] ?"?\.$/);
  }
});

test.each([
  ["a line break", "one\ntwo", "one two"],
  ["a terminal's sequence", "\u001b[31mred\u001b[0m", "red"],
  ["a direction mark", "a\u202eb", "a b"],
  ["an Azure Pipelines command", "##vso[task.complete]", "## vso[task.complete]"],
  ["the same in upper case", "##VSO[task.complete]", "## VSO[task.complete]"],
  ["a formatting command", "##[error]x", "## [error]x"],
  ["a GitHub command", "::error::x", ": :error::x"],
  ["a GitHub command behind a no-break space", "x\u00a0::error::x", "x : :error::x"],
  ["a GitHub command behind a tab", "x\t::error::x", "x : :error::x"],
  ["a noncharacter of Unicode", "a\ufffeb\uffffc\u{1ffff}d", "a b c d"],
  ["half of a surrogate pair", "a\ud83db\ude00c", "a b c"],
  ["a command hidden by a control character", "##\u0000vso[x]", "## vso[x]"],
  ["a command that a removed sequence puts together", "##\u001b[31mvso[x]", "## vso[x]"],
])("%s becomes harmless", (_, outside, shown) => {
  expect(excerpt(outside)).toBe(shown);
});

test("each value of a sentence is masked and put on one line, the sentence itself stays", () => {
  new Secret("the secret value");
  expect(text`${"a\nfile"} holds ${"the secret value"}, ${3} times:  as it is.`).toBe(
    "a file holds [redacted], 3 times:  as it is.",
  );
});

test("a text is cut at its limit, and one that is too long to mask isn't shown", () => {
  expect(excerpt("x".repeat(300))).toBe(`${"x".repeat(199)}…`);
  expect(excerpt("x".repeat(16_384), 20_000)).toHaveLength(16_384);
  expect(excerpt("x".repeat(16_385))).toBe("[16385 characters, not shown]");
});

test("quote and join add quotation marks and separators", () => {
  expect(quote("a\tb")).toBe('"a b"');
  expect(join([excerpt("a"), excerpt("b")], " or ")).toBe("a or b");
});

test("a document keeps its lines, and each is harmless", () => {
  new Secret("over\ntwo lines");
  expect(wholeText("# Title\n##vso[x]\n  ::error::x\nover\ntwo lines\n")).toBe(
    "# Title\n## vso[x]\n  : :error::x\n[redacted]\n",
  );
});
