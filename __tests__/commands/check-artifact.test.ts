import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

import { checkArtifact } from "../../lib/commands/check-artifact";
import { synth } from "../../lib/commands/synth";
import { pathsOf } from "../../lib/stack/output-paths";
import { startLocalConsole } from "../../local-console/server";
import { variablesFor } from "../entry";
import { invoke } from "./invoke";

const { secretFile: SECRET_FILE } = pathsOf("prisma-runtime-defense");

const PASSWORD = 'pa"ss wörd/+&';
const BUNDLE = Buffer.from(JSON.stringify({ apiKey: "ÿ>?".repeat(20), customerID: "c" })).toString("base64");
const tokenFrom = (issuer: string) =>
  ['{"alg":"HS256"}', `{"iss":"${issuer}"}`, "signature"].map((part) =>
    Buffer.from(part.padEnd(12)).toString("base64url"),
  );
const JWT = tokenFrom("twistlock");

const LONG = "a".repeat(300);

const base64 = (content: string | Buffer) => Buffer.from(content).toString("base64");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "artifact-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const check = (environment: Record<string, string> = {}) =>
  invoke(checkArtifact, [folder], { CDKTF_OUTDIR: join(folder, "../none"), ...environment });

test("a clean folder passes, and the number of files is printed", async () => {
  write("manifest.json", "{}");
  write("runtime-defense.md", "registry-auth.twistlock.com/tw_[redacted]/twistlock/defender:defender_34_04_145");
  const image = "registry-auth.twistlock.com/tw_abcdefghij/twistlock/defender:defender_34_04_145";
  write("stacks/a/cdk.tf.json", JSON.stringify({ resource: { aws_ecs_cluster: { cluster: { name: image } } } }));
  expect(await check({ TL_PASS: PASSWORD, TF_VAR_install_bundle: BUNDLE })).toEqual({
    status: 0,
    problems: [],
    stdout: `3 files in ${folder} hold no secret.\n`,
    stderr: "",
  });
});

test("of more than 50 problems the others are counted", async () => {
  for (let number = 0; number < 60; number++) write(`notes-${number}.txt`, "");
  const { problems } = await check();
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toBe("10 more problems.");
});

function wide(value: string): Buffer {
  const units = Uint32Array.from(value, (character) => character.codePointAt(0) ?? 0);
  return Buffer.from(units.buffer);
}

const SPELLINGS: readonly [string, (value: string) => string | Buffer][] = [
  ["in clear", (value) => `a ${value} b`],
  ["as part of a word", (value) => `a${value}b`],
  ["URL-encoded", (value) => `https://x.example/?q=${encodeURIComponent(value)}&r`],
  ["as a form", (value) => String(new URLSearchParams({ q: value }))],
  ["JSON-escaped", (value) => JSON.stringify({ value })],
  ["in base64", (value) => Buffer.from(value).toString("base64")],
  ["in base64 for URLs", (value) => Buffer.from(value).toString("base64url")],
  ["in UTF-16", (value) => Buffer.from(`\ufeff${value}`, "utf16le")],
  ["in UTF-16, at an odd place", (value) => Buffer.concat([Buffer.from("x"), Buffer.from(value, "utf16le")])],
  ["in UTF-16 of the other byte order", (value) => Buffer.from(value, "utf16le").swap16()],
  ["in UTF-32", wide],
  ["among bytes that are not text", (value) => Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(value)])],
];

test.each(
  SPELLINGS.flatMap(([how, spell]) => [
    ["the password", how, spell, PASSWORD, "TL_PASS"] as const,
    ["the install bundle", how, spell, BUNDLE, "TF_VAR_install_bundle"] as const,
    ["the install bundle", `${how}, given by INSTALL_BUNDLE`, spell, BUNDLE, "INSTALL_BUNDLE"] as const,
  ]),
)("%s %s is found", async (what, _, spell, value, variable) => {
  write("deep/er/file.txt", spell(value));
  const { problems, stdout } = await check({ [variable]: value });
  expect(problems[0]).toBe(`deep/er/file.txt holds ${what}: it must not be published.`);
  expect(problems.join() + stdout).not.toContain(value);
});

