import { readFileSync } from "node:fs";
import { join } from "node:path";

import { holds, newProject, type Project, succeeds, whatIsMissing } from "./deployment";
import { completeAsEcs, type Emulator, startEmulator } from "./emulator";
import { provenContainers, registeredContainers, revisions } from "./registered";

test("this machine has all that a deployment needs", () => {
  expect(whatIsMissing()).toEqual([]);
});

const OTHER_BUNDLE = Buffer.from('{"customerID":"made up","apiKey":"rotated, and made up"}').toString("base64");
const CONTAINER = {
  name: "web",
  entryPoint: ["/web"],
  portMappings: [{ containerPort: 8080 }],
  environment: [
    { name: "EMPTY", value: "" },
    { name: "SET", value: "1" },
  ],
  healthCheck: { command: ["CMD", "/web", "--check"] },
};
const ROUTER = {
  name: "log_router",
  image: "fluent-bit:1",
  firelensConfiguration: { type: "fluentbit" },
};
const web = (image: string) => ({
  family: "web",
  cpu: "512",
  memory: "1024",
  containerDefinitions: [{ ...CONTAINER, image }, ROUTER],
  runtimeDefense: { exclude: { log_router: "log routers break when wrapped" } },
});

// Each test starts with the account as the last one left it.
describe.each([
  ["as the emulator stores it", undefined],
  ["as ECS is reported to complete it", completeAsEcs],
])("one task, stored %s", (_, onRegister) => {
  let emulator: Emulator;
  let project: Project;

  beforeAll(async () => {
    emulator = await startEmulator(onRegister);
    project = await newProject(emulator);
  });

  afterAll(async () => {
    await project?.close();
    await emulator?.stop();
  });

  test("cdktf deploy registers the task definition that has been proven", async () => {
    project.tasks(web("web:1"));
    succeeds(await project.cdktf("deploy", "--auto-approve"));
    expect(await revisions(emulator, "web")).toEqual(["web:1"]);
    expect(await registeredContainers(emulator, "web")).toEqual(
      provenContainers(project.stackFolder, "web", {
        "aws_secretsmanager_secret.install-bundle.arn": await secretArn(),
      }),
    );
  });

  test("the bundle is in the secret, and in one file", async () => {
    const { installBundle } = project.consoleFacts;
    expect(await secretValue()).toBe(installBundle);
    const holders = project.files().filter((file) => holds(file, installBundle));
    expect(holders).toEqual([join(project.stackFolder, "install_bundle.auto.tfvars.json")]);
    expect(project.files().filter((file) => holds(file, project.consoleFacts.password))).toEqual([]);
  });

  test("a second cdktf deploy changes nothing", async () => {
    const before = emulator.changes.length;
    const { status, output } = await project.cdktf("deploy", "--auto-approve");
    expect({ status, changes: emulator.changes.slice(before) }).toEqual({ status: 0, changes: [] });
    expect(output).not.toContain(project.consoleFacts.installBundle);
    expect((await project.terraform("plan", "-detailed-exitcode")).status).toBe(0);
  });

  test("another image adds one revision, and the earlier one stays", async () => {
    project.tasks(web("web:2"));
    await deploy();
    expect(await revisions(emulator, "web")).toEqual(["web:1", "web:2"]);
    expect(JSON.stringify(await registeredContainers(emulator, "web"))).toContain('"web:2"');
  });

  test("a rotated bundle changes the secret, and no task", async () => {
    await project.rotate(OTHER_BUNDLE);
    const output = await deploy();
    expect(output).not.toContain(OTHER_BUNDLE);
    expect(await secretValue()).toBe(OTHER_BUNDLE);
    expect(await revisions(emulator, "web")).toEqual(["web:1", "web:2"]);
  });

  test("a customer's key encrypts the secret, and the role may use it", async () => {
    const key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    project.set({ INSTALL_BUNDLE_KMS_KEY_ARN: key });
    await deploy();
    expect(await emulator.call("secretsmanager", "DescribeSecret", { SecretId: await secretArn() })).toMatchObject({
      KmsKeyId: key,
    });
    expect(await planStatus()).toBe(0);
  });

  test("without the key, the secret has none either, and the next plan is empty", async () => {
    project.set({ INSTALL_BUNDLE_KMS_KEY_ARN: undefined });
    await deploy();
    const secret = await emulator.call("secretsmanager", "DescribeSecret", { SecretId: await secretArn() });
    expect(secret.KmsKeyId ?? null).toBeNull();
    expect(await secretValue()).toBe(OTHER_BUNDLE);
    expect(await planStatus()).toBe(0);
  });

  test("a move to an existing secret registers the new revision before the old secret is deleted", async () => {
    const { ARN } = await emulator.call("secretsmanager", "CreateSecret", { Name: "own", SecretString: OTHER_BUNDLE });
    project.set({ INSTALL_BUNDLE_SECRET_ARN: String(ARN) });
    const before = emulator.changes.length;
    await deploy();
    const order = emulator.changes.slice(before).filter((action) => /^(Register|DeleteSecret)/.test(action));
    expect(order).toEqual(["RegisterTaskDefinition", "DeleteSecret"]);
    expect(await planStatus()).toBe(0);
    project.set({ INSTALL_BUNDLE_SECRET_ARN: undefined });
    await emulator.call("secretsmanager", "DeleteSecret", { SecretId: "own", ForceDeleteWithoutRecovery: true });
    await deploy();
  });

  test("a refused revision leaves the last one registered, and the next apply succeeds", async () => {
    const last = (await revisions(emulator, "web")).at(-1);
    project.tasks(web("web:refused"));
    emulator.refuse("web");
    await project.npm("synth");
    const { status } = await project.terraform("apply", "-auto-approve");
    expect(status).toBe(1);
    expect((await revisions(emulator, "web")).at(-1)).toBe(last);
    emulator.refuse(undefined);
    expect((await project.terraform("apply", "-auto-approve")).status).toBe(0);
    expect(JSON.stringify(await registeredContainers(emulator, "web"))).toContain('"web:refused"');
    expect(await planStatus()).toBe(0);
  });

  test("while the Console is down, nothing is synthesized, and everything can be destroyed", async () => {
    await project.stopConsole();
    const { status, output } = await project.cdktf("destroy", "--auto-approve");
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining("npm run destroy") });
    succeeds(await project.npm("destroy", "--auto-approve"));
    expect(await emulator.call("ecs", "DescribeClusters", { clusters: ["prisma-runtime-cluster"] })).toMatchObject({
      clusters: [{ status: "INACTIVE" }],
    });
    expect(await emulator.call("secretsmanager", "ListSecrets")).toMatchObject({ SecretList: [] });
    expect(
      JSON.parse(readFileSync(join(project.folder, "terraform.prisma-runtime-defense.tfstate"), "utf8")).resources,
    ).toEqual([]);
  });

  test("afterwards it can be deployed again", async () => {
    await project.rotate(OTHER_BUNDLE);
    succeeds(await project.cdktf("deploy", "--auto-approve"));
    expect(await planStatus()).toBe(0);
  });

  async function deploy(): Promise<string> {
    succeeds(await project.npm("synth"));
    const init = await project.terraform("init");
    const { status, output } = await project.terraform("apply", "-auto-approve");
    expect({ init: init.status, status, output }).toEqual({ init: 0, status: 0, output: expect.any(String) });
    return output;
  }

  async function planStatus(): Promise<number | null> {
    return (await project.terraform("plan", "-detailed-exitcode")).status;
  }

  async function secretArn(): Promise<string> {
    const { SecretList } = await emulator.call("secretsmanager", "ListSecrets");
    const [secret] = Array.isArray(SecretList) ? SecretList : [];
    return String(secret?.ARN);
  }

  async function secretValue(): Promise<unknown> {
    return (await emulator.call("secretsmanager", "GetSecretValue", { SecretId: await secretArn() })).SecretString;
  }
});
