import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { checkPlan } from "../../lib/commands/check-plan";
import { isJsonObject } from "../../lib/json";
import { DEFENDER_REGISTRY } from "../status/registrations";
import { invoke } from "./invoke";

// Real plans: `terraform show -json` of Terraform 1.11.4 with the AWS provider, without the prior state.
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

type Alteration = readonly [path: readonly string[], value: unknown];

/** Copies a fixture and sets one value in it. In the path of keys, `[address]` picks the element with that address. */
function altered(name: string, ...[path, value]: Alteration): string {
  return alteredIn(name, [[path, value]]);
}

function alteredIn(name: string, alterations: readonly Alteration[]): string {
  const document = JSON.parse(readFileSync(fixture(name), "utf8"));
  for (const [path, value] of alterations) {
    const last = path.at(-1) ?? "";
    const parent = path.slice(0, -1).reduce<unknown>(step, document);
    if (!isJsonObject(parent)) throw new Error(`${path.join(".")} is not in ${name}`);
    Object.assign(parent, { [last]: value });
  }
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
const CLUSTER = "aws_ecs_cluster.cluster";
const ROLE = "aws_iam_role.execution-role";
const ROLE_POLICY = "aws_iam_role_policy.execution-role-install-bundle";
const SECRET = "aws_secretsmanager_secret.install-bundle";
const change = (address: string, ...path: readonly string[]) => ["resource_changes", `[${address}]`, "change", ...path];
const planned = (address: string, name: string) => change(address, "after", name);
const configuration = (...path: readonly string[]) => ["configuration", ...path];
const configured = (address: string, ...path: readonly string[]) =>
  configuration("root_module", "resources", `[${address}]`, ...path);
const argument = (address: string, name: string) => configured(address, "expressions", name);

const UNREADABLE: readonly (readonly [string, string])[] = [
  ["nested 60,000 deep", `${"[".repeat(60_000)}${"]".repeat(60_000)}`],
  ["not JSON", "[{"],
];
const UNREADABLE_PROBLEM =
  "container_definitions is not JSON, or has more than 32 levels, so it is not a task definition's.";

describe("the stack's plan", () => {
  test.each([
    ["plan-first.json", "stack"],
    ["plan-again.json", "stack"],
    ["plan-changed.json", "stack-changed"],
  ])("%s is accepted for the stack in %s", async (plan, stack) => {
    expect(await check(fixture(plan), "--stack", fixture(stack))).toEqual({
      problems: [],
      status: 0,
      stdout: `2 task definitions in ${plan} are the proven ones.\n`,
      stderr: "",
    });
  });

  test("an image other than the proven one is refused", async () => {
    const { problems } = await check(fixture("plan-changed.json"), "--stack", fixture("stack"));
    expect(problems).toEqual([
      `${WEB} is not the proven task definition: containerDefinitions.hello.environment: expected its original value, got another value.`,
      `${WEB} is not the proven task definition: containerDefinitions.hello.image: expected "public.ecr.aws/docker/library/busybox:1.37", got "public.ecr.aws/docker/library/busybox:1.38".`,
    ]);
  });

  test("a plan that destroys the stack is refused", async () => {
    const { problems } = await check(fixture("plan-destroy.json"), "--stack", fixture("stack"));
    expect(problems).toHaveLength(8);
    expect(problems).toContain(`${WEB} is in the stack, and the plan would destroy it.`);
    expect(problems).toContain("aws_ecs_cluster.cluster is in the stack, and the plan would destroy it.");
  });

  test("a replacement that was requested by hand is refused", async () => {
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
  ])("another %s than the proven one is refused", async (name, value, sentence) => {
    const plan = altered("plan-again.json", planned(WEB, name), value);
    const { problems } = await check(plan, "--stack", fixture("stack"));
    expect(problems).toEqual([expect.stringContaining(`${WEB} is not the proven task definition: ${sentence}`)]);
  });

  test.each([{ image: "other" }, { name: "hello", image: "other" }])(
    "one more container, %j, is refused",
    async (more) => {
      const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
      const { after } = document.resource_changes.find((one: { address: string }) => one.address === WEB).change;
      after.container_definitions = JSON.stringify([more, ...JSON.parse(after.container_definitions)]);
      const file = join(folder, "plan.json");
      writeFileSync(file, JSON.stringify(document));
      const { problems } = await check(file, "--stack", fixture("stack"));
      expect(problems).toEqual([
        expect.stringContaining(`${WEB} is not the proven task definition: containerDefinitions: expected`),
      ]);
    },
  );

  test("a second block where the provider allows one isn't left out of the comparison", async () => {
    const every = "aws_ecs_task_definition.task-definition-every-key";
    const storage = [{ size_in_gib: 40 }, { size_in_gib: 200 }];
    const plan = altered("plan-again.json", planned(every, "ephemeral_storage"), storage);
    const { problems } = await check(plan, "--stack", fixture("stack"));
    expect(problems).toEqual([
      expect.stringContaining(`${every} is not the proven task definition: ephemeralStorage: expected`),
    ]);
  });

  test("another folder of a volume's file system than the proven one is refused", async () => {
    const every = "aws_ecs_task_definition.task-definition-every-key";
    const plan = readFileSync(fixture("plan-again.json"), "utf8");
    const file = join(folder, "plan.json");
    writeFileSync(file, plan.replaceAll('"root_directory":"share"', '"root_directory":"other"'));
    const { problems } = await check(file, "--stack", fixture("stack"));
    expect(problems).toEqual([
      `${every} is not the proven task definition: volumes.fsx.fsxWindowsFileServerVolumeConfiguration.rootDirectory: expected "share", got "other".`,
    ]);
  });

  test("a value known only after the apply must be written as in the stack", async () => {
    const address = ["configuration", "root_module", "resources", `[${WEB}]`, "expressions", "container_definitions"];
    const plan = altered("plan-first.json", [...address, "constant_value"], "[]");
    const { problems } = await check(plan, "--stack", fixture("stack"));
    expect(problems).toEqual([
      `${WEB}: container_definitions will be known only after the apply, and is not written as in the stack.`,
    ]);
  });

  test("a policy that isn't the stack's is refused", async () => {
    const address = "aws_iam_role_policy_attachment.execution-role-policy";
    const written = ["configuration", "root_module", "resources", `[${address}]`, "expressions", "policy_arn"];
    const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    const first = altered("plan-again.json", [...written, "constant_value"], admin);
    const document = JSON.parse(readFileSync(first, "utf8"));
    document.resource_changes.find((one: { address: string }) => one.address === address).change.after.policy_arn =
      admin;
    writeFileSync(first, JSON.stringify(document));
    const { problems } = await check(first, "--stack", fixture("stack"));
    expect(problems).toEqual([`${address}: policy_arn differs from the stack. Plan the synthesized stack again.`]);
  });

  // What version 6 of the AWS provider plans when only AWS_REGION changes: nothing.
  test("a resource that stays in another region than the stack's is refused", async () => {
    const plan = altered("plan-again.json", planned(WEB, "region"), "us-east-1");
    const { problems } = await check(plan, "--stack", fixture("stack"));
    expect(problems).toEqual([
      `${WEB} would be in us-east-1, and the stack is for eu-west-1. Give each region a STACK_NAME of its own.`,
    ]);
  });

  test("a resource that isn't in the stack is refused", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const change = { actions: ["create"], before: null, after: { name: "x" }, after_unknown: {} };
    document.resource_changes.push({ address: "aws_iam_user.extra", mode: "managed", type: "aws_iam_user", change });
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    const { problems } = await check(file, "--stack", fixture("stack"));
    expect(problems).toEqual(["aws_iam_user.extra is not in the stack, and the plan would create it."]);
  });

  test("a resource that Terraform would forget is refused", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const change = { actions: ["forget"], before: { name: "x" }, after: null, after_unknown: {} };
    document.resource_changes.push({ address: "aws_iam_user.extra", mode: "managed", type: "aws_iam_user", change });
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    const { problems } = await check(file, "--stack", fixture("stack"));
    expect(problems).toEqual(["aws_iam_user.extra is not in the stack, and the plan would forget it."]);
  });

  test.each([
    [false, "the plan removes it"],
    [true, "Terraform forgets it, and it stays registered"],
  ])("a task whose file is gone is removed, with a notice (skip_destroy: %s)", async (skip_destroy, what) => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const change = { actions: ["delete"], before: { family: "old", skip_destroy }, after: null, after_unknown: {} };
    const address = "aws_ecs_task_definition.task-definition-old";
    document.resource_changes.push({ address, mode: "managed", type: "aws_ecs_task_definition", change });
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    const { status, stderr } = await check(file, "--stack", fixture("stack"));
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `${address} is no longer in the stack: ${what}.\n`,
    });
  });

  test("the provider from OpenTofu's own registry is the stack's", async () => {
    const source = "registry.opentofu.org/hashicorp/aws";
    const plan = altered("plan-again.json", configuration("provider_config", "aws", "full_name"), source);
    expect((await check(plan, "--stack", fixture("stack"))).problems).toEqual([]);
  });

  // Each alteration is what Terraform plans when another file beside cdk.tf.json makes that change.
  describe("a change by another file beside the stack is named", () => {
    const OTHER = { name: "aws", full_name: "registry.terraform.io/hashicorp/aws", alias: "other" };
    const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
    test.each<[string, readonly Alteration[], readonly string[]]>([
      [
        "an argument that the stack doesn't have",
        [[argument(SECRET, "policy"), { constant_value: "{}" }]],
        [`${SECRET}: the plan has policy, which the stack does not.`],
      ],
      [
        "a list that the stack doesn't have",
        [[argument(ROLE, "managed_policy_arns"), { constant_value: [ADMIN] }]],
        [`${ROLE}: the plan has managed_policy_arns, which the stack does not.`],
      ],
      [
        "a block that the stack doesn't have",
        [[argument(ROLE, "inline_policy"), [{ name: { constant_value: "x" }, policy: { constant_value: "{}" } }]]],
        [`${ROLE}: the plan has inline_policy, which the stack does not.`],
      ],
      [
        "a dynamic block, which a plan's configuration doesn't show",
        [[planned(ROLE, "inline_policy"), [{ name: "x", policy: "{}" }]]],
        [`${ROLE}: the plan has inline_policy, which the stack does not.`],
      ],
      [
        "a removed argument",
        [[argument(ROLE, "assume_role_policy"), undefined]],
        [`${ROLE}: assume_role_policy differs from the stack. Plan the synthesized stack again.`],
      ],
      [
        "skip_destroy",
        [
          [argument(WEB, "skip_destroy"), { constant_value: false }],
          [planned(WEB, "skip_destroy"), false],
        ],
        [`${WEB}: skip_destroy differs from the stack. Plan the synthesized stack again.`],
      ],
      [
        "skip_destroy that ignore_changes keeps as it was",
        [[planned(WEB, "skip_destroy"), false]],
        [`${WEB}: skip_destroy differs from the stack. Plan the synthesized stack again.`],
      ],
      [
        "a policy that ignore_changes keeps as it was",
        [[planned(ROLE_POLICY, "policy"), '{"Version":"2012-10-17","Statement":[{"Action":"*","Resource":"*"}]}']],
        [`${ROLE_POLICY}: policy differs from the stack. Plan the synthesized stack again.`],
      ],
      [
        "an object with its own toString in place of a text",
        [
          [configured(CLUSTER, "provider_config_key"), { toString: 1 }],
          [planned(ROLE_POLICY, "policy"), { toString: 1 }],
          [planned(WEB, "container_definitions"), { toString: 1 }],
        ],
        [
          expect.stringContaining(`${WEB} is not the proven task definition: containerDefinitions: expected`),
          `${ROLE_POLICY}: policy differs from the stack. Plan the synthesized stack again.`,
          `${CLUSTER} is planned with the provider {"toString":1}, not with the stack's.`,
        ],
      ],
      [
        "a literal in place of an expression with the same text",
        [[[...argument(WEB, "execution_role_arn"), "references"], undefined]],
        [`${WEB}: execution_role_arn differs from the stack. Plan the synthesized stack again.`],
      ],
      [
        "the same reference in another text",
        [[[...argument(WEB, "container_definitions"), "constant_value"], undefined]],
        [`${WEB}: container_definitions differs from the stack. Plan the synthesized stack again.`],
      ],
      [
        "a region of the resource's own",
        [[argument(WEB, "region"), { constant_value: "us-east-1" }]],
        [`${WEB}: the plan has region, which the stack does not.`],
      ],
      [
        "another region of the provider",
        [[configuration("provider_config", "aws", "expressions", "region", "constant_value"), "us-east-1"]],
        ["The provider aws differs from the stack: region."],
      ],
      [
        "another account",
        [
          [
            configuration("provider_config", "aws", "expressions", "assume_role"),
            [{ role_arn: { constant_value: ADMIN } }],
          ],
        ],
        ["The provider aws differs from the stack: assume_role."],
      ],
      [
        "another provider of the same name",
        [
          [configuration("provider_config", "aws", "full_name"), "registry.terraform.io/someone/aws"],
          [configuration("provider_config", "aws", "version_constraint"), "5.0.0"],
        ],
        ["The provider aws differs from the stack: source, version."],
      ],
      [
        "a provider under another name in its module",
        [[configuration("provider_config", "aws", "alias"), "other"]],
        ["The provider aws differs from the stack: alias."],
      ],
      [
        "a second provider",
        [
          [configuration("provider_config", "aws.other"), OTHER],
          [configured(WEB, "provider_config_key"), "aws.other"],
        ],
        [
          "The plan has the provider aws.other, which the stack does not.",
          `${WEB} is planned with the provider aws.other, not with the stack's.`,
        ],
      ],
      [
        "a provisioner",
        [[configured(CLUSTER, "provisioners"), [{ type: "local-exec" }]]],
        [`${CLUSTER}: the plan's configuration has provisioners, which the stack does not.`],
      ],
      [
        "another dependency",
        [[configured(WEB, "depends_on"), undefined]],
        [`${WEB}: depends_on differs from the stack.`],
      ],
      [
        "a part of the configuration that Terraform doesn't have yet",
        [[configuration("extra"), {}]],
        ["The plan's configuration has extra, which the stack does not."],
      ],
      [
        "a module",
        [[configuration("root_module", "module_calls"), { other: { source: "./other" } }]],
        ["The plan's configuration has module_calls, which the stack does not."],
      ],
      [
        "another value of an output",
        [
          [
            configuration("root_module", "outputs", "arn-of-task-definition-web", "expression"),
            { constant_value: "arn:aws:ecs:eu-west-1:111122223333:task-definition/other:1" },
          ],
        ],
        ["The output arn-of-task-definition-web differs from the stack."],
      ],
      [
        "an output that the stack doesn't have",
        [[configuration("root_module", "outputs", "extra"), { expression: { constant_value: "x" } }]],
        ["The plan has the output extra, which the stack does not."],
      ],
      [
        "a default of the install bundle, and a variable that the stack doesn't have",
        [
          [configuration("root_module", "variables", "install_bundle", "default"), "kept in clear"],
          [configuration("root_module", "variables", "extra"), {}],
        ],
        [
          "The plan has the variable extra, which the stack does not.",
          "The variable install_bundle differs from the stack.",
        ],
      ],
      [
        "an install bundle that isn't sensitive",
        [[configuration("root_module", "variables", "install_bundle", "sensitive"), undefined]],
        ["The variable install_bundle differs from the stack."],
      ],
      [
        "an install bundle that isn't ephemeral",
        [[["variables"], { install_bundle: { value: "kept in clear" } }]],
        [
          "The plan holds the value of the variable install_bundle, which must be ephemeral. Delete this plan, and plan the synthesized stack.",
        ],
      ],
      [
        "an import",
        [[change(CLUSTER, "importing"), { id: "other" }]],
        [`${CLUSTER} would be imported or moved by a block that is not in the stack. Remove that block.`],
      ],
      [
        "a move",
        [[["resource_changes", `[${CLUSTER}]`, "previous_address"], "aws_ecs_cluster.other"]],
        [`${CLUSTER} would be imported or moved by a block that is not in the stack. Remove that block.`],
      ],
      [
        "`destroy = false`",
        [
          [change(WEB, "actions"), ["forget"]],
          [change(WEB, "after"), null],
        ],
        [`${WEB} is in the stack, and the plan would forget it.`],
      ],
      [
        "a trigger",
        [
          [change(CLUSTER, "actions"), ["delete", "create"]],
          [["resource_changes", `[${CLUSTER}]`, "action_reason"], "replace_by_triggers"],
        ],
        [`${CLUSTER} would be replaced by a trigger, which the stack does not have.`],
      ],
      [
        "a replacement in another order",
        [[change(WEB, "actions"), ["delete", "create"]]],
        [`${WEB} would be destroyed before its replacement is created, but the stack has create_before_destroy.`],
      ],
      [
        "an action",
        [[["action_invocations"], [{ address: "action.aws_lambda_invoke.extra" }]]],
        ["The plan invokes action.aws_lambda_invoke.extra, which the stack does not."],
      ],
    ])("%s", async (_, alterations, problems) => {
      const plan = alteredIn("plan-again.json", alterations);
      expect((await check(plan, "--stack", fixture("stack"))).problems).toEqual(problems);
    });

    test("a policy that ignore_changes keeps as it was, while the secret is replaced", async () => {
      const plan = alteredIn("plan-first.json", [
        [planned(ROLE_POLICY, "policy"), '{"Version":"2012-10-17","Statement":[{"Action":"*","Resource":"*"}]}'],
        [change(ROLE_POLICY, "after_unknown", "policy"), undefined],
      ]);
      const { problems } = await check(plan, "--stack", fixture("stack"));
      expect(problems).toEqual([`${ROLE_POLICY}: policy differs from the stack. Plan the synthesized stack again.`]);
    });

    test("a resource of another file that is there already", async () => {
      const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
      const [address, after] = ["aws_iam_user.extra", { name: "x" }];
      const change = { actions: ["no-op"], before: after, after, after_unknown: {} };
      document.resource_changes.push({ address, mode: "managed", type: "aws_iam_user", change });
      document.configuration.root_module.resources.push({ address, mode: "managed", type: "aws_iam_user" });
      const file = join(folder, "plan.json");
      writeFileSync(file, JSON.stringify(document));
      const { problems } = await check(file, "--stack", fixture("stack"));
      expect(problems).toEqual([`${address} is not in the stack, but in the plan's configuration.`]);
    });

    test("a data source", async () => {
      const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
      document.configuration.root_module.resources.push({ address: "data.external.extra", mode: "data" });
      const file = join(folder, "plan.json");
      writeFileSync(file, JSON.stringify(document));
      const { problems } = await check(file, "--stack", fixture("stack"));
      expect(problems).toEqual(["data.external.extra is not in the stack, but in the plan's configuration."]);
    });

    test("an additional volume at the first deployment, known only after the apply", async () => {
      const every = "aws_ecs_task_definition.task-definition-every-key";
      const plan = alteredIn("plan-first.json", [
        [planned(every, "volume"), undefined],
        [change(every, "after_unknown", "volume"), true],
      ]);
      const { problems } = await check(plan, "--stack", fixture("stack"));
      expect(problems).toEqual([`${every}: volume differs from the stack. Plan the synthesized stack again.`]);
    });

    test("a first volume at the first deployment, known only after the apply", async () => {
      const plan = altered("plan-first.json", change(WEB, "after_unknown", "volume"), true);
      const { problems } = await check(plan, "--stack", fixture("stack"));
      expect(problems).toEqual([
        `${WEB}: volume will be known only after the apply, and is not written as in the stack.`,
      ]);
    });

    test("a folder of the host for a volume at the first deployment, when its use at launch isn't known", async () => {
      const every = "aws_ecs_task_definition.task-definition-every-key";
      const document = JSON.parse(readFileSync(fixture("plan-first.json"), "utf8"));
      const { after } = document.resource_changes.find((one: { address: string }) => one.address === every).change;
      const volume = after.volume.map((one: object, index: number) => (index === 0 ? { ...one, host_path: "/" } : one));
      const plan = altered("plan-first.json", planned(every, "volume"), volume);
      const { problems } = await check(plan, "--stack", fixture("stack"));
      expect(problems).toEqual([expect.stringContaining(`${every} is not the proven task definition: volumes.`)]);
    });

    const elsewhere = { host_path: { references: ["local.path"] } };
    test.each<[string, (blocks: readonly object[]) => readonly object[]]>([
      [
        "another one",
        ([first = {}, , ...rest]) => [first, { name: { constant_value: "bind" }, ...elsewhere }, ...rest],
      ],
      ["one with one more argument", ([first, ...rest]) => [{ ...first, ...elsewhere }, ...rest]],
      [
        "one with another argument",
        ([first = {}, , ...rest]) => [
          first,
          { name: { constant_value: "bind" }, configure_at_launch: { constant_value: true } },
          ...rest,
        ],
      ],
      ["none", (blocks) => blocks.slice(0, -1)],
    ])("%s in place of one of several blocks", async (_, change) => {
      const every = "aws_ecs_task_definition.task-definition-every-key";
      const { resources } = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8")).configuration.root_module;
      const { volume } = resources.find((one: { address: string }) => one.address === every).expressions;
      const plan = altered("plan-again.json", argument(every, "volume"), change(volume));
      const { problems } = await check(plan, "--stack", fixture("stack"));
      expect(problems).toEqual([`${every}: volume differs from the stack. Plan the synthesized stack again.`]);
    });

    const SETTING = { name: "containerInsights", value: "enabled" };
    const OTHER_SETTING = { name: "other", value: "on" };
    test.each<[string, readonly object[], readonly string[]]>([
      ["the written ones, in another order", [OTHER_SETTING, SETTING], []],
      ["another one", [SETTING, { ...OTHER_SETTING, value: "off" }], ["setting"]],
      ["one less", [SETTING], ["setting"]],
      ["one more", [SETTING, OTHER_SETTING, { name: "third", value: "on" }], ["setting"]],
    ])("blocks that ignore_changes keeps as they were: %s", async (_, kept, different) => {
      cpSync(fixture("stack"), join(folder, "stack"), { recursive: true });
      const file = join(folder, "stack", "cdk.tf.json");
      const stack = JSON.parse(readFileSync(file, "utf8"));
      stack.resource.aws_ecs_cluster.cluster.setting = [SETTING, OTHER_SETTING];
      writeFileSync(file, JSON.stringify(stack));
      const plan = alteredIn("plan-again.json", [
        [
          argument(CLUSTER, "setting"),
          [SETTING, OTHER_SETTING].map(({ name, value }) => ({
            name: { constant_value: name },
            value: { constant_value: value },
          })),
        ],
        [planned(CLUSTER, "setting"), kept],
      ]);
      expect((await check(plan, "--stack", join(folder, "stack"))).problems).toEqual(
        different.map((name) => `${CLUSTER}: ${name} differs from the stack. Plan the synthesized stack again.`),
      );
    });

    test("a plan without its configuration", async () => {
      const { problems } = await check(
        altered("plan-again.json", ["configuration"], undefined),
        "--stack",
        fixture("stack"),
      );
      expect(problems).toContain(`${SECRET}: description differs from the stack. Plan the synthesized stack again.`);
    });
  });

  test.each(UNREADABLE)("containers that are %s are refused", async (_, containers) => {
    const plan = altered("plan-again.json", planned(WEB, "container_definitions"), containers);
    expect((await check(plan, "--stack", fixture("stack"))).problems).toEqual([
      `${WEB} is not the proven task definition: ${UNREADABLE_PROBLEM}`,
    ]);
  });

  test("a policy that is nested 60,000 deep is refused", async () => {
    const policy = `${'{"a":'.repeat(60_000)}1${"}".repeat(60_000)}`;
    const plan = altered("plan-again.json", planned(ROLE_POLICY, "policy"), policy);
    expect((await check(plan, "--stack", fixture("stack"))).problems).toEqual([
      `${ROLE_POLICY}: policy differs from the stack. Plan the synthesized stack again.`,
    ]);
  });

  test("what an interrupted replacement has left over may be destroyed", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const web = document.resource_changes.find((one: { address: string }) => one.address === WEB);
    const change = { actions: ["delete"], before: web.change.after, after: null, after_unknown: {} };
    document.resource_changes.push({ ...web, deposed: "0a1b2c3d", change });
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    expect((await check(file, "--stack", fixture("stack"))).problems).toEqual([]);
  });

  test("a policy that AWS returns in another order equals the stack's", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const change = document.resource_changes.find((one: { address: string }) => one.address === ROLE_POLICY).change;
    const {
      Statement: [statement],
      Version,
    } = JSON.parse(change.after.policy);
    const same = { Resource: [statement.Resource], Effect: statement.Effect, Action: [statement.Action] };
    const plan = altered(
      "plan-again.json",
      planned(ROLE_POLICY, "policy"),
      JSON.stringify({ Statement: same, Version }),
    );
    expect((await check(plan, "--stack", fixture("stack"))).problems).toEqual([]);
  });

  test("a policy with one more statement than the stack's is refused", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const { after } = document.resource_changes.find((one: { address: string }) => one.address === ROLE_POLICY).change;
    const policy = JSON.parse(after.policy);
    policy.Statement.push({ Effect: "Allow", Action: ["sts:AssumeRole"], Resource: ["*"] });
    const plan = altered("plan-again.json", planned(ROLE_POLICY, "policy"), JSON.stringify(policy));
    expect((await check(plan, "--stack", fixture("stack"))).problems).toEqual([
      `${ROLE_POLICY}: policy differs from the stack. Plan the synthesized stack again.`,
    ]);
  });

  test("the region that the provider gives a task definition is no difference", async () => {
    const plan = altered("plan-again.json", planned(WEB, "region"), "eu-west-1");
    expect((await check(plan, "--stack", fixture("stack"))).problems).toEqual([]);
  });

  test("a plan of only a part of the stack is refused", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    document.resource_changes = document.resource_changes.filter((one: { address: string }) => one.address !== WEB);
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    const { problems } = await check(file, "--stack", fixture("stack"));
    expect(problems).toEqual([`${WEB} is in the stack, but not in the plan. Plan the whole stack, without -target.`]);
  });
});