test.each([
  ["", (units: Buffer) => units],
  [" of the other byte order", (units: Buffer) => units.swap16()],
])("a password of other than Latin letters is found in UTF-16%s, at an even and at an odd place", async (_, order) => {
  const units = () => order(Buffer.from("пароль-ключ", "utf16le"));
  write("even", units());
  write("odd", Buffer.concat([Buffer.from("x"), units()]));
  expect((await check({ TL_PASS: "пароль-ключ" })).problems).toEqual(
    expect.arrayContaining(["even", "odd"].map((file) => `${file} holds the password: it must not be published.`)),
  );
});

test.each([
  ["the AWS secret access key", "AWS_SECRET_ACCESS_KEY"],
  ["the AWS session token", "AWS_SESSION_TOKEN"],
  ["the token for AWS' credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN"],
])("%s from the environment is found", async (what, variable) => {
  const value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  write("stacks/a/cdk.tf.json", JSON.stringify({ output: { a: { value } } }));
  write("runtime-defense.md", base64(`x${value}`));
  expect((await check({ [variable]: value })).problems).toEqual([
    `runtime-defense.md holds ${what}: it must not be published.`,
    `stacks/a/cdk.tf.json holds ${what}: it must not be published.`,
  ]);
});

test("an invalid install bundle isn't searched for in decoded form, which any bytes could match", async () => {
  write("runtime-defense.md", `A report. ${Buffer.alloc(30, 0x80).toString("base64")}`);
  const bundle = Buffer.alloc(9, 0xff).toString("base64");
  expect((await check({ TF_VAR_install_bundle: bundle })).problems).toEqual([]);
});

test("a proxy's password from the environment is found", async () => {
  write("manifest.json", JSON.stringify({ value: "p4ss?wrd" }));
  expect((await check({ HTTPS_PROXY: "http://user:p4ss%3Fwrd@proxy.example.com" })).problems).toEqual([
    "manifest.json holds the password of a proxy: it must not be published.",
  ]);
});

test("the install bundle is also read from this machine's own output", async () => {
  write(SECRET_FILE, JSON.stringify({ install_bundle: "c2hvcnQ=" }));
  write("artifact/log.txt", "it said c2hvcnQ= then");
  const { problems } = await invoke(checkArtifact, [join(folder, "artifact")], { CDKTF_OUTDIR: folder });
  expect(problems).toEqual(["log.txt holds the install bundle: it must not be published."]);
});

test.each(['{"install_bundle":"c2hvcnQ=', '{"install_bundle":c2hvcnQ=}', "{}", "[]", ""])(
  "an output that is not as synth wrote it is refused, and not quoted: %s",
  async (content) => {
    write(SECRET_FILE, content);
    write("artifact/log.txt", "text");
    const { problems } = await invoke(checkArtifact, [join(folder, "artifact")], { CDKTF_OUTDIR: folder });
    expect(problems).toEqual([`${join(folder, SECRET_FILE)} is not as synth wrote it. Synthesize again.`]);
  },
);

