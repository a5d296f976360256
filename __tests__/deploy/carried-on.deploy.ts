// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the stack's user may write it
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { newProject, type Project, succeeds } from "./deployment";
import { completeAsEcs, type Emulator, REGION, startEmulator } from "./emulator";

// The proofs after the stack's: of the plan, and of what is registered. Each test takes the account as the last one left it.

const task = (family: string, image: string) => ({
  family,
  cpu: "512",
  memory: "1024",
  containerDefinitions: [{ name: "app", image, entryPoint: ["/app"], portMappings: [{ containerPort: 8080 }] }],
});

const KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const EVERY = [
  {
    ...task("web", "web:1"),
    runtimeDefense: { sidecar: { logs: "own" } },
    tags: [{ key: "owner", value: "$${x}" }],
    volumes: [
      { name: "scratch" },
      { name: "efs", efsVolumeConfiguration: { fileSystemId: "fs-1", transitEncryption: "ENABLED" } },
    ],
    ephemeralStorage: { sizeInGiB: 40 },
    runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
  },
  { ...task("api", "api:1"), executionRoleArn: "arn:aws:iam::123456789012:role/own" },
];

let emulator: Emulator;
let project: Project;

beforeAll(async () => {
  emulator = await startEmulator(completeAsEcs);
  project = await newProject(emulator);
});

afterAll(async () => {
  await project?.close();
  await emulator?.stop();
});

test("the plan of a first deployment is what was proven", async () => {
  project.tasks(task("web", "web:1"), task("api", "api:1"));
  succeeds(await project.npm("synth"));
  succeeds(await project.terraform("init"));
  expect(await checkPlan("--stack", "cdktf.out")).toEqual({ status: 0, output: proven(2) });
});

test("what ECS has registered after the apply is what was proven", async () => {
  succeeds(await project.terraform("apply", "stack.plan"));
  expect(await project.npm("check-registered")).toEqual({
    status: 0,
    output: `All 2 task definitions are registered in ${REGION} as proven.\n`,
  });
});

test.each([
  ["-refresh-only", "leaves out aws_ecs_task_definition.task-definition-api, which is in the state"],
  ["-target=aws_ecs_cluster.cluster", "it is limited by -target"],
])("a plan with %s is refused", async (option, reason) => {
  succeeds(await project.terraform("plan", option, "-out=stack.plan"));
  const { output: plan } = await project.terraform("show", "-json", "stack.plan");
  writeFileSync(join(project.folder, "plan.json"), plan);
  const { status, output } = await project.npm("check-plan", "plan.json");
  expect(status).toBe(1);
  expect(output).toContain(reason);
});

test("the plan of a change is what was proven, and also passes without --stack", async () => {
  project.tasks(task("web", "web:2"), task("api", "api:1"));
  succeeds(await project.npm("synth"));
  expect(await checkPlan("--stack", "cdktf.out")).toEqual({ status: 0, output: proven(2) });
  expect(await checkPlan()).toEqual({
    status: 0,
    output: "2 task definitions for Fargate in plan.json are protected.\n",
  });
});

test("before the apply, the registered task definition is not the synthesized one", async () => {
  const { status, output } = await project.npm("check-registered");
  expect(status).toBe(1);
  expect(output).toContain('containerDefinitions.app.image: expected "web:2", got "web:1".');
  succeeds(await project.terraform("apply", "stack.plan"));
  succeeds(await project.npm("check-registered"));
});

test("a plan of an older stack is refused", async () => {
  await checkPlan("--stack", "cdktf.out");
  project.tasks(task("web", "web:3"), task("api", "api:1"));
  succeeds(await project.npm("synth"));
  const { status, output } = await project.npm("check-plan", "plan.json", "--stack", "cdktf.out");
  expect(status).toBe(1);
  expect(output).toContain('containerDefinitions.app.image: expected "web:3", got "web:2".');
});