describe("the plan of any project", () => {
  test("each unprotected task definition for Fargate is named with its address, container and reason", async () => {
    const { problems, stdout } = await check(fixture("plan-of-project.json"));
    expect(stdout).toBe("");
    const bare = (name: string) =>
      `aws_ecs_task_definition.${name} is not protected: it has no Defender. Protect it with this project, or allow it by --allow ${name}=REASON.`;
    expect(problems).toEqual([
      'aws_ecs_task_definition.half: the container "router" is not under runtime defense. Protect it, or allow it by --allow half/router=REASON.',
      bare("implicit"),
      "aws_ecs_task_definition.later: container_definitions will be known only after the apply, so protection can't be proven. First apply the resources that it refers to, or write their values, and plan again. For this project's own stack, add --stack cdktf.out.",
      bare("shop"),
    ]);
  });

  test("an exception for a family that is protected by now has no effect", async () => {
    const bare = (family: string) => [`--allow`, `${family}=x`];
    const { stdout, stderr } = await check(
      fixture("plan-of-project.json"),
      ...["implicit", "later", "shop", "half/router", "job-0"].flatMap(bare),
    );
    expect(stderr).toContain("--allow job-0 has no effect: the plan has nothing unprotected of that name.");
    expect(stdout).toBe("2 task definitions for Fargate in plan-of-project.json are protected.\n");
  });

  test("two Defenders beside a container that isn't wrapped are not called none", async () => {
    const containers = ["app", "TwistlockDefender", "TwistlockDefender"].map((name) => ({ name, image: "a" }));
    const plan = altered("plan-again.json", planned(WEB, "container_definitions"), JSON.stringify(containers));
    const { problems } = await check(plan);
    expect(problems).toContain(`${WEB} is not protected: container TwistlockDefender: expected one, got 2.`);
    expect(problems.join()).not.toContain("it has no Defender");
  });

  test("two reasons for one name are refused", async () => {
    const { problems } = await check(fixture("plan-of-project.json"), "--allow", "shop=a", "--allow", "shop=b");
    expect(problems).toEqual(["--allow names shop twice. Give one reason for it."]);
  });

  test("the reasons of exceptions are printed, and an exception without effect is named", async () => {
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
        "--allow gone has no effect: the plan has nothing unprotected of that name.",
        "Allowed: aws_ecs_task_definition.half, container router: FireLens.",
        "Allowed: aws_ecs_task_definition.implicit, family implicit: internal.",
        "Allowed: aws_ecs_task_definition.later, family later: see OPS-1.",
        "Allowed: aws_ecs_task_definition.shop, family shop: moves off in May.",
        "",
      ].join("\n"),
    });
  });

  describe("a resource of another type whose tasks run on Fargate is refused", () => {
    const FARGATE = { requires_compatibilities: ["FARGATE"] };
    const remedy = (type: string, exception: string) =>
      `${type}.other: its tasks run on Fargate, but protection can't be checked for ${type}. Use aws_ecs_task_definition for them, or ${exception}.`;
    const allow = "allow it by --allow other=REASON";
    const planOf = (type: string, values: object, unknown: object = {}) => {
      const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
      const change = { actions: ["create"], before: null, after: values, after_unknown: unknown };
      document.resource_changes.push({ address: `${type}.other`, mode: "managed", type, change });
      const file = join(folder, "plan.json");
      writeFileSync(file, JSON.stringify(document));
      return file;
    };

    test.each<[string, object, string]>([
      ["awscc_batch_job_definition", { job_definition_name: "other", platform_capabilities: ["FARGATE"] }, allow],
      ["awscc_ecs_task_definition", { family: "other", ...FARGATE }, allow],
      ["awscc_ecs_task_definition", { ...FARGATE }, "give it a family, by which --allow can name it"],
      ["aws_ecs_express_gateway_service", { service_name: "other" }, allow],
      [
        "awscc_ecs_express_gateway_service",
        { service_name: null },
        "give it a service_name, by which --allow can name it",
      ],
      ["aws_batch_job_definition", { name: "other", platform_capabilities: ["FARGATE"] }, allow],
    ])("%s with %j", async (type, values, exception) => {
      expect((await check(planOf(type, values))).problems).toEqual([remedy(type, exception)]);
    });

    test.each<[string, object]>([
      ["awscc_ecs_task_definition", { family: "other", requires_compatibilities: ["EC2"] }],
      ["aws_batch_job_definition", { name: "other", platform_capabilities: ["EC2"] }],
      ["aws_batch_job_definition", { name: "other", platform_capabilities: null }],
    ])("but not %s with %j, which runs elsewhere", async (type, values) => {
      expect((await check(planOf(type, values))).problems).toEqual([]);
    });

    test("also when only the apply shows where its tasks run", async () => {
      const type = "aws_batch_job_definition";
      const plan = planOf(type, { name: "other" }, { platform_capabilities: true });
      expect((await check(plan)).problems).toEqual([remedy(type, allow)]);
    });

    test("unless an exception allows it, whose reason is printed", async () => {
      const plan = planOf("aws_ecs_express_gateway_service", { service_name: "other" });
      const { problems, stdout, stderr } = await check(plan, "--allow", "other=internal");
      expect(problems).toEqual([]);
      expect(stderr).toBe("Allowed: aws_ecs_express_gateway_service.other, service_name other: internal.\n");
      expect(stdout).toBe("2 task definitions for Fargate in plan.json are protected.\n");
    });
  });

  test.each<[string, unknown]>([
    ["requires_compatibilities", { FARGATE: true }],
    ["network_mode", { awsvpc: true }],
  ])("a task definition with an object as its %s is checked, too", async (name, value) => {
    const bare = [planned(WEB, "container_definitions"), '[{"name":"a","image":"b"}]'] as const;
    const ec2 = [planned(WEB, "requires_compatibilities"), null] as const;
    const plan = alteredIn("plan-again.json", [bare, ec2, [planned(WEB, name), value]]);
    expect((await check(plan)).problems).toEqual([
      expect.stringContaining(`${WEB} is not protected: it has no Defender.`),
    ]);
  });

  test.each<[string, object]>([
    ["requires_compatibilities", { network_mode: "bridge" }],
    ["network_mode", { requires_compatibilities: null }],
    ["cpu", { requires_compatibilities: null }],
    ["memory", { requires_compatibilities: null }],
  ])("a task definition is checked, too, if only the apply shows its %s, with %j", async (name, known) => {
    const plan = alteredIn("plan-again.json", [
      [planned(WEB, "container_definitions"), '[{"name":"a","image":"b"}]'],
      ...Object.entries(known).map(([key, value]) => [planned(WEB, key), value] as const),
      [planned(WEB, name), undefined],
      [change(WEB, "after_unknown"), { [name]: true, task_role_arn: true }],
    ]);
    expect((await check(plan)).problems).toEqual([
      expect.stringContaining(`${WEB} is not protected: it has no Defender.`),
    ]);
  });

  test("a task definition for EC2 isn't checked, though the plan marks its list as known", async () => {
    const plan = alteredIn("plan-again.json", [
      [planned(WEB, "container_definitions"), '[{"name":"a","image":"b"}]'],
      [planned(WEB, "requires_compatibilities"), ["EC2"]],
      [change(WEB, "after_unknown", "requires_compatibilities"), [false]],
    ]);
    expect((await check(plan)).problems).toEqual([]);
  });

  test("a platform that names only the processor, beside the provider's empty text, is accepted", async () => {
    const platform = [{ cpu_architecture: "X86_64", operating_system_family: "" }];
    expect((await check(altered("plan-again.json", planned(WEB, "runtime_platform"), platform))).problems).toEqual([]);
  });

  test.each(UNREADABLE)("containers that are %s are refused", async (_, containers) => {
    const plan = altered("plan-again.json", planned(WEB, "container_definitions"), containers);
    expect((await check(plan)).problems).toEqual([`${WEB} is not protected: ${UNREADABLE_PROBLEM}`]);
  });

  test.each<[string, unknown]>([
    ["family", true],
    ["runtime_platform", true],
    ["runtime_platform", [{ cpu_architecture: true, operating_system_family: false }]],
  ])("a task definition whose %s is known only after the apply, as %j, is refused", async (name, unknown) => {
    const plan = altered("plan-again.json", change(WEB, "after_unknown", name), unknown);
    expect((await check(plan)).problems).toEqual([
      `${WEB}: ${name} will be known only after the apply, so protection can't be proven. First apply the resources that it refers to, or write their values, and plan again. For this project's own stack, add --stack cdktf.out.`,
    ]);
  });

  test("a task definition in a module is checked, too", async () => {
    const address = "module.batch.aws_ecs_task_definition.job[1]";
    const plan = altered(
      "plan-of-project.json",
      planned(address, "container_definitions"),
      '[{"name":"a","image":"b"}]',
    );
    expect((await check(plan)).problems).toContainEqual(
      expect.stringContaining(`${address} is not protected: it has no Defender.`),
    );
  });

  describe("a plan that leaves out a task definition of the state is refused", () => {
    const bare = { address: "aws_ecs_task_definition.bare", mode: "managed", type: "aws_ecs_task_definition" };
    const inModule = { ...bare, address: "module.a.module.b.aws_ecs_task_definition.bare[0]" };
    const sentence = (address: string) =>
      `plan.json is a partial plan: it leaves out ${address}, which is in the state. Plan without -target, -refresh-only and -invoke.`;
    const state = (module: unknown) => ({ format_version: "1.0", values: { root_module: module } });

    test.each<[string, unknown, string]>([
      ["with -refresh-only, or -target of an older Terraform", { resources: [bare] }, sentence(bare.address)],
      ["in a module", { child_modules: [{ child_modules: [{ resources: [inModule] }] }] }, sentence(inModule.address)],
    ])("%s", async (_, module, problem) => {
      const plan = alteredIn("plan-of-project.json", [
        [["prior_state"], state(module)],
        [["complete"], undefined],
      ]);
      expect((await check(plan)).problems).toEqual([problem]);
      expect((await check(plan, "--stack", fixture("stack"))).problems).toEqual([problem]);
    });

    test("unless the plan moves it to another address, or it is a data source", async () => {
      const plan = alteredIn("plan-again.json", [
        [["prior_state"], state({ resources: [bare, { ...bare, address: WEB }, { ...inModule, mode: "data" }] })],
        [["resource_changes", `[${WEB}]`, "previous_address"], bare.address],
      ]);
      expect((await check(plan)).problems).toEqual([]);
    });
  });

  describe("a task definition that leaves the state", () => {
    const address = "aws_ecs_task_definition.shop";
    const leaving = (action: string, skip_destroy: boolean) => {
      const document = JSON.parse(readFileSync(fixture("plan-of-project.json"), "utf8"));
      const { change } = document.resource_changes.find((one: { address: string }) => one.address === address);
      const before = { ...change.after, skip_destroy };
      Object.assign(change, { actions: [action], before, after: null, after_unknown: {} });
      const file = join(folder, "plan.json");
      writeFileSync(file, JSON.stringify(document));
      return check(file);
    };

    const leaves = (family: string) =>
      `${address}: the revision of the family ${family} that stays registered (skip_destroy, or destroy = false) is not protected. Deregister it first, or allow it by --allow ${family}=REASON.`;

    test("because Terraform forgets it stays registered, and has to be protected", async () => {
      expect((await leaving("forget", false)).problems).toContain(leaves("shop"));
    });

    test("because it is destroyed with skip_destroy stays registered, and has to be protected", async () => {
      expect((await leaving("delete", true)).problems).toContain(leaves("shop"));
    });

    // A deployment that stops between creating the new one and destroying the old one leaves the old one over.
    test.each([
      ["delete", true, "old", [leaves("old")]],
      ["forget", false, "old", [leaves("old")]],
      ["delete", false, "old", []],
      ["delete", true, "shop", []],
    ])(
      "as what a replacement has left over is judged: %s, skip_destroy %s, family %s",
      async (action, skip_destroy, family, expected) => {
        const document = JSON.parse(readFileSync(fixture("plan-of-project.json"), "utf8"));
        const current = document.resource_changes.find((one: { address: string }) => one.address === address);
        const before = { ...current.change.after, skip_destroy, family };
        const change = { actions: [action], before, after: null, after_unknown: {} };
        document.resource_changes.push({ ...current, deposed: "0a1b2c3d", change });
        const file = join(folder, "plan.json");
        writeFileSync(file, JSON.stringify(document));
        const { problems } = await check(file);
        expect(problems.filter((problem) => problem.includes("stays registered"))).toEqual(expected);
      },
    );

    // OpenTofu forgets the old one if `lifecycle` has `destroy = false`, Terraform from 1.16 on only a tainted one.
    test.each([
      [["delete", "create"], true, "another family", 1],
      [["delete", "create"], false, "another family", 0],
      [["delete", "create"], true, "the same family", 0],
      [["delete", "create"], true, "another region", 1],
      [["forget", "create"], false, "another family", 1],
      [["create", "forget"], false, "another family", 1],
      [["forget", "create"], false, "the same family", 0],
    ])(
      "because its resource gets a new one by %j is judged with skip_destroy %s and %s",
      async (actions, skip_destroy, where, count) => {
        const document = JSON.parse(readFileSync(fixture("plan-of-project.json"), "utf8"));
        const resourceOf = (name: string) =>
          document.resource_changes.find((one: { address: string }) => one.address === name);
        const [{ change }, good] = [resourceOf(address), resourceOf("module.batch.aws_ecs_task_definition.job[0]")];
        const before = { ...change.after, skip_destroy, region: "eu-west-1" };
        const region = where === "another region" ? "us-east-1" : "eu-west-1";
        const after = { ...good.change.after, family: where === "another family" ? "job-0" : "shop", region };
        Object.assign(change, { actions, before, after, after_unknown: {} });
        const file = join(folder, "plan.json");
        writeFileSync(file, JSON.stringify(document));
        const { problems } = await check(file);
        expect(problems.filter((problem) => problem === leaves("shop"))).toHaveLength(count);
      },
    );

    test("because it is destroyed isn't counted as protected", async () => {
      const { stdout } = await check(fixture("plan-destroy.json"));
      expect(stdout).toBe("0 task definitions for Fargate in plan-destroy.json are protected.\n");
    });

    test("and is deregistered doesn't have to be protected", async () => {
      expect((await leaving("delete", false)).problems).not.toContain(leaves("shop"));
    });
  });

  test("a Defender image from a registry that isn't configured is refused", async () => {
    const { problems } = await invoke(checkPlan, [fixture("plan-of-project.json")]);
    expect(problems.filter((problem) => problem.includes("DEFENDER_REGISTRY"))).toHaveLength(3);
  });

  test("a Defender that connects to another Console is refused if TL_CONSOLE_ADDRESS is set", async () => {
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

    test("is accepted if DEFENDER_IMAGES names its repository", async () => {
      const { problems, stdout } = await invoke(checkPlan, [mirrored()], { DEFENDER_IMAGES: COPY });
      expect(problems).toEqual([]);
      expect(stdout).toContain("2 task definitions for Fargate");
    });

    test.each(["", "$(DEFENDER_IMAGES)"])("is refused if DEFENDER_IMAGES is %j", async (images) => {
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
      'TL_CONSOLE_ADDRESS must be only a host, without https://, port and path, got "https://y".',
    ]);
  });

  test("the stack's plan is also accepted without --stack", async () => {
    expect((await check(fixture("plan-again.json"))).stdout).toContain("2 task definitions for Fargate");
  });

  test("a task definition that the apply only reads is not judged", async () => {
    const document = JSON.parse(readFileSync(fixture("plan-again.json"), "utf8"));
    const unknown = { family: true, container_definitions: true, requires_compatibilities: true };
    const change = { actions: ["read"], before: null, after: { task_definition: "other" }, after_unknown: unknown };
    const address = "data.aws_ecs_task_definition.other";
    document.resource_changes.push({ address, mode: "data", type: "aws_ecs_task_definition", change });
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(document));
    expect((await check(file)).problems).toEqual([]);
  });
});