test.each([
  ["an install bundle", BUNDLE],
  ["an install bundle", JSON.stringify({ environment: [{ name: "INSTALL_BUNDLE", value: BUNDLE }] })],
  ["an install bundle", Buffer.from(BUNDLE, "utf16le")],
  ["an install bundle", Buffer.from(BUNDLE, "utf16le").swap16()],
  ["an install bundle", base64('{"secrets":{"service-parameter":"x"},"customerID":"c"}')],
  ["an install bundle", base64('{"secrets":{"service-parameter":"x"},"apiKey":"y"}')],
  ["an install bundle", "{'apiKey' : 'made up', 'customerID' : 'made up'}"],
  ["a token of a Console", `Authorization: Bearer ${JWT.join(".")}`],
  ["a token of a Console", tokenFrom(`${LONG} Prisma Cloud`).join(".")],
  ["a private key", "-----BEGIN PRIVATE KEY-----\nabc"],
  ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nabc"],
  ["a private key", "-----BEGIN%20RSA%20PRIVATE%20KEY-----%0Aabc"],
  ["a private key", "-----BEGIN+RSA+PRIVATE+KEY-----%0Aabc"],
  ["a private key", "\\u002d----BEGIN RSA PRIVATE KEY----\\u002d\\nabc"],
  ["a private key", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc"],
  ["a private key", "PuTTY-User-Key-File-3: ssh-ed25519"],
  ["a token of a Console", `Bearer ${JWT.join("%2E")}`],
  ["a licence token", "https://registry-auth.twistlock.com/tw%5Fabcdefghij1234567890"],
  ["a licence token", "registry-auth.twistlock.com/tw&#95;abcdefghij1234567890/"],
  ["a licence token", "TW_abcdefghij1234567890 x"],
  ["a licence token", "x_tw_abcdefghij1234567890"],
  ["a licence token", "registry-auth.twistlock.com/tw_abcdefghij/twistlock/defender"],
])("%s is found by its shape alone (case %#)", async (what, content) => {
  write("file", content);
  expect((await check()).problems).toEqual([`file holds ${what}: it must not be published.`]);
});

const lines = (text: string) => text.replace(/.{64}/g, "$&\n");
const hex = (text: string) => Buffer.from(text).toString("hex");
const raw = (text: string) => Buffer.from(text, "base64");

/** Adds optional fields to the gzip header. The program gzip adds the file's name, flag 8. */
function withFields(flags: number, fields: string, gzip: Buffer): Buffer {
  const header = Buffer.from(gzip.subarray(0, 10));
  header[3] = flags;
  return Buffer.concat([header, Buffer.from(fields, "latin1"), gzip.subarray(10)]);
}

const NAME = "bundle.txt\0";
// An extra field of 258 bytes, a name, a comment, and the header's checksum.
const ALL_FIELDS = `\x02\x01${"\0".repeat(258)}${NAME}a comment\0\xff\xff`;

const DISGUISES: readonly [string, (bundle: string) => string | Buffer][] = [
  ["wrapped in lines", lines],
  ["wrapped in lines that JSON escapes", (bundle) => JSON.stringify(lines(bundle))],
  ["wrapped in lines with carriage returns", (bundle) => lines(bundle).replaceAll("\n", "\r\n")],
  ["base64 of itself", base64],
  ["base64 of base64 of itself", (bundle) => base64(base64(bundle))],
  ["base64 of itself, wrapped in lines", (bundle) => lines(base64(bundle))],
  ["base64 of itself in UTF-16", (bundle) => Buffer.from(bundle, "utf16le").toString("base64")],
  ["in hex", hex],
  ["in upper case hex, in lines", (bundle) => lines(hex(bundle).toUpperCase())],
  ["in hex of base64", (bundle) => hex(base64(bundle))],
  ["decoded", (bundle) => Buffer.from(bundle, "base64").toString()],
  ["decoded, as a string of JSON", (bundle) => JSON.stringify(Buffer.from(bundle, "base64").toString())],
  ["decoded, in hex", (bundle) => Buffer.from(bundle, "base64").toString("hex")],
  ["compressed by gzip, in base64", (bundle) => gzipSync(bundle).toString("base64")],
  ["compressed by gzip with a name, in base64", (bundle) => base64(withFields(8, NAME, gzipSync(bundle)))],
  [
    "compressed by gzip with every field in the header, in base64",
    (bundle) => base64(withFields(30, ALL_FIELDS, gzipSync(bundle))),
  ],
  ["compressed by zlib, in base64", (bundle) => deflateSync(bundle).toString("base64")],
  ["compressed by zlib, in hex of base64", (bundle) => hex(deflateSync(bundle).toString("base64"))],
  ["compressed by gzip", (bundle) => gzipSync(bundle)],
  [
    "compressed by gzip behind other bytes, in base64",
    (bundle) => base64(Buffer.concat([raw("abcd"), gzipSync(bundle)])),
  ],
  ["behind a character of its own alphabet", (bundle) => `/${bundle}`],
  ["behind two characters of its own alphabet", (bundle) => `k/${bundle}`],
  ["behind three characters of its own alphabet", (bundle) => `id/${bundle}`],
  ["behind four characters of its own alphabet", (bundle) => `key/${bundle}`],
  ["in hex behind an odd number of digits", (bundle) => `abc${hex(bundle)}`],
  [
    "in the second of two streams of gzip, in base64",
    (bundle) => base64(Buffer.concat([gzipSync("hello"), gzipSync(bundle)])),
  ],
  ["compressed twice, in base64", (bundle) => base64(gzipSync(deflateSync(bundle)))],
  ["compressed three times, in base64", (bundle) => base64(gzipSync(gzipSync(gzipSync(bundle))))],
  [
    "compressed behind bytes that only begin like gzip, in base64",
    (bundle) => base64(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), gzipSync(bundle)])),
  ],
  // Each has a header of its own.
  ...[1, 2, 6, 9].map((level): [string, (bundle: string) => string] => [
    `compressed by zlib at level ${level} behind other bytes, in base64`,
    (bundle) => base64(Buffer.concat([raw("iVBORw0KGgoAAAAN"), deflateSync(bundle, { level })])),
  ]),
  [
    "in the second of two streams of zlib, in base64",
    (bundle) => base64(Buffer.concat([deflateSync("hello"), deflateSync(bundle)])),
  ],
  ["compressed by zlib, in a path", (bundle) => `https://host/svg/${deflateSync(bundle).toString("base64url")}`],
  ["compressed by zlib, in hex behind other digits", (bundle) => `abcd${deflateSync(bundle).toString("hex")}`],
  ["compressed, in base64 in a URL", (bundle) => encodeURIComponent(base64(gzipSync(bundle)))],
  ["compressed, in base64 that JSON escapes", (bundle) => base64(gzipSync(bundle)).replaceAll("/", "\\/")],
  [
    "compressed, in base64 with escapes of JSON",
    (bundle) => base64(gzipSync(bundle)).replaceAll("+", "\\u002b").replaceAll("/", "\\u002F"),
  ],
  [
    "compressed, in base64 that HTML escapes",
    (bundle) => base64(gzipSync(bundle)).replaceAll("+", "&#43;").replaceAll("/", "&#x2F;"),
  ],
  [
    "compressed, in base64 in a URL of a URL",
    (bundle) => encodeURIComponent(encodeURIComponent(base64(gzipSync(bundle)))),
  ],
  ["compressed, in lines of base64 in a URL", (bundle) => encodeURIComponent(lines(base64(gzipSync(bundle))))],
  ["decoded, in HTML", (bundle) => raw(bundle).toString().replaceAll('"', "&quot;")],
  ["decoded, in a URL", (bundle) => encodeURIComponent(raw(bundle).toString())],
  ["decoded, with escapes of JSON", (bundle) => raw(bundle).toString().replaceAll('"', "\\u0022")],
  ["decoded, with escapes of JavaScript", (bundle) => raw(bundle).toString().replaceAll('"', "\\x22")],
];

