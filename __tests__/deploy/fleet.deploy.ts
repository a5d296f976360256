import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { holds, newProject, type Project, succeeds } from "./deployment";
import { completeAsEcs, type Emulator, startEmulator } from "./emulator";
import { provenContainers, registeredContainers, revisions } from "./registered";
import { createBucket, PATH_STYLE, readObject } from "./s3";

const EVERY_KEY = JSON.parse(readFileSync(join(__dirname, "../task/fixtures/every-key.json"), "utf8"));
const TASKS = process.env.TEST_TASKS;
const CLUSTER = { ECS_CLUSTER: "shared" };
const task = (family: string) => ({
  family,
  containerDefinitions: [{ name: "app", image: `${family}:1`, entryPoint: ["/app"] }],
});
const FLEET = Array.from({ length: 30 }, (_, index) => task(`task-${String(index).padStart(2, "0")}`));

let emulator: Emulator;
const projects: Project[] = [];

beforeAll(async () => {
  emulator = await startEmulator(completeAsEcs);
});

beforeEach(() => emulator.reset());

afterEach(async () => {
  for (const project of projects.splice(0)) await project.close();
});

afterAll(() => emulator?.stop());

async function project(variables: Readonly<Record<string, string>> = {}, stackName?: string): Promise<Project> {
  const made = await newProject(emulator, stackName);
  projects.push(made);
  made.set({ ...CLUSTER, ...variables });
  return made;
}

async function deploy(fleet: Project): Promise<void> {
  succeeds(await fleet.npm("synth"));
  succeeds(await fleet.terraform("init"));
  succeeds(await fleet.terraform("apply", "-auto-approve"));
}

test("adding, removing and renaming a task leaves the other 28 of a fleet unchanged", async () => {
  const fleet = await project();
  fleet.tasks(...FLEET);
  await deploy(fleet);
  const registered = () => emulator.changes.filter((action) => action === "RegisterTaskDefinition").length;
  expect(registered()).toBe(30);

  fleet.tasks(...FLEET.slice(2), task("renamed"), task("added"));
  await deploy(fleet);
  expect(registered()).toBe(32);
  expect(await revisions(emulator, "task-02")).toEqual(["task-02:1"]);
  expect(await revisions(emulator, "renamed")).toEqual(["renamed:1"]);
  expect((await fleet.terraform("plan", "-detailed-exitcode")).status).toBe(0);
});

test("an apply that fails half-way is finished by the next one", async () => {
  const fleet = await project();
  fleet.tasks(task("a"), task("b"), task("c"));
  emulator.refuse("b");
  await fleet.npm("synth");
  await fleet.terraform("init");
  expect((await fleet.terraform("apply", "-auto-approve")).status).toBe(1);
  expect(await revisions(emulator, "b")).toEqual([]);
  emulator.refuse(undefined);
  await deploy(fleet);
  for (const family of ["a", "b", "c"]) expect(await revisions(emulator, family)).toEqual([`${family}:1`]);
});

test("with KEEP_OLD_REVISIONS=false an earlier revision is deregistered once the new one exists", async () => {
  const one = await project({ KEEP_OLD_REVISIONS: "false" });
  one.tasks(task("app"));
  await deploy(one);
  one.tasks({ ...task("app"), cpu: "512", memory: "1024" });
  await deploy(one);
  expect(await revisions(emulator, "app")).toEqual(["app:2"]);
});

