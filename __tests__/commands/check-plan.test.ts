import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { checkPlan } from "../../lib/commands/check-plan";
import { isJsonObject } from "../../lib/json";
import { DEFENDER_REGISTRY } from "../status/registrations";
import { invoke } from "./invoke";

// Real ones: `terraform show -json` of Terraform 1.11.4 with the AWS provider, without the prior state.
const FIXTURES = join(__dirname, "../plan/fixtures");
const fixture = (name: string) => join(FIXTURES, name);
const ENVIRONMENT = { DEFENDER_REGISTRY };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "check-plan-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function check(plan: string, ...args: string[]) {
  const { problems, status, stdout, stderr } = await invoke(checkPlan, [plan, ...args], ENVIRONMENT);
  const short = (text: string) => text.replaceAll(`${FIXTURES}/`, "").replaceAll(`${folder}/`, "");
  return { problems: problems.map(short), status, stdout: short(stdout), stderr: short(stderr) };
}

/** Where a fixture is altered: a path of keys into it, `[address]` picks an element by that. */
function altered(name: string, path: readonly string[], value: unknown): string {
  const document = JSON.parse(readFileSync(fixture(name), "utf8"));
  const last = path.at(-1) ?? "";
  const parent = path.slice(0, -1).reduce<unknown>(step, document);
  if (!isJsonObject(parent)) throw new Error(`${path.join(".")} is not in ${name}`);
  Object.assign(parent, { [last]: value });
  const file = join(folder, "plan.json");
  writeFileSync(file, JSON.stringify(document));
  return file;
}

function step(value: unknown, key: string): unknown {
  const address = /^\[(.+)\]$/.exec(key)?.[1];
  if (address !== undefined && Array.isArray(value)) return value.find((one) => one.address === address);
  return isJsonObject(value) ? value[key] : undefined;
}

const WEB = "aws_ecs_task_definition.task-definition-web";
const after = (address: string, name: string) => ["resource_changes", `[${address}]`, "change", "after", name];

describe("the stack's plan", () => {
  test.each([
    ["plan-first.json", "stack"],
    ["plan-again.json", "stack"],
    ["plan-changed.json", "stack-changed"],
  ])("%s does what %s says", async (plan, stack) => {
    expect(await check(fixture(plan), "--stack", fixture(stack))).toEqual({
      problems: [],
      status: 0,
      stdout: `2 task definitions in ${plan} are the proven ones.\n`,
      stderr: "",
    });
  });

  test("another image than the proven one", async () => {
    const { problems } = await check(fixture("plan-changed.json"), "--stack", fixture("stack"));
    expect(problems).toEqual([
      `${WEB} is not the proven task definition: containerDefinitions.hello.environment: expected its original value, got another.`,
      `${WEB} is not the proven task definition: containerDefinitions.hello.image: expected "public.ecr.aws/docker/library/busybox:1.37", got "public.ecr.aws/docker/library/busybox:1.38".`,
    ]);
  });

  test("a plan that destroys", async () => {
    const { problems } = await check(fixture("plan-destroy.json"), "--stack", fixture("stack"));
    expect(problems).toHaveLength(8);
    expect(problems).toContain(`${WEB} is in the stack, and the plan would destroy it.`);
    expect(problems).toContain("aws_ecs_cluster.cluster is in the stack, and the plan would destroy it.");
  });

  test("a replacement that somebody asked for by hand", async () => {
    const { problems } = await check(fixture("plan-replace.json"), "--stack", fixture("stack-changed"));
    expect(problems).toEqual(["aws_ecs_cluster.cluster would be replaced by request (-replace)."]);
  });

  test.each<[string, unknown, string]>([
    ["cpu", "512", 'cpu: expected "256", got "512"'],
    ["execution_role_arn", "arn:aws:iam::111122223333:role/other", "executionRoleArn: expected"],
    ["task_role_arn", "arn:aws:iam::111122223333:role/admin", "taskRoleArn: expected none"],
    ["pid_mode", "task", 'pidMode: expected none, got "task"'],
    ["volume", [{ name: "extra", host_path: "/" }], "volumes: expected none"],
    ["container_definitions", "[]", "containerDefinitions: expected"],
    ["tags", { team: "other" }, "tags: expected none"],
    ["ephemeral_storage", [{ size_in_gib: 200 }], "ephemeralStorage: expected none"],
    ["enable_fault_injection", true, "enableFaultInjection: expected none, got true"],
  ])("another %s than the proven one", async (name, value, sentence) => {
    const plan = altered("plan-again.json", after(WEB, name), value);
    const { problems } = await check(plan, "--stack", fixture("stack"));
    expect(problems).toEqual([expect.stringContaining(`${WEB} is not the proven task definition: ${sentence}`)]);
  });

  test("what only the apply makes known must be written as in the stack", async () => {
    const address = ["configuration", "root_module", "resources", `[${WEB}]`, "expressions", "container_definitions"];
    const plan = altered("plan-first.json", [...address, "constant_value"], "[]");
    const { problems } = await check(plan, "--stack", fixture("stack"));
    expect(problems).toEqual([
      `${WEB}: container_definitions will be known only after the apply, and is not written as in the stack.`,
    ]);
  });

  test("a policy that isn't the stack's", async () => {
    const address = "aws_iam_role_policy_attachment.execution-role-policy";
    const written = ["configuration", "root_module", "resources", `[${address}]`, "expressions", "policy_arn"];
    const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    const first = altered("plan-again.json", [...written, "constant_value"], admin);
    const document = JSON.parse(readFileSync(first, "utf8"));
    document.resource_changes.find((one: { address: string }) => one.address === address).change.after.policy_arn =
      admin;
    writeFileSync(first, JSON.stringify(document));
    const { problems } = await check(first, "--stack", fixture("stack"));
    expect(problems).toEqual([`${address}: policy_arn is not what the stack says.`]);
  });

  test("a resource that isn't in the stack", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const change = { actions: ["create"], before: null, after: { name: "x" }, after_unknown: {} };
    document.resource_changes.push({ address: "aws_iam_user.extra", mode: "managed", type: "aws_iam_user", change });
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    const { problems } = await check(file, "--stack", fixture("stack"));
    expect(problems).toEqual(["aws_iam_user.extra is not in the stack, and the plan would create it."]);
  });

  test("a task whose file is gone is removed, with a notice", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const change = { actions: ["delete"], before: { family: "old" }, after: null, after_unknown: {} };
    const address = "aws_ecs_task_definition.task-definition-old";
    document.resource_changes.push({ address, mode: "managed", type: "aws_ecs_task_definition", change });
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    const { status, stderr } = await check(file, "--stack", fixture("stack"));
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `${address} is no longer in the stack: the plan removes it.\n`,
    });
  });

  test("a plan of only a part", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    document.resource_changes = document.resource_changes.filter((one: { address: string }) => one.address !== WEB);
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    const { problems } = await check(file, "--stack", fixture("stack"));
    expect(problems).toEqual([`${WEB} is in the stack, but not in the plan. Plan the whole stack, without -target.`]);
  });
});