test.each([
  ["a secret", { policy: "{}" }, "aws_secretsmanager_secret", "install-bundle", "policy"],
  ["a role", { managed_policy_arns: [] }, "aws_iam_role", "execution-role", "managed_policy_arns"],
  ["a task definition", { track_latest: true }, "aws_ecs_task_definition", "task-definition-web", "track_latest"],
])("an argument that an override file adds to %s is named", async (_, body, type, name, argument) => {
  const file = join(project.stackFolder, "override.tf.json");
  writeFileSync(file, JSON.stringify({ resource: { [type]: { [name]: body } } }));
  const { status, output } = await checkPlan("--stack", "cdktf.out");
  rmSync(file);
  expect(status).toBe(1);
  expect(output).toContain(`${type}.${name}: the plan has ${argument}, which the stack does not.`);
});

test("a dynamic block in an override file is named, too", async () => {
  const block =
    'resource "aws_ecs_cluster" "cluster" {\n  dynamic "configuration" {\n    for_each = [1]\n    content {}\n  }\n}\n';
  const file = join(project.stackFolder, "override.tf");
  writeFileSync(file, block);
  const { status, output } = await checkPlan("--stack", "cdktf.out");
  rmSync(file);
  expect(status).toBe(1);
  expect(output).toContain("aws_ecs_cluster.cluster: the plan has configuration, which the stack does not.");
});

describe.each<[string, Readonly<Record<string, string>>]>([
  ["the stack's own secret", { INSTALL_BUNDLE_KMS_KEY_ARN: KEY, CONTAINER_INSIGHTS: "enhanced", SECRET_ARNS: KEY }],
  [
    "an existing secret",
    {
      INSTALL_BUNDLE_SECRET_ARN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:own-AbCdEf:key::",
      ECS_CLUSTER: "shared",
      KEEP_OLD_REVISIONS: "false",
      LOG_RETENTION_DAYS: "0",
    },
  ],
])("with every variable, and %s", (_, variables) => {
  let other: Project;

  beforeAll(async () => {
    await emulator.reset();
    other = await newProject(emulator);
    await emulator.createRole("own");
    other.set({
      DEFAULT_TAGS: '{"team":"shop ${x}"}',
      GRANT_EXECUTION_ROLES: "true",
      IAM_PATH: "/platform/",
      PERMISSIONS_BOUNDARY_ARN: "arn:aws:iam::aws:policy/PowerUserAccess",
      LOG_KMS_KEY_ARN: KEY,
      ...variables,
    });
  });

  afterAll(() => other?.close());

  test("the plans of the first deployment, of no change, of a change and of a removal are what was proven", async () => {
    other.tasks(...EVERY);
    succeeds(await other.npm("synth"));
    succeeds(await other.terraform("init"));
    expect(await checkPlanOf(other, "--stack", "cdktf.out")).toEqual({ status: 0, output: proven(2) });
    succeeds(await other.terraform("apply", "stack.plan"));
    expect(await checkPlanOf(other, "--stack", "cdktf.out")).toEqual({ status: 0, output: proven(2) });
    other.tasks(...EVERY.map((one) => ({ ...one, cpu: "1024", memory: "2048" })));
    succeeds(await other.npm("synth"));
    expect(await checkPlanOf(other, "--stack", "cdktf.out")).toEqual({ status: 0, output: proven(2) });
    succeeds(await other.terraform("apply", "stack.plan"));
    expect(await checkPlanOf(other, "--stack", "cdktf.out")).toEqual({ status: 0, output: proven(2) });
    other.tasks(...EVERY.slice(1));
    succeeds(await other.npm("synth"));
    const { status, output } = await checkPlanOf(other, "--stack", "cdktf.out");
    expect(output).toContain("aws_ecs_task_definition.task-definition-web is no longer in the stack");
    expect(status).toBe(0);
  });
});

function checkPlan(...args: readonly string[]) {
  return checkPlanOf(project, ...args);
}

async function checkPlanOf(project: Project, ...args: readonly string[]) {
  succeeds(await project.terraform("plan", "-out=stack.plan"));
  const { output } = await project.terraform("show", "-json", "stack.plan");
  writeFileSync(join(project.folder, "plan.json"), output);
  return project.npm("check-plan", "plan.json", ...args);
}

function proven(count: number): string {
  return `${count} task definitions in plan.json are the proven ones.\n`;
}