test.each(
  DISGUISES.flatMap(([how, disguise]) => [
    [how, "by its shape alone", disguise, {}] as const,
    [how, "by its value", disguise, { TF_VAR_install_bundle: BUNDLE }] as const,
  ]),
)("an install bundle %s is found %s", async (_, how, disguise, environment) => {
  write("manifest.json", JSON.stringify({ before: "é → x" }));
  write(
    "runtime-defense.md",
    Buffer.concat([Buffer.from("text: "), Buffer.from(disguise(BUNDLE)), Buffer.from(" ...")]),
  );
  const { problems } = await check(environment);
  const what = how === "by its value" ? "the install bundle" : "an install bundle";
  expect(problems).toContain(`runtime-defense.md holds ${what}: it must not be published.`);
});

test.each([
  ["base64 of base64", (value: string) => base64(base64(value))],
  ["base64 of base64 of base64", (value: string) => base64(base64(base64(value)))],
  ["hex of base64", (value: string) => hex(base64(value))],
  ["hex of hex", (value: string) => hex(hex(value))],
  ["base64 of hex", (value: string) => base64(hex(value))],
  ["hex of base64 for URLs", (value: string) => hex(Buffer.from(value).toString("base64url"))],
  ["base64 of gzip", (value: string) => base64(gzipSync(value))],
  ["base64 of UTF-16", (value: string) => base64(Buffer.from(value, "utf16le"))],
  ["base64 of UTF-32", (value: string) => base64(wide(value))],
])("a password of eight characters is found in %s", async (_, encode) => {
  write("manifest.json", JSON.stringify({ value: `${encode("p4ss?wrd")} x` }));
  expect((await check({ TL_PASS: "p4ss?wrd" })).problems).toEqual([
    "manifest.json holds the password: it must not be published.",
  ]);
});

