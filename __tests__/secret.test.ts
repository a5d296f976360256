import { format, inspect } from "node:util";

import { redact, Secret, spellings } from "../lib/secret";

const VALUE = 'pa"ss?>wörd /+&=\\%';
const secret = new Secret(VALUE);

describe("a secret", () => {
  test.each([
    ["text", String(secret)],
    ["a template literal", `${secret}`],
    ["concatenation", `a${secret.toString()}b`.slice(1, -1)],
    ["JSON", JSON.parse(JSON.stringify({ deep: [secret] })).deep[0]],
    ["inspect", inspect(secret)],
    ["inspect of all that is hidden", inspect(secret, { showHidden: true, depth: Number.POSITIVE_INFINITY })],
    ["format", format("%s", secret)],
    ["format of an object", format("%o", secret)],
  ])("shows itself as [redacted] in %s", (_, shown) => {
    expect(shown).toBe("[redacted]");
  });

  test("shows itself in no error that carries it, however deep", () => {
    const cause = Object.assign(new Error(`cause ${secret}`), { config: { auth: [secret] } });
    const error = new AggregateError([cause], `outer ${secret}`, { cause });
    const shown = inspect(error, { showHidden: true, depth: Number.POSITIVE_INFINITY }) + JSON.stringify(error.errors);
    for (const spelling of spellings(VALUE)) expect(shown).not.toContain(spelling);
    expect(shown).toContain("[redacted]");
  });

  test("has no key, and no copy that would show it", () => {
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(JSON.stringify([{ ...secret }, Object.assign({}, secret)])).toBe("[{},{}]");
  });

  test("is handed out on demand alone", () => {
    expect(secret.reveal()).toBe(VALUE);
  });
});

describe("redact", () => {
  test.each([
    ["in clear", VALUE],
    ["in a URL", encodeURIComponent(VALUE)],
    ["in a form", new URLSearchParams({ q: VALUE }).toString().slice(2)],
    ["in JSON", JSON.stringify(VALUE).slice(1, -1)],
    ["in base64", Buffer.from(VALUE).toString("base64")],
    ["in base64 without padding", Buffer.from(VALUE).toString("base64").replace(/=+$/, "")],
    ["in base64 for URLs", Buffer.from(VALUE).toString("base64url")],
  ])("takes a secret out %s, each time", (_, spelling) => {
    expect(redact(`a ${spelling} b ${spelling}`, [secret])).toBe("a [redacted] b [redacted]");
  });

  test("takes several secrets out, one within the other", () => {
    expect(redact("abc abcdef", [new Secret("abc"), new Secret("abcdef")])).not.toMatch(/abc|def/);
    expect(redact("abc abcdef", [new Secret("abcdef"), new Secret("abc")])).not.toMatch(/abc|def/);
  });

  test("an empty secret changes nothing", () => {
    expect(redact("text", [new Secret("")])).toBe("text");
  });

  const jwt = `eyJhbGciOiJIUzI1NiJ9.${"e30".repeat(5)}.c2lnbmF0dXJl-_`;
  const bundle = Buffer.from(JSON.stringify({ secrets: { "service-parameter": "x".repeat(60) } })).toString("base64");
  test.each([
    ["a licence token", "registry/tw_abc123def456/twistlock/defender:d", "registry/tw_[redacted]/twistlock/defender:d"],
    ["a token", `token ${jwt}!`, "token [redacted]!"],
    ["an install bundle", `INSTALL_BUNDLE=${bundle} end`, "INSTALL_BUNDLE=[redacted] end"],
    ["a bearer", "Authorization: Bearer abc.def-123~x", "Authorization: Bearer [redacted]"],
    ["credentials", "authorization: basic dXNlcjpwYXNz", "authorization: basic [redacted]"],
  ])("takes %s out by its shape alone", (_, text, shown) => {
    expect(redact(text)).toBe(shown);
    expect(redact(redact(text))).toBe(shown);
  });

  test.each(["tw_abc", "my_tw_abcdefgh", "a bearer of news", "basic auth", "eyJ", "Bearer is missing"])(
    "leaves %j as it is",
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );
});

describe("the spellings of a value", () => {
  test("begin with the longest, so that none is left half", () => {
    const lengths = spellings(VALUE).map(({ length }) => length);
    expect(lengths).toEqual([...lengths].sort((one, other) => other - one));
  });

  test("hold what HTML and lower-case URLs make of it", () => {
    expect(spellings(`p<s"w&'/`)).toEqual(expect.arrayContaining(["p&lt;s&quot;w&amp;&#39;/", "p%3cs%22w%26'%2f"]));
  });

  test("are only one for a plain word, but for base64", () => {
    expect(spellings("abc")).toEqual(["YWJj", "abc"]);
    expect(spellings("")).toEqual([]);
  });
});
