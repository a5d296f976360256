import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { isJsonArray, isJsonObject } from "../../lib/json";
import { newProject, type Project, succeeds } from "./deployment";
import { type Emulator, REGION, startEmulator } from "./emulator";
import { createBucket, PATH_STYLE, readObject } from "./s3";

// Does what docs/aws-account.md tells users to do. Each test starts with the account as the last one left it.

const DOCUMENT = readFileSync(resolve(__dirname, "../../docs/aws-account.md"), "utf8");
const BUCKET = "my-terraform-state";
const web = (image: string) => ({
  family: "web",
  containerDefinitions: [{ name: "web", image, entryPoint: ["/web"] }],
});

let emulator: Emulator;
let project: Project;

beforeAll(async () => {
  emulator = await startEmulator();
  project = await newProject(emulator);
  await createBucket(emulator, BUCKET);
});

afterAll(async () => {
  await project?.close();
  await emulator?.stop();
});

test("the state moves from this machine to S3, and the next plan is empty", async () => {
  await deploy("web:1");
  const before = emulator.changes.length;
  project.set({ TF_STATE_S3_BUCKET: BUCKET, ...PATH_STYLE });
  succeeds(await project.npm("synth"));
  succeeds(await project.terraform("init", "-migrate-state", "-force-copy"));
  const { status, output } = await project.terraform("plan", "-detailed-exitcode");
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("No changes") });
  expect(emulator.changes.slice(before)).toEqual([]);
  expect(await readObject(emulator, `${BUCKET}/prisma-runtime-defense/terraform.tfstate`)).toContain('"web"');
});

test("a service takes the newest revision from the stack's state, and from ECS by its family", async () => {
  const folder = join(project.folder, "service");
  mkdirSync(folder);
  const family = `${example("family")}\noutput "newest" {\n  value = data.aws_ecs_task_definition.web.arn\n}\n`;
  writeFileSync(join(folder, "main.tf"), emulated(example("service")));
  writeFileSync(join(folder, "family.tf"), family);
  project.set({
    TF_VAR_subnets: JSON.stringify(await describeEc2("DescribeSubnets", /subnet-\w+/)),
    TF_VAR_security_groups: JSON.stringify(await describeEc2("DescribeSecurityGroups", /sg-\w+/)),
    TF_CLI_ARGS_init: undefined,
  });
  const terraform = (...args: readonly string[]) => project.terraform(`-chdir=${folder}`, ...args);
  succeeds(await terraform("fmt", "-check"));
  succeeds(await terraform("init"));
  succeeds(await terraform("apply", "-auto-approve"));
  expect(await taskDefinitionOfService()).toMatch(/task-definition\/web:1$/);

  project.set(PATH_STYLE);
  await deploy("web:2");
  project.set({ TF_CLI_ARGS_init: undefined });
  succeeds(await terraform("apply", "-auto-approve"));
  expect(await taskDefinitionOfService()).toMatch(/task-definition\/web:2$/);
  expect((await terraform("output", "-raw", "newest")).output).toMatch(/task-definition\/web:2$/);
});

async function deploy(image: string): Promise<void> {
  project.tasks(web(image));
  succeeds(await project.npm("synth"));
  succeeds(await project.terraform("init"));
  succeeds(await project.terraform("apply", "-auto-approve"));
}

function example(name: string): string {
  const [, , code] = new RegExp(`<!-- ${name} example -->\n(\`\`\`)terraform\n(.*?)\\1`, "s").exec(DOCUMENT) ?? [];
  if (code === undefined) throw new Error(`The document has no ${name} example.`);
  return code;
}

// The emulator has one host for all buckets, and starts no tasks that could become steady.
function emulated(configuration: string): string {
  const changed = configuration
    .replace(/^( *)region = "eu-west-1"\n(?= *}\n}\n)/m, '$1region = "eu-west-1"\n\n$1use_path_style = true\n')
    .replace("  wait_for_steady_state = true\n\n", "");
  expect(changed).toContain("use_path_style");
  expect(changed).not.toContain("wait_for_steady_state");
  return changed;
}

/** The first id in the answer: every emulated account has a default network. */
async function describeEc2(action: string, id: RegExp): Promise<readonly string[]> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/ec2/aws4_request, SignedHeaders=host, Signature=0`;
  const body = new URLSearchParams({ Action: action, Version: "2016-11-15" });
  const response = await fetch(emulator.url, { method: "POST", headers: { authorization }, body });
  const [found] = id.exec(await response.text()) ?? [];
  if (found === undefined) throw new Error(`${action} gave none.`);
  return [found];
}

async function taskDefinitionOfService(): Promise<string> {
  const { services } = await emulator.call("ecs", "DescribeServices", {
    cluster: "prisma-runtime-cluster",
    services: ["web"],
  });
  const [service = null] = isJsonArray(services) ? services : [];
  return isJsonObject(service) ? String(service.taskDefinition) : "";
}