test.each([
  ["gzip", base64(gzipSync("some configuration"))],
  ["zlib", base64(deflateSync("some configuration"))],
  ["bytes that only begin like gzip", base64(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))],
])("compressed content without a secret passes: %s", async (_, value) => {
  write("manifest.json", JSON.stringify({ value }));
  expect((await check({ TL_PASS: PASSWORD })).problems).toEqual([]);
});

test.each([
  ["zip", "504b030414000000080000000000"],
  ["xz", "fd377a585a000004e6d6b4460200"],
  ["zstd", "28b52ffd2408410000616263646566"],
  ["bzip2", "425a68393141592653590000000000"],
  ["7z", "377abcaf271c00040000000000000000"],
  ["bzip2 with the smallest block size", "425a6831314159265359000000000000"],
  ["rar", "526172211a0701003392b5e50a010506"],
  ["a zip within a tar", `${"61".repeat(512)}504b030414000000080000000000`],
  ["zip behind other base64", `${"00".repeat(9)}504b030414000000080000000000`],
  ["zip, compressed by gzip", gzipSync(Buffer.from("504b030414000000080000000000", "hex")).toString("hex")],
  ["gzip of 2 MiB", gzipSync(Buffer.alloc(2 ** 21)).toString("hex")],
  ["gzip, five times", [1, 2, 3, 4, 5].reduce((content) => gzipSync(content), Buffer.from("x")).toString("hex")],
  ["a thousand streams of gzip", Buffer.concat(Array(1000).fill(gzipSync("x"))).toString("hex")],
  [
    "20 streams of gzip of 1 MiB each",
    Buffer.concat([...Array(20).fill(gzipSync(Buffer.alloc(2 ** 20))), Buffer.alloc(12_000)]).toString("hex"),
  ],
])("an archive in base64 is recognized, too: %s", async (_, archive) => {
  write("manifest.json", JSON.stringify({ value: Buffer.from(archive, "hex").toString("base64") }));
  expect((await check()).problems).toEqual([
    "manifest.json holds an archive, which can't be looked into: it must not be published.",
  ]);
});

test.each([
  ["bytes that are not UTF-8", Buffer.from([0x61, 0xff])],
  ["brotli", brotliCompressSync("made up")],
  ["a zero", "a\0b"],
  ["an escape character", "a\u001b[2Jb"],
])("content that is not plain text is refused: %s", async (_, content) => {
  write("runtime-defense.md", content);
  expect((await check()).problems).toEqual([
    "runtime-defense.md holds bytes that are not plain text in UTF-8: it must not be published.",
  ]);
});

test("a secret at the end of a mebibyte of compressed base64 is found", async () => {
  const noise = Array.from({ length: 13_000 }, (_, index) => createHash("sha512").update(`${index}`).digest());
  const numbers = Array.from({ length: 2_000 }, (_, index) => index).join("\n");
  const packed = base64(gzipSync(Buffer.concat([...noise, Buffer.from(`${numbers}${PASSWORD} ${PASSWORD}`)])));
  expect(packed.length).toBeGreaterThan(1024 * 1024);
  write("manifest.json", JSON.stringify({ value: packed }));
  expect((await check({ TL_PASS: PASSWORD })).problems).toEqual([
    "manifest.json holds the password: it must not be published.",
  ]);
});

test("a file that is larger than any output isn't read", async () => {
  write("manifest.json", "");
  truncateSync(join(folder, "manifest.json"), 2 ** 31 + 1);
  expect((await check()).problems).toEqual([
    `${folder}/manifest.json can't be read (larger than 128 MiB). Check it and its permissions, or synthesize again.`,
  ]);
});

test("one key of a bundle's JSON isn't reported as a bundle: a label or a log option may have that name", async () => {
  write("manifest.json", '{"options":{"apiKey":"x"}} {\\"apiKey\\":\\"y\\"}');
  expect((await check()).problems).toEqual([]);
});