test("the pipeline's way: an artifact without the bundle, state in S3, a plan, and its apply", async () => {
  await createBucket(emulator, "states");
  const build = await project({ TF_STATE_S3_BUCKET: "states", ...PATH_STYLE });
  build.tasks(task("app"));
  succeeds(await build.npm("synth"));
  const artifact = join(build.folder, "artifact");
  cpSync(join(build.folder, "cdktf.out"), artifact, { recursive: true });
  const bundleFile = join(artifact, "stacks/prisma-runtime-defense/install_bundle.auto.tfvars.json");
  rmSync(bundleFile);
  succeeds(await build.npm("check-artifact", artifact));
  succeeds(await build.npm("check-state", artifact));

  const plan = join(build.folder, "plan");
  mkdirSync(plan);
  const without = await build.script(".ci/terraform", "plan", artifact, plan);
  expect(without).toMatchObject({ status: 1, output: expect.stringContaining("TF_VAR_install_bundle is empty") });
  expect(emulator.changes).toEqual([]);

  const { installBundle } = build.consoleFacts;
  build.set({ TF_VAR_install_bundle: installBundle });
  const planned = await build.script(".ci/terraform", "plan", artifact, plan);
  expect(planned.status).toBe(0);
  const applied = await build.script(".ci/terraform", "apply", artifact, plan);
  expect(applied.status).toBe(0);
  expect(await revisions(emulator, "app")).toEqual(["app:1"]);
  for (const output of [planned.output, applied.output]) {
    expect(output).not.toContain(installBundle);
    expect(output).not.toMatch(/tw_(?!\[redacted])/);
  }
  const own = join(build.folder, "cdktf.out");
  expect(build.files().filter((file) => !file.startsWith(own) && holds(file, installBundle))).toEqual([]);
  const state = await readObject(emulator, "states/prisma-runtime-defense/terraform.tfstate");
  expect(state).toContain("aws_ecs_task_definition");
  expect(state).not.toContain(installBundle);

  const again = await build.script(".ci/terraform", "plan", artifact, plan);
  expect({ status: again.status, changed: existsSync(join(plan, "changed")) }).toEqual({ status: 0, changed: false });
});

test("two stacks in one account can be destroyed separately", async () => {
  const [first, second] = [await project(), await project({}, "shop-staging")];
  first.tasks(task("first"));
  second.tasks(task("second"));
  await deploy(first);
  await deploy(second);
  expect(await secretNames()).toHaveLength(2);
  succeeds(await second.npm("destroy", "--auto-approve"));
  expect(await secretNames()).toEqual([expect.stringMatching(/^prisma-runtime-defense-install-bundle-/)]);
  expect((await first.terraform("plan", "-detailed-exitcode")).status).toBe(0);
});

test("destroying where nothing was deployed says that there is no state", async () => {
  const nothing = await project();
  const { status, output } = await nothing.npm("destroy", "--auto-approve");
  expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining("There is no state of the stack") });
});

test("a task with every key is registered as it has been proven, and the next plan is empty", async () => {
  const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:own-AbCdEf";
  const whole = await project({ INSTALL_BUNDLE_SECRET_ARN: secretArn });
  whole.tasks(EVERY_KEY);
  await deploy(whole);
  expect(await registeredContainers(emulator, "every-key")).toEqual(
    provenContainers(whole.stackFolder, "every-key", {}),
  );
  expect((await whole.terraform("plan", "-detailed-exitcode")).status).toBe(0);
});

// TEST_TASKS is a folder with your own task definitions, which must name their entry points.
(TASKS ? test : test.skip)("the task definitions of TEST_TASKS are registered as they have been proven", async () => {
  const own = await project({ TASK_DEFINITION_PATH: TASKS ?? "" });
  await deploy(own);
  const stack = JSON.parse(readFileSync(join(own.stackFolder, "cdk.tf.json"), "utf8"));
  const families: readonly { readonly family: string }[] = Object.values(stack.resource.aws_ecs_task_definition);
  const { SecretList } = await emulator.call("secretsmanager", "ListSecrets");
  const [secret] = Array.isArray(SecretList) ? SecretList : [];
  for (const { family } of families) {
    expect(await registeredContainers(emulator, family)).toEqual(
      provenContainers(own.stackFolder, family, {
        "aws_secretsmanager_secret.install-bundle.arn": String(secret?.ARN),
      }),
    );
  }
  expect((await own.terraform("plan", "-detailed-exitcode")).status).toBe(0);
});

async function secretNames(): Promise<readonly string[]> {
  const { SecretList } = await emulator.call("secretsmanager", "ListSecrets");
  return (Array.isArray(SecretList) ? SecretList : []).map(({ Name }) => String(Name));
}
