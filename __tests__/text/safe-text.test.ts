import { excerpt, join, quote, text, wholeText } from "../../lib/text/safe-text";
import { Secret } from "../../lib/text/secret";

test("a text is masked before it is cut: no half of a secret is left", () => {
  new Secret("a password of 28 characters!");
  const outside = `${"x".repeat(100)}a password of 28 characters!`;
  const masked = `${"x".repeat(100)}[redacted]`;
  for (let limit = 90; limit < 130; limit++) {
    expect(excerpt(outside, limit)).toBe(limit < masked.length ? `${masked.slice(0, limit - 1)}…` : masked);
  }
});

test.each([
  ["a line break", "first line\nsecond line"],
  ["a carriage return and a line break", "first line\r\nsecond line"],
  ["a pipeline's command", "##vso[task.complete]pass"],
  ["a GitHub command", "::set-output name=a::pass"],
  ["a terminal's sequence", "pass\u001b[31mword-red"],
  ["spaces at its ends", "  password  "],
])("a password with %s is masked whole, raw and in JSON, in a line and in a document", (_, password) => {
  new Secret(password);
  for (const spelling of [password, JSON.stringify(password)]) {
    expect(excerpt(`got ${spelling}.`)).toMatch(/^got "? ?\[redacted\] ?"?\.$/);
    expect(wholeText(`got ${spelling}.`)).toMatch(/^got "? *\[redacted\] *"?\.$/);
  }
});

test("each value of a sentence is masked and put on one line, the sentence itself stays", () => {
  new Secret("the secret value");
  expect(text`  ${"a\nfile"} holds ${"the secret value"}, ${3} times:  ##[as] it is.`).toBe(
    "  a file holds [redacted], 3 times:  ##[as] it is.",
  );
});

test("a text is cut at 200 characters by default", () => {
  expect(excerpt("x".repeat(300))).toBe(`${"x".repeat(199)}…`);
});

test("a text that is too long to mask isn't shown, not even its beginning", () => {
  expect(excerpt("x".repeat(16_384), 20_000)).toHaveLength(16_384);
  expect(excerpt("x".repeat(16_385))).toBe("[16385 characters, not shown]");
});

test("quote puts the safe text in quotation marks", () => {
  expect(quote("a\u001b[31m\tb")).toBe('"a b"');
});

test("join puts separators between safe texts", () => {
  expect(join([excerpt("a"), excerpt("b")], " or ")).toBe("a or b");
});

test("a document keeps its lines and their indentation, and each is harmless", () => {
  new Secret("over\ntwo lines");
  expect(wholeText("# Title\n##vso[x] ##[y]\n  ::error::x\n::error::y\n\tz\u202e\nover\ntwo lines\n")).toBe(
    "# Title\n## vso[x] ## [y]\n  : :error::x\n: :error::y\n z \n[redacted]\n",
  );
});