test("long text of almost-tokens or almost-bundles is checked without a timeout", async () => {
  write("manifest.json", "eyJ".repeat(100_000));
  write("runtime-defense.md", "eyJhbGciOi.".repeat(30_000));
  write("runtime-defense.json", "ab".repeat(2_000_000));
  write("stacks/a/.terraform.lock.hcl", `${" ".repeat(1_000_000)}${"\\".repeat(100_000)}`);
  expect((await check({ TL_PASS: PASSWORD, TF_VAR_install_bundle: BUNDLE })).problems).toEqual([]);
});

test.each([
  ["a.auto.tfvars.json", "values of Terraform variables"],
  ["terraform.tfvars", "values of Terraform variables"],
  ["terraform.tfstate", "Terraform's state"],
  ["terraform.tfstate.backup", "Terraform's state"],
  ["terraform.tfstate.1700000000.backup", "Terraform's state"],
  ["cdk.tf.json", "a stack outside of stacks/NAME (the folder must be the whole output, such as cdktf.out)"],
  ["x/stacks/a/cdk.tf.json", "a stack outside of stacks/NAME (the folder must be the whole output, such as cdktf.out)"],
  ["zz_override.tf.json", "content that Terraform would also read"],
  ["x.tofu", "content that Terraform would also read"],
  ["x.tofu.json", "content that Terraform would also read"],
  ["b_override.tf", "content that Terraform would also read"],
  ["a.zip", "an archive, which can't be looked into"],
  ["a.tar.gz", "an archive, which can't be looked into"],
  ["a.tgz", "an archive, which can't be looked into"],
])("%s is refused by its name, whatever it holds", async (name, what) => {
  write(name, "");
  expect((await check()).problems).toEqual([`${name} holds ${what}: it must not be published.`]);
});

test.each([
  ["zip, as a saved plan is", Buffer.from("PK\u0003\u0004abc")],
  ["xz", Buffer.from("fd377a585a000004", "hex")],
])("an archive is recognized by its content: %s", async (_, content) => {
  write("tfplan", content);
  expect((await check()).problems).toEqual([
    "tfplan holds an archive, which can't be looked into: it must not be published.",
  ]);
});

test("an archive that its name and its content show is one problem", async () => {
  write("plan.zip", "PK\u0003\u0004abc");
  expect((await check()).problems).toEqual([
    "plan.zip holds an archive, which can't be looked into: it must not be published.",
  ]);
});

test.each([
  ["a link to a file", () => symlinkSync("/etc/hostname", join(folder, "link"))],
  ["a link to a folder", () => symlinkSync("/tmp", join(folder, "link"))],
  ["a link to nothing", () => symlinkSync("/nothing", join(folder, "link"))],
  ["a pipe", () => execFileSync("mkfifo", [join(folder, "link")])],
])("%s is refused, since publishing could follow it", async (_, make) => {
  make();
  expect((await check()).problems).toEqual(["link holds something that is not a file: it must not be published."]);
});

test("every file with a secret is named at once", async () => {
  write("b", BUNDLE);
  write("a", PASSWORD);
  write("c.tfvars", "");
  expect((await check({ TL_PASS: PASSWORD })).problems).toHaveLength(3);
});

test("a variable that a pipeline left unexpanded is not a secret", async () => {
  write("manifest.json", "$(TL_PASS)");
  expect((await check({ TL_PASS: "$(TL_PASS)" })).problems).toEqual([]);
});

test("a password that only begins like an unexpanded variable is searched for", async () => {
  write("a", "x $(s3cr3t x");
  expect((await check({ TL_PASS: "$(s3cr3t" })).problems).toEqual(["a holds the password: it must not be published."]);
});

test("an empty folder is refused", async () => {
  expect((await check()).problems).toEqual([`${folder} is empty: there is nothing to publish.`]);
});

test("an empty folder in it is refused", async () => {
  write("manifest.json", "{}");
  mkdirSync(join(folder, "stacks/a/b"), { recursive: true });
  expect((await check()).problems).toEqual(["stacks/a/b holds no file: it must not be published."]);
});