test.each<[string, (json: string) => Buffer]>([
  ["UTF-8 with a byte order mark", (json) => Buffer.from(`\ufeff${json}`, "utf8")],
  ["UTF-16, as an older PowerShell writes it", (json) => Buffer.from(`\ufeff${json}`, "utf16le")],
])("a plan is read in %s", async (_, encode) => {
  const file = join(folder, "plan.json");
  writeFileSync(file, encode(readFileSync(fixture("plan-again.json"), "utf8")));
  expect(await check(file, "--stack", fixture("stack"))).toEqual({
    problems: [],
    status: 0,
    stdout: "2 task definitions in plan.json are the proven ones.\n",
    stderr: "",
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
    ["a folder", () => folder, " can't be read (EISDIR). Check the path."],
    [
      "a saved plan itself",
      () => inFile("PK\u0003\u0004"),
      "plan.json can't be read as a plan: it is a binary plan file. Print it with terraform show -json PLAN > PLAN.json.",
    ],
    ["a file that is not JSON", () => inFile("{"), "plan.json can't be read as a plan: it is not JSON."],
    ["a list", () => inFile("[]"), "plan.json must hold one JSON object"],
    [
      "20,000 levels",
      () => inFile(`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`),
      "plan.json must hold one JSON object of at most 1000 levels, as terraform show -json PLAN prints it.",
    ],
    [
      "a state",
      () => inFile('{"format_version":"1.0","values":{}}'),
      "plan.json is not a plan in the format 1.x: planned_values is missing or wrong. Save one with terraform plan -out=PLAN (Terraform 1.11 to 1.x), and print it with terraform show -json PLAN.",
    ],
    ["something else", () => inFile("{}"), "is not a plan in the format 1.x: format_version is missing or wrong."],
    [
      "another format version",
      () => inFile(JSON.stringify({ ...again(), format_version: "2.1.0" })),
      "plan.json is not a plan in the format 1.x: format_version is missing or wrong.",
    ],
    [
      "a format version with more behind it",
      () => inFile(JSON.stringify({ ...again(), format_version: "1.2-beta" })),
      "format_version is missing or wrong.",
    ],
    [
      "a plan that failed",
      () => inFile(JSON.stringify({ ...again(), errored: true })),
      "plan.json is a plan that failed: it does not hold everything. Plan again.",
    ],
    [
      "a plan with changes that were put off",
      () => inFile(JSON.stringify({ ...again(), complete: false })),
      "plan.json is not complete: it is limited by -target, or Terraform has put off some changes. Plan again without -target, or after applying it.",
    ],
    [
      "changes of another shape",
      () => inFile(JSON.stringify({ ...again(), resource_changes: [{ address: 1 }] })),
      "plan.json is not a plan in the format 1.x: resource_changes.0.address is missing or wrong.",
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