describe("the plan of any project", () => {
  test("each task definition for Fargate that isn't protected fails, by address, container and reason", async () => {
    const { problems, stdout } = await check(fixture("plan-of-project.json"));
    expect(stdout).toBe("");
    const nothing = "containerDefinitions: expected at least one container that the Defender has wrapped, got none.";
    const bare = (address: string, ...containers: string[]) => [
      `${address} is not protected: container TwistlockDefender, container: expected to be there, got none.`,
      `${address} is not protected: ${nothing}`,
      ...containers.map((name) => `${address}: the container "${name}" is not under runtime defense.`),
    ];
    expect(problems).toEqual([
      'aws_ecs_task_definition.half: the container "router" is not under runtime defense.',
      ...bare("aws_ecs_task_definition.implicit", "app"),
      "aws_ecs_task_definition.later: container_definitions will be known only after the apply, so nothing proves that it is protected. Apply first what it refers to, or write that as a value, and plan again.",
      ...bare("aws_ecs_task_definition.shop", "app", "helper"),
    ]);
  });

  test("exceptions have a reason, which is printed; one that nothing needs is named", async () => {
    const outcome = await check(
      fixture("plan-of-project.json"),
      ...["implicit=internal", "later=see OPS-1", "shop=moves off in May", "half/router=FireLens", "gone=x"].flatMap(
        (allowance) => ["--allow", allowance],
      ),
    );
    expect(outcome).toEqual({
      problems: [],
      status: 0,
      stdout: "2 task definitions for Fargate in plan-of-project.json are protected.\n",
      stderr: [
        "--allow gone is of no use: the plan has nothing unprotected of that name.",
        "Allowed: aws_ecs_task_definition.half, container router: FireLens.",
        "Allowed: aws_ecs_task_definition.implicit, family implicit: internal.",
        "Allowed: aws_ecs_task_definition.later, family later: see OPS-1.",
        "Allowed: aws_ecs_task_definition.shop, family shop: moves off in May.",
        "",
      ].join("\n"),
    });
  });

  test("one in a module counts, too", async () => {
    const address = "module.batch.aws_ecs_task_definition.job[1]";
    const plan = altered("plan-of-project.json", after(address, "container_definitions"), '[{"name":"a","image":"b"}]');
    expect((await check(plan)).problems).toContain(`${address}: the container "a" is not under runtime defense.`);
  });

  test("a Defender of a registry that nobody has named isn't one", async () => {
    const { problems } = await invoke(checkPlan, [fixture("plan-of-project.json")]);
    expect(problems.filter((problem) => problem.includes("DEFENDER_REGISTRY"))).toHaveLength(3);
  });

  test("a Defender that dials another Console isn't one, where the Console's address is set", async () => {
    const environment = { ...ENVIRONMENT, TL_CONSOLE_ADDRESS: "console.example.com" };
    const { problems } = await invoke(checkPlan, [fixture("plan-of-project.json")], environment);
    expect(problems.filter((problem) => problem.includes("console.example.com"))).toHaveLength(3);
  });

  describe("a copy of the Defender's image under another name", () => {
    const COPY = "mirror.example.com/security/prisma-defender";
    const mirrored = () => {
      const file = join(folder, "plan.json");
      const image = /[^"\\]+\/twistlock\/defender:defender_34_04_145/g;
      const again = readFileSync(fixture("plan-again.json"), "utf8");
      writeFileSync(file, again.replace(image, `${COPY}:34.04.145`));
      return file;
    };

    test("is one where DEFENDER_IMAGES names its repository", async () => {
      const { problems, stdout } = await invoke(checkPlan, [mirrored()], { DEFENDER_IMAGES: COPY });
      expect(problems).toEqual([]);
      expect(stdout).toContain("2 task definitions for Fargate");
    });

    test.each(["", "$(DEFENDER_IMAGES)"])("isn't one where DEFENDER_IMAGES is %j", async (images) => {
      const { problems } = await invoke(checkPlan, [mirrored()], { DEFENDER_IMAGES: images });
      expect(problems).toHaveLength(2);
      expect(problems[0]).toContain("a copy under another name: DEFENDER_IMAGES)");
    });
  });

  test("every variable that is wrong is named at once", async () => {
    const wrong = { DEFENDER_REGISTRY: "https://x", DEFENDER_IMAGES: "x", TL_CONSOLE_ADDRESS: "https://y" };
    const { problems } = await invoke(checkPlan, [fixture("plan-again.json")], wrong);
    expect(problems).toEqual([
      'DEFENDER_REGISTRY must be a registry\'s host, without https:// and path, got "https://x".',
      'DEFENDER_IMAGES must hold repositories such as mirror.example.com/security/prisma-defender, or images with their tag or digest, with commas between, got "x".',
      'TL_CONSOLE_ADDRESS must be a host alone, without https://, port and path, got "https://y".',
    ]);
  });

  test("our own plan is good as any project's, too", async () => {
    expect((await check(fixture("plan-again.json"))).stdout).toContain("2 task definitions for Fargate");
  });
});

describe("refusals", () => {
  const inFile = (content: string) => {
    const file = join(folder, "plan.json");
    writeFileSync(file, content);
    return file;
  };
  const again = () => JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));

  test.each<[string, () => string, string]>([
    ["a file that isn't there", () => join(folder, "none.json"), "none.json can't be read (ENOENT). Check the path."],
    [
      "a saved plan itself",
      () => inFile("PK\u0003\u0004"),
      "plan.json can't be read as a plan: it is a saved plan itself. Print it by terraform show -json PLAN > PLAN.json.",
    ],
    ["no JSON", () => inFile("{"), "plan.json can't be read as a plan: it is not JSON."],
    ["a list", () => inFile("[]"), "plan.json must hold one JSON object"],
    [
      "a state",
      () => inFile('{"format_version":"1.0","values":{}}'),
      "plan.json must be a plan as terraform show -json PLAN prints it, got a state.",
    ],
    ["something else", () => inFile("{}"), "got something else."],
    [
      "another format version",
      () => inFile(JSON.stringify({ ...again(), format_version: "2.0" })),
      'plan.json must have Terraform\'s plan format 1.x, got format_version "2.0". Use Terraform 1.11 to 1.x, or a newer release of this project.',
    ],
    [
      "a plan that failed",
      () => inFile(JSON.stringify({ ...again(), errored: true })),
      "plan.json is a plan that failed: it does not hold everything. Plan again.",
    ],
    [
      "a plan with changes that were put off",
      () => inFile(JSON.stringify({ ...again(), complete: false })),
      "plan.json is not complete: Terraform has put off some changes.",
    ],
    [
      "changes of another shape",
      () => inFile(JSON.stringify({ ...again(), resource_changes: [{ address: 1 }] })),
      "plan.json is not a plan as Terraform writes it: resource_changes.0.address must be string. Print it anew.",
    ],
  ])("%s", async (_, file, sentence) => {
    const { problems, stdout } = await check(file());
    expect(problems).toEqual([expect.stringContaining(sentence)]);
    expect(stdout).toBe("");
  });

  test.each([
    [["--allow", "shop"], "--allow must be FAMILY=REASON, or FAMILY/CONTAINER=REASON"],
    [["--allow", "shop= "], "--allow must be FAMILY=REASON"],
    [["--stack", FIXTURES, "--allow", "a=b"], "--stack and --allow exclude each other"],
    [["--stack", tmpdir()], "holds no synthesized stack. Run npm run synth, or name a folder such as cdktf.out."],
  ])("%j", async (args, sentence) => {
    const { problems } = await check(fixture("plan-again.json"), ...args);
    expect(problems).toEqual([expect.stringContaining(sentence)]);
  });
});
