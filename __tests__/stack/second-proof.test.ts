// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's, not ours

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { App } from "cdktf";

import { OutputError, ProofError } from "../../lib/errors";
import type { ProtectedTask } from "../../lib/protection/protected-task";
import { pathsOf } from "../../lib/stack/output-paths";
import { proveSynthesized } from "../../lib/stack/second-proof";
import { text as safe } from "../../lib/text/safe-text";
import { proven } from "../protection/proven";
import { CONTAINER, TASK } from "../task/read";
import { SETTINGS, synthesized } from "./synthesize";

const SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prisma/bundle-AbCdEf";

type Definition = Record<string, unknown>;
type Container = Record<string, unknown> & { name: string; environment: { name: string; value: string }[] };
type Tamper = (definition: Definition, definitions: Record<string, unknown>) => void;

let tasks: readonly ProtectedTask[];
let text: string;

beforeAll(async () => {
  const { executionRoleArn, ...shop } = TASK;
  const whole = {
    ...TASK,
    family: "whole",
    cpu: "1024",
    memory: "2048",
    containerDefinitions: [
      { ...CONTAINER, command: ["echo ${a} %{b} $${c}"], environment: [{ name: "A", value: "${b}" }] },
    ],
    ephemeralStorage: { sizeInGiB: 30 },
    proxyConfiguration: {
      containerName: "app",
      type: "APPMESH",
      properties: [
        { name: "ProxyIngressPort", value: "15000" },
        { name: "AppPorts", value: "8080" },
      ],
    },
    runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
    tags: [
      { key: "z", value: "${z}" },
      { key: "a", value: "" },
    ],
    taskRoleArn: "arn:aws:iam::111122223333:role/shop",
    volumes: [
      {
        name: "data",
        efsVolumeConfiguration: {
          fileSystemId: "fs-1",
          transitEncryption: "ENABLED",
          authorizationConfig: { iam: "ENABLED" },
        },
      },
    ],
  };
  tasks = [await proven(shop), await proven(whole)];
  text = synthesized(tasks).text;
});

const refusal = (what: string) =>
  new ProofError([safe`The stack differs from the proven tasks: ${what}. This is a defect: report it.`]);

test("the synthesized stack passes", () => {
  expect(() => proveSynthesized(JSON.parse(text), tasks)).not.toThrow();
  expect(() => proveSynthesized(JSON.parse(text), [...tasks].reverse())).not.toThrow();
});

test("a run that wrote something else is refused, so it publishes nothing", () => {
  const { synth } = App.prototype;
  const replaced = jest.spyOn(App.prototype, "synth").mockImplementation(function (this: App) {
    synth.call(this);
    const file = join(this.outdir, pathsOf(SETTINGS.name).stackFile);
    writeFileSync(file, readFileSync(file, "utf8").replace('"cpu": "1024"', '"cpu": "512"'));
  });
  try {
    expect(() => synthesized(tasks)).toThrow(refusal("whole: cpu differ"));
  } finally {
    replaced.mockRestore();
  }
});

test("a difference that ECS would not store passes", () => {
  expect(() => prove(environment((all) => [...all, { name: "X", value: "" }].reverse()))).not.toThrow();
});

test.each<[string, Tamper]>([
  ["a container dropped", containers((all) => all.slice(0, 1))],
  ["the application's container dropped", containers((all) => all.slice(1))],
  ["a container twice", containers((all) => [...all, ...all.slice(0, 1)])],
  ["another order of containers", containers((all) => [...all].reverse())],
  ["another entry point", containers((all) => all.map((one) => ({ ...one, entryPoint: ["sh"] })))],
  ["a command added", containers((all) => all.map((one) => ({ ...one, command: ["sleep", "1"] })))],
  ["another image", containers((all) => all.map((one) => ({ ...one, image: "evil:1" })))],
  ["a variable changed", environment((all) => all.map(({ name }) => ({ name, value: "other" })))],
  ["a variable dropped", environment((all) => all.slice(1))],
  ["a variable added", environment((all) => [...all, { name: "X", value: "1" }])],
  ["the bundle in clear", environment((all) => [...all, { name: "INSTALL_BUNDLE", value: "Zm9v" }])],
  [
    "another secret",
    containers((all) => all.map((one) => ({ ...one, secrets: [{ name: "INSTALL_BUNDLE", valueFrom: SECRET_ARN }] }))),
  ],
  ["no secret", containers((all) => all.map(({ secrets, ...one }) => one))],
  ["the sidecar no longer essential", containers((all) => all.map((one) => ({ ...one, essential: false })))],
  ["no containers", containers(() => [])],
  ["containers that aren't JSON", set("container_definitions", "[{")],
  ["containers as a list", set("container_definitions", [])],
  ["nothing for containers", set("container_definitions", undefined)],
])("%s is refused", (_, tamper) => {
  expect(() => prove(tamper)).toThrow(refusal("shop: containerDefinitions differ"));
});

