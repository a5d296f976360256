import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { checkArtifact } from "../../lib/commands/check-artifact";
import { checkState } from "../../lib/commands/check-state";
import { invoke } from "./invoke";

const REMOTE = { terraform: { backend: { s3: {} } } };
const FOLDER = "stacks/prisma-runtime-defense";
const PROVIDER = ".terraform/providers/registry.terraform.io/hashicorp/aws/6.25.0/linux_amd64/terraform-provider-aws";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "foreign-"));
  write(`${FOLDER}/cdk.tf.json`, JSON.stringify(REMOTE));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** Expects a refusal before an artifact is published (check-artifact), and before it is deployed (check-state). */
async function expectRefused(what: string): Promise<void> {
  const environment = { CDKTF_OUTDIR: join(folder, "../none") };
  expect((await invoke(checkArtifact, [folder], environment)).problems).toEqual([`${what}: it must not be published.`]);
  expect((await invoke(checkState, [folder], environment)).problems).toEqual([
    `${what}, which could change what is deployed. Remove it, and build again.`,
  ]);
}

test.each([
  ["an override", `${FOLDER}/zz_override.tf.json`, "content that Terraform would also read"],
  ["OpenTofu's file", `${FOLDER}/main.tofu`, "content that Terraform would also read"],
  ["values of variables", `${FOLDER}/terraform.tfvars`, "values of Terraform variables"],
  ["a provider of its own", `${FOLDER}/${PROVIDER}`, "what terraform init leaves, programs included"],
  ["a module", `${FOLDER}/modules/x/main.tf`, "content that Terraform would also read"],
  ["a second stack", "stacks/zz/cdk.tf.json", 'a second stack besides "prisma-runtime-defense"'],
  ["an unrelated file", "notes.txt", "content that synth does not write"],
])("%s is refused, before it is published and before it is deployed", async (_, path, holds) => {
  write(path, path.endsWith(".json") ? JSON.stringify(REMOTE) : "");
  await expectRefused(`${path} holds ${holds}`);
});

test.each([
  ["a file", "notes.txt", "/etc/hostname"],
  ["a folder", `${FOLDER}/.terraform`, "/tmp"],
])("a link to %s is refused, before it is published and before it is deployed", async (_, path, target) => {
  symlinkSync(target, join(folder, path));
  await expectRefused(`${path} holds something that is not a file`);
});

test.each([
  ["data", { data: { external: { x: { program: ["sh"] } } } }, '"data", which synth does not write'],
  ["module", { module: { x: { source: "git::https://x.example" } } }, '"module", which synth does not write'],
  [
    "provisioner",
    { resource: { aws_ecs_cluster: { c: { provisioner: { "local-exec": {} } } } } },
    'a "provisioner" in aws_ecs_cluster.c',
  ],
  [
    "another resource",
    { resource: { null_resource: { x: {} } } },
    '"resource.null_resource", which synth does not write',
  ],
  ["another provider", { provider: { external: {} } }, '"provider.external", which synth does not write'],
  ["another backend", { terraform: { backend: { http: {} } } }, '"terraform.backend.http", which synth does not write'],
])("a stack with %s is refused, before it is published and before it is deployed", async (_, stack, holds) => {
  write(`${FOLDER}/cdk.tf.json`, JSON.stringify({ ...REMOTE, ...stack }));
  await expectRefused(`${FOLDER}/cdk.tf.json holds ${holds}`);
});
