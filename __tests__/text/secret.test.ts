import { createHash } from "node:crypto";
import { inspect } from "node:util";

import fc from "fast-check";

import { finderOf, mask, Secret } from "../../lib/text/secret";

// A password with characters that every format escapes differently.
const VALUE = "p\"ä<s>&'w 漢/\n+😀\\%";
const BYTES = Buffer.from(VALUE);
const upper = (text: string) =>
  text.replace(/%..|\\u....|\\x../g, (code) => code.slice(0, 1) + code.slice(1).toUpperCase());
const perUnit = (spell: (unit: number) => string) =>
  VALUE.split("")
    .map((unit) => (/\w/.test(unit) ? unit : spell(unit.charCodeAt(0))))
    .join("");
const perCharacter = (spell: (code: number) => string) =>
  [...VALUE].map((character) => (/\w/.test(character) ? character : spell(character.codePointAt(0) ?? 0))).join("");
const html = (quote: string) =>
  VALUE.replace(/[&<>"']/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one] ?? quote);
const u = (unit: number) => `\\u${unit.toString(16).padStart(4, "0")}`;
const inJson = JSON.stringify(VALUE).slice(1, -1);

const SPELLINGS: Readonly<Record<string, string>> = {
  itself: VALUE,
  "in lower case": VALUE.toLowerCase(),
  "in upper case": VALUE.toUpperCase(),
  "of JSON": inJson,
  "of JSON within JSON": JSON.stringify(inJson).slice(1, -1),
  "of JSON within JSON within JSON": JSON.stringify(JSON.stringify(inJson)).slice(1, -1),
  "of Go's JSON, which escapes < > &": inJson.replace(/[<>&]/g, (one) => u(one.charCodeAt(0))),
  "of Python's JSON, which is ASCII": perUnit(u).replaceAll(u(10), "\\n"),
  "of upper-case JSON escapes": upper(perUnit(u)),
  "of PHP's JSON, which escapes slashes": inJson.replaceAll("/", "\\/"),
  "of a URL": encodeURIComponent(VALUE),
  "of a URL in lower case": encodeURIComponent(VALUE).toLowerCase(),
  "of a URL within a URL": encodeURIComponent(encodeURIComponent(VALUE)),
  "of a URL that escapes every byte": [...BYTES].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  "of a form": new URLSearchParams([["", VALUE]]).toString().slice(1),
  "of HTML": html("&#39;"),
  "of XML": html("&apos;"),
  "of HTML with decimal entities": perCharacter((code) => `&#${code};`),
  "of HTML with hexadecimal entities": perCharacter((code) => `&#x${code.toString(16)};`),
  "of HTML with zeros in its entities": perCharacter((code) => `&#000${code};`),
  "of HTML within HTML": html("&#39;").replaceAll("&", "&amp;"),
  "of C's bytes": [...BYTES].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(""),
  "of C's bytes in octal": [...BYTES].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join(""),
  "of JavaScript and Rust": perCharacter((code) => `\\u{${code.toString(16)}}`),
  "of Python": perCharacter((code) => `\\U${code.toString(16).padStart(8, "0")}`),
  "of a shell's single quotation marks": VALUE.replaceAll("'", "'\\''"),
  "of SQL": VALUE.replaceAll("'", "''"),
  "of CSV": VALUE.replaceAll('"', '""'),
  "of HTML with names for all it can": html("&apos;").replaceAll("ä", "&auml;").replaceAll("/", "&sol;"),
  "of HTML without semicolons": perCharacter((code) => `&#${code}`),
  decomposed: VALUE.normalize("NFD"),
  "of a shell": VALUE.replace(/[^\w\n]/gu, (one) => `\\${one}`),
  base64: BYTES.toString("base64"),
  "base64 without padding": BYTES.toString("base64").replace(/=+$/, ""),
  base64url: BYTES.toString("base64url"),
  "base64 of a pair that ends with it": Buffer.from(`user:${VALUE}`).toString("base64"),
  "base64 in the middle of a text": Buffer.from(`ab${VALUE}cd`).toString("base64"),
  "base64 within JSON that escapes slashes": BYTES.toString("base64").replaceAll("/", "\\/"),
  "base64 within a URL": encodeURIComponent(BYTES.toString("base64")),
  "base64 of its UTF-16": Buffer.from(VALUE, "utf16le").toString("base64"),
  "base64 of base64": Buffer.from(BYTES.toString("base64")).toString("base64"),
  hex: BYTES.toString("hex"),
  "hex of JSON": Buffer.from(inJson).toString("hex"),
  "base64 of JSON": Buffer.from(inJson).toString("base64"),
  "upper-case hex": BYTES.toString("hex").toUpperCase(),
};

test.each(Object.entries(SPELLINGS))("a secret is found and masked in its spelling %s", (_, spelling) => {
  const secret = new Secret(VALUE);
  expect(finderOf([secret]).isIn(`before ${spelling} behind`)).toBe(true);
  const masked = mask(`before ${spelling} behind`);
  expect(masked).toMatch(/^before \S*\[redacted\]\S* behind$/);
  expect(masked.length).toBeLessThan("before [redacted] behind".length + 14);
});

test("a secret is found in a mixture of spellings", () => {
  const secret = new Secret('a/b&c d"e');
  for (const text of ['a%2fb&amp;c+d\\"e', "A\\/b\\u0026c%20d&#34;e"]) expect(finderOf([secret]).isIn(text)).toBe(true);
});

const PASSWORD = "Sup3rSecret ünd-77xyz";
const perPart = (text: string, size: number, between: string) =>
  text.replace(new RegExp(`.{${size}}(?=.)`, "g"), `$&${between}`);

test.each([
  ["a line break", perPart(PASSWORD, 10, "\n")],
  ["spaces between all characters", perPart(PASSWORD, 1, "  ")],
  ["invisible characters", perPart(PASSWORD, 3, "\u200b\u2060\ufe0f")],
  ["noncharacters of Unicode", perPart(PASSWORD, 2, "\ufffe")],
  ["line breaks of JSON", perPart(PASSWORD, 4, "\\r\\n")],
  ["line breaks of a URL", perPart(PASSWORD, 4, "%0D%0A")],
  ["HTML's names of white space", perPart(PASSWORD, 4, "&nbsp;&#8203;")],
  ["spaces between the bytes of hex", perPart(Buffer.from(PASSWORD).toString("hex"), 2, " ")],
  ["line breaks in base64", perPart(Buffer.from(`user:${PASSWORD}`).toString("base64"), 12, "\r\n  ")],
])("a secret is masked whole with %s in it", (_, spelling) => {
  new Secret(PASSWORD);
  expect(mask(`before ${spelling}|behind`)).toMatch(
    /^before \S*\[redacted\]\s*(&#8203;|&nbsp;|%0[AD]|\\[rn])*\S{0,3}\|behind$/,
  );
});

test("a secret of less than eight characters is masked in base64 and hex, as a whole word", () => {
  new Secret("abc12X7");
  expect(mask("x YWJjMTJYNw== 61626331325837 aYWJjMTJYNw")).toBe("x [redacted]== [redacted] aYWJjMTJYNw");
});

test.each([
  "The Console denies this to TL_USER, and it needs the role Defender Manager or above.",
  "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prisma/install-bundle-AbCdEf",
  "111122223333.dkr.ecr.eu-west-1.amazonaws.com/network_two/between_words:1.2.3",
  "TW_CONTAINER_NAME=web TW_IMAGE_NAME=web DEFENDER_TYPE=fargate",
  "https://us-east1.cloud.twistlock.com/us-2-158254964/api/v34.04/defenders?limit=50&offset=0",
])("ordinary text stays readable beside secrets of all kinds: %s", (ordinary) => {
  for (const value of [VALUE, PASSWORD, "short1", `eyJ${"x1Y_".repeat(90)}`, "wJalrXUtnFEMI/K7MDENG/bPxRfiCY"])
    new Secret(value);
  expect(mask(ordinary)).toBe(ordinary);
});

test("a secret with Unicode's replacement character in it is found in a URL", () => {
  const secret = "  a \ufffd bc ";
  expect(finderOf([new Secret(secret)]).isIn(encodeURIComponent(secret))).toBe(true);
});

test("a secret that begins with Unicode's replacement character is found, also beside one that begins similarly", () => {
  for (const secret of ["ÿreplaced-1", "\ufffdreplaced-1"]) {
    new Secret(secret);
    expect(mask(`a ${secret} b`)).toBe("a [redacted] b");
  }
});

test("a secret that begins with the Kelvin sign, whose small letter is ASCII's, is found", () => {
  const secret = "\u212aelvin-password";
  for (const spelling of [secret, encodeURIComponent(secret), secret.normalize("NFC")]) {
    expect(finderOf([new Secret(secret)]).isIn(spelling)).toBe(true);
  }
});

const forHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

test.each([
  ["JSON in a URL", encodeURIComponent(JSON.stringify('Gr"ey\\Fox-2024'))],
  ["JSON in HTML", forHtml(JSON.stringify('Gr"ey\\Fox-2024'))],
  ["JSON in JSON in JSON in JSON", [1, 2, 3].reduce((text) => JSON.stringify(text), JSON.stringify('Gr"ey\\Fox-2024'))],
  ["JSON in JSON in a URL", encodeURIComponent(JSON.stringify(JSON.stringify('Gr"ey\\Fox-2024')))],
])("a secret with characters that JSON escapes is found in %s", (_, spelling) => {
  new Secret('Gr"ey\\Fox-2024');
  expect(mask(`a ${spelling} b`)).toMatch(/^a \S*\[redacted\]\S* b$/);
  expect(mask(spelling)).not.toContain("Fox-2024");
});

test("the password in an address is masked by its shape", () => {
  const text = "got http://robot:R0b0t%2FPass@auth.example.com:8083/token?a=b@c, not https://example.com:443/x@y";
  expect(mask(text)).toBe(text.replace("R0b0t%2FPass", "[redacted]"));
});

test.each(["o'Neil-2024pass", "'tis-2024pass", 'o"Neil-2024pass'])(
  "a secret quoted for a shell is found: %s",
  (secret) => {
    new Secret(secret);
    const quoted = `'${secret.replaceAll("'", `'"'"'`)}'`;
    expect(mask(quoted)).toMatch(/^['"]*\[redacted\]'$/);
  },
);

test("any secret of eight characters or more is found in any text", () => {
  const value = fc
    .string({ unit: "grapheme", minLength: 8, maxLength: 40 })
    .filter((text) => text.replace(/\s/g, "").length >= 8);
  fc.assert(
    fc.property(value, fc.string(), fc.string(), (secret, before, behind) => {
      const json = JSON.stringify(secret);
      const spellings = [secret, json, encodeURIComponent(secret), forHtml(secret)];
      // A control character's escape that is escaped again isn't recognized.
      if (!/\\[nrtbfu]/.test(json)) spellings.push(encodeURIComponent(json), forHtml(json));
      for (const spelling of spellings) {
        expect(finderOf([new Secret(secret)]).isIn(before + spelling + behind)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test.each(["another password", "p&quot;ä", "", "%", "\\", "\\u00", "&#;", "&#99999999;", "%e6%bc", "\\ud83d", "+"])(
  "a text without the secret stays as it is: %j",
  (text) => {
    expect(finderOf([new Secret(VALUE)]).isIn(text)).toBe(false);
    expect(mask(text)).toBe(text);
  },
);

test("a secret of less than four characters is not masked, and does not keep others from being masked", () => {
  const secrets = [new Secret("a"), new Secret("xyz"), new Secret("a longer secret")];
  expect(mask("a task as xyz has a longer secret")).toBe("a task as xyz has [redacted]");
  expect(finderOf(secrets.slice(0, 2)).isIn("a xyz")).toBe(false);
});

test("a secret of four to seven characters counts as a whole word only", () => {
  new Secret("shop");
  expect(mask('workshop, shops, "shop", shop')).toBe('workshop, shops, "[redacted]", [redacted]');
});

test("if one secret is part of another, the whole is masked", () => {
  for (const value of ["secret-part", "the secret-part of a whole", "redacted"]) new Secret(value);
  expect(mask("x the secret-part of a whole x secret-part x")).toBe("x [redacted] x [redacted] x");
});

test("secrets that overlap in the text become one mark", () => {
  for (const value of ["abcdefgh-ijkl", "ijkl-mnopqrst"]) new Secret(value);
  expect(mask("<abcdefgh-ijkl-mnopqrst>")).toBe("<[redacted]>");
});

test("a long secret is masked with all that follows its beginning, cut off or not", () => {
  const bundle = Buffer.from(JSON.stringify({ z: "w".repeat(400), y: "?>~" }))
    .toString("base64")
    .slice(5);
  const secret = new Secret(bundle);
  for (const text of [bundle, bundle.slice(0, -50), encodeURIComponent(bundle), `${bundle}behind`])
    expect(mask(`(${text})`)).toBe("([redacted])");
  expect(finderOf([secret]).isIn(Buffer.from(bundle).toString("base64"))).toBe(true);
});

const LONG = ["a", "b", "c", "d", "e", "f"]
  .map((part) => createHash("sha512").update(part).digest("base64").slice(0, 80))
  .join("");

test("any part of 192 characters of a long secret is masked whole, also in lines", () => {
  new Secret(LONG);
  for (let start = 0; start + 192 < LONG.length; start += 7) {
    const part = LONG.slice(start, start + 192);
    expect(mask(`got (${part}).`)).toBe("got ([redacted]).");
    expect(mask(`got (${perPart(part, 76, "\r\n")}).`)).toBe("got ([redacted]).");
  }
});

test("a long secret in lines is masked to its end, and what follows it stays", () => {
  new Secret(LONG);
  expect(mask(`got\n${perPart(LONG, 60, "\n")} and more`)).toBe("got\n[redacted] and more");
});

test.each([
  ["r%2Ftw_abc123def456%2Fx", "r%2Ftw_[redacted]%2Fx"],
  ["r\\u002ftw_abc123def456", "r\\u002ftw_[redacted]"],
  ["x\\ntw_abc123def456", "x\\ntw_[redacted]"],
  ["user_tw_abc123def456", "user_tw_[redacted]"],
  ["R/TW_ABC123DEF456/X", "R/tw_[redacted]/X"],
  ["r/tw%5Fabc123def456/x", "r/tw_[redacted]/x"],
])("a licence token is masked behind whatever comes before it: %s", (text, masked) => {
  expect(mask(text)).toBe(masked);
});

const BEGINNINGS = ['{"a":"', '{ "a":"', '{  "a":"', '{\n"a":"', '{\n  "a":"', '{\n\t"a":"', '{\r\n"a":"', '{\t"a":"'];

test.each([
  ["a licence token", "registry/tw_abc123def456/twistlock/defender:d", "registry/tw_[redacted]/twistlock/defender:d"],
  ["a JSON Web Token", "got eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.sig-nature.", "got [redacted]."],
  ["a JSON Web Token with all signs", "eyJ-_hbGciOiJ.eyJ-_pc3Mi.s-_1", "[redacted]"],
  ["a licence token without digits", "registry/tw_abcdefghij/twistlock/d", "registry/tw_[redacted]/twistlock/d"],
  ["a licence token alone, without digits", "tw_abcdefghijklmnopqrst", "tw_[redacted]"],
  ["a licence token of six characters", "tw_AbCd12", "tw_[redacted]"],
  ["a licence token alone, of sixteen letters", "tw_abcdefghijklMNOP", "tw_[redacted]"],
  ["an authorization", "Bearer abcdefgh1234", "Bearer [redacted]"],
  ["an authorization behind several spaces", "BEARER   abcdefgh1234", "BEARER [redacted]"],
  ["an authorization with all signs of a token", "Basic a.b~c-d_e1", "Basic [redacted]"],
  ["an authorization with all signs of base64", "basic dTpwL3/+d==", "basic [redacted]"],
  ["a password of one character in an address", "http://u:p@host", "http://u:[redacted]@host"],
  ["a password without a user in an address", "redis://:s3cret@host", "redis://:[redacted]@host"],
  ["a password that begins like the example's", "http://u:password1@host", "http://u:[redacted]@host"],
  ["an authorization in small letters", "authorization: bearer abcdefgh1234", "authorization: bearer [redacted]"],
  ["an authorization of letters alone", "BASIC abcdefghijklmnopqrst", "BASIC [redacted]"],
  ...BEGINNINGS.map((beginning): [string, string, string] => {
    const bundle = Buffer.from(`${beginning}${"x".repeat(90)}"}`).toString("base64");
    return [`base64 of a JSON object, ${JSON.stringify(beginning)}`, `got ${bundle}.`, "got [redacted]."];
  }),
])("%s is masked by its shape, without its value being known", (_, text, masked) => {
  expect(mask(text)).toBe(masked);
});

test.each<[string, BufferEncoding]>([
  ["base64", "base64"],
  ["base64 for URLs", "base64url"],
])("an object in %s is masked to its end, whatever it holds", (_, encoding) => {
  const signs = Buffer.from(JSON.stringify({ a: "ÿ>?ÿ?>".repeat(20) })).toString(encoding);
  expect(signs).toMatch(encoding === "base64" ? /\+.*\// : /-.*_/);
  expect(mask(`got ${signs}.`)).toBe("got [redacted].");
});

test.each([
  "registry/tw_abc123def456/twistlock/d",
  "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.signature",
  Buffer.from(JSON.stringify({ a: "x".repeat(90) })).toString("base64"),
  "http://user:s3cret@host",
  "Bearer abcdefgh1234",
])("each of several secrets of the same shape is masked: %s", (text) => {
  expect(mask(`${text} ${text}`)).toBe(`${mask(text)} ${mask(text)}`);
  expect(mask(text)).not.toBe(text);
});

test("ten thousand secrets are masked like one", () => {
  const values = Array.from({ length: 10_000 }, (_, index) => `eyJ${index}-${"value".repeat(60)}`);
  for (const value of values) new Secret(value);
  expect(mask(`x ${values[9_999]} x`)).toBe("x [redacted] x");
  expect(mask("nothing of them")).toBe("nothing of them");
});

test("any of many secrets that begin alike is masked in any spelling", () => {
  const finder = finderOf(Array.from({ length: 100 }, (_, index) => new Secret(`\\\\éé-"like-${index}-it"`)));
  for (const value of [
    '\\\\éé-"like-77-it"',
    '%5c\\\\&eacute;é-\\"like\\u002d77 -it"',
    "%5C%5c&eacute;&eacute;%2d&quot;like-7&#55;-it%22",
  ]) {
    expect(finder.isIn(`<${value}>`)).toBe(true);
    expect(finder.isIn(`<${value.replace("7", "x")}>`)).toBe(false);
  }
});

test("a Secret does not show its value in text, JSON or inspect", () => {
  const secret = new Secret("not to be seen");
  const shown = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }, { depth: 9, showHidden: true })];
  for (const text of shown) {
    expect(text).toContain("[redacted]");
    expect(text).not.toContain("not to be seen");
  }
  expect(secret.reveal()).toBe("not to be seen");
});

test("a percent sign in a secret is found in a URL, whatever follows it", () => {
  const secret = new Secret("100 %battery %25%ab");
  for (const spelling of [
    encodeURIComponent("100 %battery %25%ab"),
    encodeURIComponent(encodeURIComponent("100 %battery %25%ab")),
  ]) {
    expect(finderOf([secret]).isIn(spelling)).toBe(true);
    expect(mask(`<${spelling}>`)).toBe("<[redacted]>");
  }
});

test.each([
  "aws_subnet.btw_service",
  "aws_subnet.btw_serviceaccounts",
  "http://user:password@proxy.example.com:3128",
  "aws_nat_gateway.gtw_private12",
  "TW_CONTAINER_NAME",
  "tw_orders",
  "tw_orders/task.json",
  "Basic monitoring only",
])("a text that only looks a little like a secret stays: %s", (name) => {
  expect(mask(`${name} is there.`)).toBe(`${name} is there.`);
});
