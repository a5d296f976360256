import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { checkState } from "../../lib/commands/check-state";
import { pathsOf, VERSION_FILE_CONTENT } from "../../lib/stack/output-paths";
import { invoke } from "./invoke";

const REMOTE = { terraform: { backend: { s3: {} } } };
const STACK_FILE = "stacks/prisma-runtime-defense/cdk.tf.json";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "state-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const check = () => invoke(checkState, [folder]);

test.each(["s3", "azurerm"])("an artifact with its state in %s passes", async (backend) => {
  write("manifest.json", "{}");
  write(STACK_FILE, JSON.stringify({ terraform: { backend: { [backend]: {} } } }));
  write("stacks/prisma-runtime-defense/.terraform.lock.hcl", "");
  expect(await check()).toEqual({
    status: 0,
    problems: [],
    stdout: "The state is kept remotely, and the artifact holds the stack alone.\n",
    stderr: "",
  });
});

test.each([
  ["a local backend", { terraform: { backend: { local: {} } } }],
  ["no backend", { terraform: {} }],
  ["no settings", {}],
])("%s is local state, which is refused", async (_, stack) => {
  write(STACK_FILE, JSON.stringify(stack));
  expect((await check()).problems).toEqual([
    "The stack prisma-runtime-defense keeps its state in a local file, which a pipeline would lose. Set " +
      "TF_STATE_S3_BUCKET or TF_STATE_AZURE_STORAGE_ACCOUNT in the variable group, and build again.",
  ]);
});

test("an artifact without a stack is refused", async () => {
  write("manifest.json", "{}");
  expect((await check()).problems).toEqual([`${folder} holds no stack: there is nothing to deploy.`]);
});

test("a stack that can't be read is named as such, without a guess at where its state is", async () => {
  for (const content of ["", `\ufeff${JSON.stringify(REMOTE)}`, '{"terraform":{},"terraform":{}}', "[]"]) {
    write(STACK_FILE, content);
    expect((await check()).problems).toEqual([
      expect.stringMatching(
        /^stacks\/prisma-runtime-defense\/cdk\.tf\.json holds (content that Terraform may read differently|no JSON object)/,
      ),
    ]);
  }
});

test("of more than 50 problems the others are counted, and the same problem is named once", async () => {
  write(STACK_FILE, JSON.stringify({ ...REMOTE, output: { value: "%{ if true }".repeat(100) } }));
  for (let number = 0; number < 60; number++) write(`notes-${number}.txt`, "");
  const { problems } = await check();
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toBe("11 more problems.");
});

test("help asks for an artifact, which doesn't have the install bundle's file", async () => {
  const { stdout } = await invoke(checkState, ["--help"]);
  expect(stdout.replace(/\s+/g, " ")).toContain(
    "FOLDER an artifact that is to be deployed: an output of synth without the file with the install bundle",
  );
});

test("the file with the install bundle is named as such", async () => {
  const { secretFile } = pathsOf("prisma-runtime-defense");
  write(STACK_FILE, JSON.stringify(REMOTE));
  write(secretFile, JSON.stringify({ install_bundle: "made up" }));
  expect((await check()).problems).toEqual([
    `${secretFile} is the file with the install bundle, which doesn't belong in an artifact. Leave it out.`,
  ]);
});

test.each([
  "zz_override.tf.json",
  "main.tf",
  "x.tofu",
  "a.auto.tfvars.json",
  "terraform.tfvars",
  ".terraform/providers/registry.terraform.io/hashicorp/aws/6.25.0/linux_amd64/terraform-provider-aws_v6.25.0",
  "modules/a/main.tf",
  "notes.md",
])("%s in the stack's folder is refused", async (name) => {
  write(STACK_FILE, JSON.stringify(REMOTE));
  write(join(dirname(STACK_FILE), name), "");
  expect((await check()).problems).toEqual([
    expect.stringMatching(
      /^stacks\/prisma-runtime-defense\/\S+ holds .*, which could change what is deployed\. Remove it, and build again\.$/,
    ),
  ]);
});

test("versions.tf is accepted beside the stack only as synth writes it", async () => {
  const file = join(dirname(STACK_FILE), "versions.tf");
  write(STACK_FILE, JSON.stringify(REMOTE));
  write(file, VERSION_FILE_CONTENT);
  expect((await check()).problems).toEqual([]);
  write(file, `${VERSION_FILE_CONTENT}data "external" "x" { program = ["sh"] }\n`);
  expect((await check()).problems).toEqual([
    `${file} holds other content than synth writes there, which could change what is deployed. Remove it, and build again.`,
  ]);
});

test("a link to a folder is refused", async () => {
  write(STACK_FILE, JSON.stringify(REMOTE));
  symlinkSync(tmpdir(), join(folder, "stacks/prisma-runtime-defense/.terraform"));
  expect((await check()).problems).toEqual([
    "stacks/prisma-runtime-defense/.terraform holds something that is not a file, which could change what is deployed. Remove it, and build again.",
  ]);
});

test("an empty folder is refused", async () => {
  write(STACK_FILE, JSON.stringify(REMOTE));
  mkdirSync(join(folder, "stacks/empty"));
  expect((await check()).problems).toEqual([
    "stacks/empty holds no file, which could change what is deployed. Remove it, and build again.",
  ]);
});

test("a path that can't be read is named", async () => {
  const path = "a".repeat(300);
  expect((await invoke(checkState, [path])).problems).toEqual([
    `${path} can't be read (ENAMETOOLONG). Check it and its permissions, or synthesize again.`,
  ]);
});

test("a second stack is refused", async () => {
  write(STACK_FILE, JSON.stringify(REMOTE));
  write("stacks/zz/cdk.tf.json", JSON.stringify(REMOTE));
  expect((await check()).problems).toEqual([
    'stacks/zz/cdk.tf.json holds a second stack besides "prisma-runtime-defense", which could change what is deployed. Remove it, and build again.',
  ]);
});

test.each([
  [[], "nothing"],
  [["a", "b"], "a b"],
])("the arguments %j are refused with the usage", async (args, got) => {
  expect((await invoke(checkState, args)).problems).toEqual([
    `check-state takes FOLDER, got ${got}. Usage: npm run check-state -- FOLDER.`,
  ]);
});
