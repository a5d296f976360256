import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { checkRegistered } from "../../lib/commands/check-registered";
import { systemClock } from "../../lib/http/clock";
import type { Registration } from "../../local-ecs/account";
import type { LocalEcsOptions } from "../../local-ecs/server";
import { localEcs, onAction, refusal } from "../aws/account";
import { invoke } from "./invoke";
import { ACCOUNT, OUTPUTS, registrations, SECRET, STACK } from "./registered";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "check-registered-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function altered(change: (task: Registration) => Registration): readonly Registration[] {
  return registrations().map((task) => (task.family === "web" ? change(task) : task));
}

async function check(
  registered: readonly Registration[],
  args: readonly string[] = [],
  ecs: Partial<LocalEcsOptions> = {},
) {
  await localEcs({ account: ACCOUNT, registered, workloads: [], ...ecs });
  return invoke(checkRegistered, ["--stack", STACK, "--outputs", OUTPUTS, ...args], { TL_RETRY_DELAY_MS: "1" });
}

const WEB = `arn:aws:ecs:eu-west-1:${ACCOUNT}:task-definition/web:1`;

test("registered task definitions with ECS' defaults equal the proven ones", async () => {
  expect(await check(registrations())).toEqual({
    problems: [],
    status: 0,
    stdout: "All 2 task definitions are registered in eu-west-1 as proven.\n",
    stderr: "",
  });
});

test("ECS is asked in the task definitions' region, whatever AWS_REGION says", async () => {
  await localEcs({ account: ACCOUNT, registered: registrations(), workloads: [] });
  process.env.AWS_REGION = "us-east-1";
  const { stdout } = await invoke(checkRegistered, ["--stack", STACK, "--outputs", OUTPUTS]);
  expect(stdout).toBe("All 2 task definitions are registered in eu-west-1 as proven.\n");
});

test.each<[string, (task: Registration) => Registration, string]>([
  [
    "another image",
    (task) => ({ ...task, containerDefinitions: task.containerDefinitions.map((one) => ({ ...one, image: "x" })) }),
    'containerDefinitions.hello.image: expected "public.ecr.aws/docker/library/busybox:1.37", got "x"',
  ],
  [
    "an additional container",
    (task) => ({ ...task, containerDefinitions: [...task.containerDefinitions, { name: "extra", image: "x" }] }),
    "containerDefinitions.extra: expected none, got",
  ],
  [
    "no Defender",
    (task) => ({ ...task, containerDefinitions: task.containerDefinitions.slice(0, 1) }),
    "containerDefinitions.TwistlockDefender: expected",
  ],
  ["more memory", (task) => ({ ...task, memory: "1024" }), 'memory: expected "512", got "1024"'],
  ["another role", (task) => ({ ...task, executionRoleArn: "arn:aws:iam::1:role/x" }), "executionRoleArn: expected"],
  ["a task role", (task) => ({ ...task, taskRoleArn: "arn:aws:iam::1:role/x" }), "taskRoleArn: expected none"],
])("%s is found", async (_, change, sentence) => {
  const { problems, stdout } = await check(altered(change));
  expect(problems).toContainEqual(expect.stringContaining(`${WEB} is not the proven task definition: ${sentence}`));
  expect(stdout).toBe("");
});

test.each([
  ["of another name", SECRET.replace("prisma-runtime-defense-install-bundle", "somebody-elses")],
  ["whose name only begins like the stack's", SECRET.replace("20260102030405678900000001", "evil-secret")],
  ["with the name of one under a customer's key", SECRET.replace("bundle-", "bundle-encrypted-")],
  ["in another partition", SECRET.replace("arn:aws:", "arn:aws-cn:")],
  ["in another region", SECRET.replace("eu-west-1", "eu-west-2")],
  ["in another account", SECRET.replace(ACCOUNT, "999999999999")],
  ["that is not an ARN", SECRET.replace("arn:aws:", "xx:")],
  ["with a JSON key behind it", `${SECRET}:key::`],
  ["without Secrets Manager's own characters", SECRET.replace("-AbCdEf", "")],
])("a secret %s is not the stack's own, and is found", async (_, other) => {
  const { problems } = await check(registrations(other));
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain("containerDefinitions.TwistlockDefender.secrets: expected");
});

test("a revision that is deregistered is found", async () => {
  const taskDefinition = { ...registrations()[0], taskDefinitionArn: WEB, revision: 1, status: "INACTIVE" };
  const intercept = onAction("DescribeTaskDefinition", () => Response.json({ taskDefinition }));
  const { problems } = await check(registrations(), [], { intercept });
  expect(problems).toContain(`${WEB} is deregistered: deploy again.`);
});

test("a revision that ECS doesn't have is named", async () => {
  const { problems } = await check(registrations().slice(1));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(
    /^ECS has no task definition "arn:aws:ecs:.*": ecs:DescribeTaskDefinition in eu-west-1\./,
  );
});