test.each([
  ["the folder of a stack", "stacks/p4ss-wrd/cdk.tf.json", "p4ss-wrd", "stacks/[redacted]"],
  ["a file", "x/p4ss-wrd.txt", "p4ss-wrd", "x/[redacted].txt"],
  ["two folders", "x/s3cret/pw/file", "s3cret/pw", "x/[redacted]"],
])("a secret in the name of %s is found, and reported once", async (_, path, password, shown) => {
  write(path, "{}");
  const { problems } = await check({ TL_PASS: password });
  const ofNames = problems.filter((problem) => problem.includes("in its name"));
  expect(ofNames).toEqual([`${shown} holds the password in its name: it must not be published.`]);
  expect(problems.join()).not.toContain(password);
});

test.each([
  [[], "check-artifact takes FOLDER, got nothing. Usage: npm run check-artifact -- FOLDER [--equals FOLDER]."],
  [["a", "b"], "check-artifact takes FOLDER, got a b. Usage: npm run check-artifact -- FOLDER [--equals FOLDER]."],
  [[LONG], `${LONG} can't be read (ENAMETOOLONG). Check it and its permissions, or synthesize again.`],
  [["/nothing"], "/nothing is not a folder. Name a folder such as cdktf.out."],
  [[__filename], `${__filename} is not a folder. Name a folder such as cdktf.out.`],
])("the arguments %j are refused", async (args, problem) => {
  expect((await invoke(checkArtifact, args)).problems).toEqual([problem]);
});

test("synth's output passes without the install bundle's file, and is refused with it", async () => {
  const local = await startLocalConsole({ installBundle: BUNDLE });
  const environment = { ...variablesFor(local), CDKTF_OUTDIR: folder };
  const { problems } = await invoke(synth, [], environment).finally(() => local.close());
  expect(problems).toEqual([]);
  expect(readFileSync(join(folder, "stacks/prisma-runtime-defense/cdk.tf.json"), "utf8")).toMatch(/\/tw_\w+\//);
  expect((await invoke(checkArtifact, [folder], environment)).problems).toEqual(
    ["the install bundle", "an install bundle", "values of Terraform variables"].map(
      (what) => `${SECRET_FILE} holds ${what}: it must not be published.`,
    ),
  );
  rmSync(join(folder, SECRET_FILE));
  const known = { ...environment, INSTALL_BUNDLE: BUNDLE };
  expect(await invoke(checkArtifact, [folder], known)).toMatchObject({ problems: [], stderr: "" });
});

describe("--equals", () => {
  const make = (name: string) => {
    write(`${name}/manifest.json`, "{}");
    write(`${name}/stacks/a/cdk.tf.json`, '{"resource":{}}');
  };
  const compare = () => invoke(checkArtifact, [join(folder, "artifact"), "--equals", join(folder, "proven")]);

  test("accepts two outputs of the same bytes, apart from the file with the bundle", async () => {
    for (const name of ["artifact", "proven"]) make(name);
    write(`proven/${SECRET_FILE}`, "{}");
    expect(await compare()).toEqual({
      status: 0,
      problems: [],
      stdout: `2 files in ${folder}/artifact hold no secret, and are those of ${folder}/proven. TL_PASS is not set, so the password was not looked for.\n`,
      stderr: "",
    });
  });

  test("names a path that can't be read", async () => {
    make("artifact");
    const { problems } = await invoke(checkArtifact, [join(folder, "artifact"), "--equals", LONG]);
    expect(problems).toEqual([
      `${LONG} can't be read (ENAMETOOLONG). Check it and its permissions, or synthesize again.`,
    ]);
  });

  test.each([
    ["another byte", "stacks/a/cdk.tf.json", () => write("artifact/stacks/a/cdk.tf.json", '{"resource":{} }')],
    ["a missing file", "manifest.json", () => rmSync(join(folder, "artifact/manifest.json"))],
    ["an additional file", "runtime-defense.md", () => write("artifact/runtime-defense.md", "")],
    [
      "a link in place of a file",
      "manifest.json",
      () => {
        rmSync(join(folder, "artifact/manifest.json"));
        symlinkSync(join(folder, "proven/manifest.json"), join(folder, "artifact/manifest.json"));
      },
    ],
  ])("refuses %s, and says what to do", async (_, path, change) => {
    for (const name of ["artifact", "proven"]) make(name);
    change();
    expect((await compare()).problems).toContain(
      `${path} differs from ${folder}/proven: the artifact was changed, or task definitions, settings, this project or the Console have changed since the build. Build again, and have that approved.`,
    );
  });
});