test.each<[string, string, Tamper]>([
  ["another role", "executionRoleArn", set("execution_role_arn", "arn:aws:iam::111122223333:role/other")],
  ["no role", "executionRoleArn", set("execution_role_arn", undefined)],
  [
    "a secret's ARN as the role",
    "executionRoleArn",
    set("execution_role_arn", "${aws_secretsmanager_secret.install-bundle.arn}"),
  ],
  ["a task role", "taskRoleArn", set("task_role_arn", "arn:aws:iam::111122223333:role/other")],
  ["other CPU units", "cpu", set("cpu", "4096")],
  ["a number for text", "memory", set("memory", 1024)],
  ["another network mode", "networkMode", set("network_mode", "host")],
  ["another platform", "requiresCompatibilities", set("requires_compatibilities", ["EC2"])],
  ["the host's processes", "pidMode", set("pid_mode", "host")],
  ["a volume", "volumes", set("volume", [{ name: "root", host_path: "/" }])],
  ["a tag", "tags", set("tags", { a: "b" })],
  ["an unknown attribute", "trackLatest", set("track_latest", true)],
  ["a count", "count", set("count", 0)],
  ["a for_each", "forEach, for_each", set("for_each", { a: "b" })],
  ["a for_each that is empty", "for_each", set("for_each", {})],
  ["a lifecycle", "lifecycle", set("lifecycle", { ignore_changes: ["container_definitions"] })],
  [
    "a lifecycle with more in it",
    "lifecycle",
    set("lifecycle", { create_before_destroy: true, ignore_changes: "all" }),
  ],
  ["an empty lifecycle", "lifecycle", set("lifecycle", {})],
  ["revisions that are deregistered", "skipDestroy", set("skip_destroy", false)],
  ["a provisioner", "provisioner", set("provisioner", { "local-exec": { command: "true" } })],
  ["another provider", "provider", set("provider", "aws.other")],
])("%s is refused, and its key is named", (_, keys, tamper) => {
  expect(() => prove(tamper)).toThrow(refusal(`shop: ${keys} differ`));
});

test.each<[string, Tamper, string]>([
  ["one too many", more((definition) => ({ ...definition, family: "more" })), "3 task definitions instead of 2"],
  ["one twice", more((definition) => definition), "shop: expected once, got 2 times"],
  ["one missing", instead(undefined), "shop: expected once, got 0 times"],
  ["one as a list", instead([{ family: "shop" }]), "shop: expected once, got 0 times"],
  ["another family", set("family", "other"), "shop: expected once, got 0 times"],
])("task definitions: %s is refused", (_, tamper, what) => {
  expect(() => prove(tamper)).toThrow(ProofError);
  expect(() => prove(tamper)).toThrow(`The stack differs from the proven tasks: ${what}. This is a defect: report it.`);
});

test.each<[string, string]>([
  ["unescaped text", "echo ${a}"],
  ["an unescaped directive", "%{ if true }"],
  ["the value of a variable", "${var.install_bundle}"],
  ["another attribute of our own resources", "${aws_iam_role.execution-role.name}"],
  ["a function around what is ours", "${upper(aws_iam_role.execution-role.arn)}"],
])("an expression that isn't ours is refused: %s", (_, value) => {
  expect(() => prove(set("family", value))).toThrow(OutputError);
  const inCommand = containers((all) => all.map((one) => ({ ...one, command: [value] })));
  expect(() => prove(inCommand)).toThrow("cdk.tf.json holds an unexpected expression: ");
});

test("the stack's own expression in place of a text of the file is refused", () => {
  const role = containers((all) => all.map((one) => ({ ...one, image: "${aws_iam_role.execution-role.arn}" })));
  expect(() => prove(role)).toThrow(refusal("shop: containerDefinitions differ"));
});

test("all differences of all tasks are named at once", () => {
  expect(() =>
    prove((definition, all) => {
      definition.cpu = "1";
      definition.memory = "1";
      all["task-definition-whole"] = { ...definition, family: "whole", tags: {}, volume: [] };
    }),
  ).toThrow(
    new ProofError(
      [
        "shop: cpu, memory differ",
        "whole: executionRoleArn, containerDefinitions, cpu, ephemeralStorage, memory, proxyConfiguration, runtimePlatform, tags, taskRoleArn, volumes differ",
      ].map((what) => safe`The stack differs from the proven tasks: ${what}. This is a defect: report it.`),
    ),
  );
});

test.each([
  ["null", null],
  ["a list", []],
  ["a stack without resources", { resource: {} }],
  ["a stack with a list of resources", { resource: [] }],
])("instead of the stack, %s is refused", (_, stack) => {
  expect(() => proveSynthesized(stack, tasks)).toThrow("shop: expected once, got 0 times");
});

test("the stack's own secret isn't accepted for an existing one, or the other way round", () => {
  const [shop] = tasks;
  const own = synthesized(tasks).text;
  expect(() => proveSynthesized(JSON.parse(own), tasks, SECRET_ARN)).toThrow("shop: containerDefinitions differ");
  const existing = synthesized(shop ? [shop] : [], { installBundleSecretArn: SECRET_ARN }).text;
  expect(() => proveSynthesized(JSON.parse(existing), shop ? [shop] : [])).toThrow("containerDefinitions differ");
});

function prove(tamper: Tamper): void {
  const stack = JSON.parse(text);
  const definitions: Record<string, unknown> = stack.resource.aws_ecs_task_definition;
  tamper(stack.resource.aws_ecs_task_definition["task-definition-shop"], definitions);
  expect(JSON.stringify(stack)).not.toBe(JSON.stringify(JSON.parse(text)));
  proveSynthesized(JSON.parse(JSON.stringify(stack)), tasks);
}

function set(key: string, value: unknown): Tamper {
  return (definition) => {
    definition[key] = value;
  };
}

function more(make: (definition: Definition) => Definition): Tamper {
  return (definition, all) => {
    all.more = make(definition);
  };
}

function instead(value: unknown): Tamper {
  return (_, all) => {
    all["task-definition-shop"] = value;
  };
}

function containers(change: (all: readonly Container[]) => readonly object[]): Tamper {
  return (definition) => {
    definition.container_definitions = JSON.stringify(change(JSON.parse(String(definition.container_definitions))));
  };
}

function environment(change: (all: Container["environment"]) => Container["environment"]): Tamper {
  return containers((all) => all.map((one) => ({ ...one, environment: change(one.environment) })));
}