test("AccessDenied is reported with the call", async () => {
  const intercept = onAction("DescribeTaskDefinition", () => refusal("AccessDeniedException", "not authorized"));
  const { problems } = await check(registrations(), [], { intercept });
  expect(problems).toEqual([expect.stringContaining("AWS does not allow ecs:DescribeTaskDefinition")]);
});

test("a stack without task definitions is refused, since nothing would be compared", async () => {
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ resource: {} }));
  const { problems, stdout } = await check([], ["--stack", folder]);
  expect(problems).toEqual([`The stack in ${folder} has no task definition, so it proves nothing. Check --stack.`]);
  expect(stdout).toBe("");
});

describe("outputs", () => {
  const outputs = () => JSON.parse(readFileSync(OUTPUTS, "utf8"));
  const inFile = (content: unknown) => {
    const file = join(folder, "outputs.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return ["--outputs", file];
  };

  test("of a stack that was never applied are refused", async () => {
    const { problems } = await check(registrations(), inFile({}));
    expect(problems).toEqual([
      'The outputs have no ARN of the task definition "every-key": apply the stack first.',
      'The outputs have no ARN of the task definition "web": apply the stack first.',
    ]);
  });

  test("of another stack are refused", async () => {
    const { problems } = await check(
      registrations(),
      inFile({ ...outputs(), "arn-of-task-definition-old": { value: WEB } }),
    );
    expect(problems).toEqual([
      'The outputs name "old", which is not in the stack: these are another stack\'s outputs, or the stack was synthesized again but not applied. Apply it, or check --stack and --outputs.',
    ]);
  });

  test("of two regions are refused", async () => {
    const other = WEB.replace("eu-west-1", "us-east-1");
    const { problems } = await check(
      registrations(),
      inFile({ ...outputs(), "arn-of-task-definition-web": { value: other } }),
    );
    expect(problems).toEqual([
      expect.stringMatching(/^Two accounts or regions are mixed up: .*\. Check --outputs, or apply the stack again\.$/),
    ]);
  });

  test("of another region than the stack's are refused", async () => {
    const elsewhere = JSON.parse(JSON.stringify(outputs()).replaceAll(":eu-west-1:", ":us-east-1:"));
    const { problems } = await check(registrations(), inFile(elsewhere));
    expect(problems).toEqual([
      "The outputs name task definitions in us-east-1, and the stack is for eu-west-1. Check --stack and --outputs, and give each region a STACK_NAME of its own.",
    ]);
  });

  test.each([
    ["not JSON", "must give one JSON object, as terraform output -json prints it."],
    ["[]", "must give one JSON object, as terraform output -json prints it."],
  ])("that are %s are refused", async (content, sentence) => {
    const { problems } = await check(registrations(), inFile(content));
    expect(problems).toEqual([expect.stringContaining(sentence)]);
  });

  test("in a missing file are refused", async () => {
    const { problems } = await check(registrations(), ["--outputs", join(folder, "none")]);
    expect(problems).toEqual([expect.stringContaining("can't be read (ENOENT). Check the path.")]);
  });
});

describe("without --outputs Terraform is run", () => {
  afterEach(() => jest.restoreAllMocks());

  async function withTerraform(script: string, environment = {}) {
    const program = join(folder, "terraform");
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o755);
    await localEcs({ account: ACCOUNT, registered: registrations(), workloads: [] });
    return invoke(checkRegistered, ["--stack", STACK], { TERRAFORM_BINARY_NAME: program, ...environment });
  }

  test("in the stack's folder", async () => {
    const { status } = await withTerraform(`[ "$1" = "-chdir=${STACK}" ] && cat "${OUTPUTS}"`);
    expect(status).toBe(0);
  });

  test("even if it prints more than a mebibyte", async () => {
    const { status } = await withTerraform(`head -c 2000000 /dev/zero | tr '\\0' ' ' && cat "${OUTPUTS}"`);
    expect(status).toBe(0);
  });

  test("and its error is shown", async () => {
    const { problems } = await withTerraform("echo '│ Error: Backend initialization required' >&2; exit 1");
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(
      "output -json failed: Error: Backend initialization required. Run it where the stack was applied, or save its output there and name the file by --outputs.",
    );
  });

  test("and stopped if it hangs", async () => {
    // The time is over as soon as Terraform runs.
    const after = jest.spyOn(systemClock, "after").mockImplementation((_, callback) => {
      setImmediate(callback);
      return () => {};
    });
    const { problems } = await withTerraform("exec sleep 60", { TL_TIMEOUT_MS: "100" });
    expect(after.mock.calls.map(([milliseconds]) => milliseconds)).toEqual([3000]);
    expect(problems).toEqual([
      "The run took longer than 3 seconds. Look at Terraform and at AWS, or raise TL_TIMEOUT_MS.",
    ]);
  });

  test("and reported if it is missing", async () => {
    const { problems } = await invoke(checkRegistered, ["--stack", STACK], {
      TERRAFORM_BINARY_NAME: join(folder, "no"),
    });
    expect(problems).toEqual([expect.stringContaining("failed: it can't be run (ENOENT).")]);
  });
});
