import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { newProject, type Project, succeeds } from "./deployment";
import { completeAsEcs, type Emulator, REGION, startEmulator } from "./emulator";

// The chain of proofs after the stack: plan and registered. Each test goes on where the last one has left the account.

const task = (family: string, image: string) => ({
  family,
  cpu: "512",
  memory: "1024",
  containerDefinitions: [{ name: "app", image, entryPoint: ["/app"], portMappings: [{ containerPort: 8080 }] }],
});

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

test("what ECS has registered then is, too", async () => {
  succeeds(await project.terraform("apply", "stack.plan"));
  expect(await project.npm("check-registered")).toEqual({
    status: 0,
    output: `All 2 task definitions are registered in ${REGION} as proven.\n`,
  });
});

test("so is the plan of a change, by the stack and by itself", async () => {
  project.tasks(task("web", "web:2"), task("api", "api:1"));
  succeeds(await project.npm("synth"));
  expect(await checkPlan("--stack", "cdktf.out")).toEqual({ status: 0, output: proven(2) });
  expect(await checkPlan()).toEqual({
    status: 0,
    output: "2 task definitions for Fargate in plan.json are protected.\n",
  });
});

test("until it is applied, what is registered isn't what was synthesized", async () => {
  const { status, output } = await project.npm("check-registered");
  expect(status).toBe(1);
  expect(output).toContain('containerDefinitions.app.image: expected "web:2", got "web:1".');
  succeeds(await project.terraform("apply", "stack.plan"));
  succeeds(await project.npm("check-registered"));
});

test("a plan of another stack's tasks is refused", async () => {
  await checkPlan("--stack", "cdktf.out");
  project.tasks(task("web", "web:3"), task("api", "api:1"));
  succeeds(await project.npm("synth"));
  const { status, output } = await project.npm("check-plan", "plan.json", "--stack", "cdktf.out");
  expect(status).toBe(1);
  expect(output).toContain('containerDefinitions.app.image: expected "web:3", got "web:2".');
});

async function checkPlan(...args: readonly string[]) {
  succeeds(await project.terraform("plan", "-out=stack.plan"));
  const { output } = await project.terraform("show", "-json", "stack.plan");
  writeFileSync(join(project.folder, "plan.json"), output);
  return project.npm("check-plan", "plan.json", ...args);
}

function proven(count: number): string {
  return `${count} task definitions in plan.json are the proven ones.\n`;
}
