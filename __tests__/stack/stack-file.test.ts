// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's, not ours
import type { StateSettings } from "../../lib/settings/state";
import { readStackFile } from "../../lib/stack/stack-file";
import { proven } from "../protection/proven";
import { TASK } from "../task/read";
import { synthesized } from "./synthesize";

const notWritten = (name: string) => `"${name}", which synth does not write`;
const unexpectedIn = (stack: unknown) => readStackFile(JSON.stringify(stack)).unexpected;

test("a synthesized stack holds nothing unexpected", async () => {
  const { stack } = synthesized([await proven({ ...TASK, runtimeDefense: { sidecar: { logs: true } } })]);
  expect(readStackFile(JSON.stringify(stack))).toEqual({ backends: ["local"], unexpected: [] });
});

test.each([
  ["a data source", { data: { external: { x: { program: ["sh"] } } } }, notWritten("data")],
  ["a module", { module: { x: { source: "./x" } } }, notWritten("module")],
  ["locals", { locals: { a: 1 } }, notWritten("locals")],
  ["an import", { import: [{ to: "a", id: "b" }] }, notWritten("import")],
  ["HCP Terraform", { terraform: { cloud: {} } }, notWritten("terraform.cloud")],
  ["another backend", { terraform: { backend: { http: {} } } }, notWritten("terraform.backend.http")],
  ["two backends", { terraform: [{ backend: { s3: {} } }, { backend: { local: {} } }] }, "2 backends"],
  ["another provider", { provider: { external: [{}] } }, notWritten("provider.external")],
  [
    "another provider's source",
    { terraform: { required_providers: { aws: { source: "evil/aws" } } } },
    'a provider from "evil/aws"',
  ],
  [
    "another required provider",
    { terraform: { required_providers: { null: { source: "aws" } } } },
    notWritten("terraform.required_providers.null"),
  ],
  [
    "a required provider in the form of old releases",
    { terraform: { required_providers: { aws: "~> 5.0" } } },
    'a provider from ""',
  ],
  ["an endpoint", { provider: { aws: [{ region: "x", endpoints: [{}] }] } }, notWritten("provider.aws.endpoints")],
  ["an assumed role", { provider: { aws: { assume_role: [{}] } } }, notWritten("provider.aws.assume_role")],
  ["another variable", { variable: { x: {} } }, notWritten("variable.x")],
  ["another resource", { resource: { null_resource: { x: {} } } }, notWritten("resource.null_resource")],
  [
    "another resource of AWS",
    { resource: { aws_lambda_function: { x: {} } } },
    notWritten("resource.aws_lambda_function"),
  ],
  [
    "a resource in a list",
    { resource: [{ aws_ecs_cluster: {} }, { terraform_data: {} }] },
    notWritten("resource.terraform_data"),
  ],
  [
    "a provisioner",
    { resource: { aws_ecs_cluster: { c: { provisioner: { "local-exec": {} } } } } },
    'a "provisioner" in aws_ecs_cluster.c',
  ],
  [
    "a provisioner in a list",
    { resource: { aws_ecs_cluster: [{ c: [{ provisioner: [] }] }] } },
    'a "provisioner" in aws_ecs_cluster.c',
  ],
  ["a connection", { resource: { aws_ecs_cluster: { c: { connection: {} } } } }, 'a "connection" in aws_ecs_cluster.c'],
  [
    "another provider's alias",
    { resource: { aws_ecs_cluster: { c: { provider: "aws.x" } } } },
    'a "provider" in aws_ecs_cluster.c',
  ],
  ["a file read", { output: { a: { value: '${file("/etc/passwd")}' } } }, 'the expression "file("/etc/passwd")"'],
  ["a file read in a list", { output: { a: { value: [['${file("a")}']] } } }, 'the expression "file("a")"'],
  [
    "a file read in front of a reference",
    { output: { a: { value: '${file("/etc/passwd") == var.x}' } } },
    'the expression "file("/etc/passwd") == var.x"',
  ],
  [
    "a file read behind a reference",
    { output: { a: { value: '${var.x == file("/etc/passwd")}' } } },
    'the expression "var.x == file("/etc/passwd")"',
  ],
  ["a directive", { output: { a: { value: "%{ for x in y }" } } }, 'the expression "%{"'],
  [
    "an expression in a key",
    { resource: { aws_ecs_cluster: { c: { tags: { "${path.cwd}": "" } } } } },
    'the expression "path.cwd"',
  ],
  ["a list", [], "no JSON object"],
])("%s is unexpected", (_, stack, what) => {
  expect(unexpectedIn(stack)).toEqual([what]);
});

test.each([
  ["a reference to a resource", "${aws_iam_role.execution-role.arn}"],
  ["the variable", "${var.install_bundle}"],
  ["escaped text", "$${file(x)} %%{if}"],
  ["null", null],
  ["a list with null in it", [null]],
])("%s is expected", (_, value) => {
  expect(unexpectedIn({ output: { a: { value } } })).toEqual([]);
});

test("a duplicate key is unexpected: Terraform reads both", () => {
  const { unexpected } = readStackFile('{"resource":{"null_resource":{}},"resource":{}}');
  expect(unexpected).toEqual([
    expect.stringMatching(/^content that Terraform may read differently \(the key "resource" is twice/),
  ]);
});

test.each([
  ["lists", "[".repeat(200_000) + "]".repeat(200_000)],
  ["objects", `${'{"a":'.repeat(9000)}1${"}".repeat(9000)}`],
])("content that is nested too deeply is unexpected: %s", (_, content) => {
  expect(readStackFile(content).unexpected).toEqual([
    "content that Terraform may read differently (is nested in more than 100 levels)",
  ]);
});

test.each([
  ["empty", ""],
  ["with a byte order mark", '\ufeff{"terraform":{"backend":{"s3":{}}}}'],
  ["with a duplicate key", '{"terraform":{},"terraform":{}}'],
  ["without an object", "[]"],
])("a file that can't be read has unknown backends, not none: %s", (_, content) => {
  expect(readStackFile(content)).toEqual({ backends: undefined, unexpected: [expect.anything()] });
  expect(readStackFile("{}")).toEqual({ backends: [], unexpected: [] });
});

test("content that is not JSON is unexpected", () => {
  expect(readStackFile("resource {}").unexpected).toEqual([
    expect.stringMatching(/^content that Terraform may read differently \(is not JSON.*[^.]\)$/),
  ]);
});

// Each backend that the settings know has its state here.
const STATES: { readonly [K in StateSettings["kind"]]: Extract<StateSettings, { kind: K }> } = {
  local: { kind: "local" },
  s3: { kind: "s3", config: { bucket: "b", key: "k", region: "eu-west-1" } },
  azurerm: {
    kind: "azurerm",
    config: { storageAccountName: "a", resourceGroupName: "g", containerName: "c", key: "k" },
  },
};

test.each(Object.values(STATES))("the backend $kind is recognized", async (state) => {
  const { stack } = synthesized([await proven(TASK)], { state });
  expect(readStackFile(JSON.stringify(stack))).toEqual({ backends: [state.kind], unexpected: [] });
});
