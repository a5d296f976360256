import { outside, describe as sentenceOf } from "../../lib/protection/deviation";

const LONG = "a".repeat(150);

test.each([
  ["short values are whole", ["1", "2"], 'expected "1", got "2"'],
  [
    "long values that differ early are cut at their ends",
    [`1${LONG}`, `2${LONG}`],
    /^expected "1a{117}…, got "2a{117}…$/,
  ],
  [
    "long values that differ late are cut around the first difference",
    [`${LONG}expected${LONG}`, `${LONG}got${LONG}`],
    /^expected …a{40}expecteda{70}…, got …a{40}gota{75}…$/,
  ],
  [
    "if one value continues the other, both are cut before the difference",
    [LONG, `${LONG}more`],
    /^expected …a{40}", got …a{40}more"$/,
  ],
])("%s", (_, [expected, got], sentence) => {
  const said = sentenceOf({ field: "image", expected: outside(expected), got: outside(got) });
  expect(said).toMatch(/^image: .*\.$/);
  const values = said.slice("image: ".length, -1);
  if (typeof sentence === "string") expect(values).toBe(sentence);
  else expect(values).toMatch(sentence);
});

test("values that differ only in a hidden part are reported as different", () => {
  const withCommand = (command: string) => outside([{ name: LONG, command: [command] }]);
  const said = sentenceOf({ field: "x", expected: withCommand("hidden-one"), got: withCommand("hidden-other") });
  expect(said).toBe(
    `x: expected [{"name":"${"a".repeat(109)}…, got another value; the difference is in a hidden part.`,
  );
});

test("a secret is masked before the value is cut", () => {
  const image = (tag: string) => outside(`${"a".repeat(100)}/tw_hidden0licence0hidden0licence/defender:${tag}`);
  const said = sentenceOf({ field: "image", expected: image("1"), got: image("2") });
  expect(said).toContain("tw_[redacted]/defender:1");
  expect(said).toContain("tw_[redacted]/defender:2");
  expect(said).not.toContain("hidden");
});
