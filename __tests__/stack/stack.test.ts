// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's, not ours
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { bundleVersion } from "../../lib/bundle-format";
import { ProofError } from "../../lib/errors";
import type { ProtectedTask } from "../../lib/protection/protected-task";
import { prepareOutput } from "../../lib/stack/output-folder";
import { pathsOf } from "../../lib/stack/output-paths";
import { synthesize } from "../../lib/stack/synthesize";
import { text } from "../../lib/text/safe-text";
import { Secret } from "../../lib/text/secret";
import { EXAMPLE } from "../entry";
import { BUNDLE, proven } from "../protection/proven";
import { CONTAINER, TASK } from "../task/read";
import { inFolder, SETTINGS, type Stack, synthesized } from "./synthesize";

const EXAMPLE_TEXT = readFileSync(EXAMPLE, "utf8");
const OTHER_BUNDLE = Buffer.from('{"customerID":"made up","apiKey":"other"}').toString("base64");
const SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prisma/bundle-AbCdEf";
const KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

let example: ProtectedTask;
let withOwnRole: ProtectedTask;

beforeAll(async () => {
  example = await proven(EXAMPLE_TEXT);
  withOwnRole = await proven(TASK);
});

describe("the stack of the example", () => {
  test("is, byte by byte", () => {
    expect(synthesized([example]).text).toMatchSnapshot();
  });

  test("has these resources and no others", () => {
    const { resource } = synthesized([example]).stack;
    expect(Object.entries(resource).flatMap(([type, all]) => Object.keys(all).map((id) => `${type}.${id}`))).toEqual([
      "aws_ecs_cluster.cluster",
      "aws_ecs_task_definition.task-definition-prisma-runtime-defense",
      "aws_iam_role.execution-role",
      "aws_iam_role_policy.execution-role-install-bundle",
      "aws_iam_role_policy_attachment.execution-role-policy",
      "aws_secretsmanager_secret.install-bundle",
      "aws_secretsmanager_secret_version.install-bundle-version",
    ]);
  });

  test("has a role that only ECS can assume, with the managed policy", () => {
    const { stack } = synthesized([example]);
    expect(policyOf(stack, "aws_iam_role", "execution-role", "assume_role_policy")).toEqual([
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } },
    ]);
    expect(stack.resource.aws_iam_role_policy_attachment?.["execution-role-policy"]).toMatchObject({
      role: "${aws_iam_role.execution-role.name}",
      policy_arn: "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    });
  });

  test("lets the role read this one secret, and nothing else", () => {
    const { stack } = synthesized([example]);
    expect(stack.resource.aws_iam_role_policy).toMatchObject({
      "execution-role-install-bundle": { role: "${aws_iam_role.execution-role.name}" },
    });
    expect(statementsOf(stack)).toStrictEqual([
      {
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: "${aws_secretsmanager_secret.install-bundle.arn}",
      },
    ]);
  });

  test("names the cluster", () => {
    expect(resource(synthesized([example]).stack, "aws_ecs_cluster", "cluster")).toEqual({
      name: "prisma-runtime-cluster",
    });
  });

  test("has a secret that is deleted at once with the stack, and a write-only value for it", () => {
    const { stack } = synthesized([example]);
    expect(resource(stack, "aws_secretsmanager_secret", "install-bundle")).toEqual({
      description: "The Prisma Cloud Defender's install bundle",
      name_prefix: "prisma-runtime-defense-install-bundle-",
      recovery_window_in_days: 0,
    });
    expect(resource(stack, "aws_secretsmanager_secret_version", "install-bundle-version")).toEqual({
      secret_id: "${aws_secretsmanager_secret.install-bundle.id}",
      secret_string_wo: "${var.install_bundle}",
      secret_string_wo_version: bundleVersion(new Secret(BUNDLE)),
    });
    expect(stack.variable).toEqual({
      install_bundle: {
        type: "string",
        description: expect.any(String),
        sensitive: true,
        ephemeral: true,
        validation: [
          {
            condition: "${can(jsondecode(base64decode(var.install_bundle)))}",
            error_message:
              "This is not an install bundle (base64 of JSON). Fetch it with: npm run --silent install-bundle",
          },
        ],
      },
    });
  });

  test("starts its container through the Defender, which reads the bundle from the secret", () => {
    const definition = definitionOf(synthesized([example]).stack, "prisma-runtime-defense");
    expect(definition).toMatchObject({
      family: "prisma-runtime-defense",
      cpu: "256",
      memory: "512",
      network_mode: "awsvpc",
      requires_compatibilities: ["FARGATE"],
      execution_role_arn: "${aws_iam_role.execution-role.arn}",
      depends_on: ["aws_secretsmanager_secret_version.install-bundle-version"],
    });
    expect(containersOf(definition)).toMatchObject([
      {
        name: "hello",
        entryPoint: ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint", "sh", "-c"],
        command: ["hello"],
        portMappings: [{ containerPort: 3000 }],
      },
      {
        name: "TwistlockDefender",
        secrets: [{ name: "INSTALL_BUNDLE", valueFrom: "${aws_secretsmanager_secret.install-bundle.arn}" }],
      },
    ]);
  });

  test("has outputs for the ARNs of the cluster, the role and the task definition", () => {
    expect(synthesized([example]).stack.output).toEqual({
      "cluster-arn": { value: "${aws_ecs_cluster.cluster.arn}" },
      "execution-role-arn": { value: "${aws_iam_role.execution-role.arn}" },
      "arn-of-task-definition-prisma-runtime-defense": {
        value: "${aws_ecs_task_definition.task-definition-prisma-runtime-defense.arn}",
      },
    });
  });

  test("names the exact version of the provider, and no default tags if there are none", () => {
    const { terraform, provider } = synthesized([example]).stack;
    expect(provider).toEqual({ aws: [{ region: "eu-west-1" }] });
    // It is in versions.tf instead: Checkov would skip the whole file because of it.
    expect(terraform.required_version).toBeUndefined();
    expect(terraform.required_providers).toEqual({ aws: { source: "aws", version: "6.25.0" } });
  });

  test("holds the bundle nowhere", () => {
    expect(synthesized([example]).text).not.toContain(BUNDLE);
  });
});

test("default tags are set on the provider, and escaped", () => {
  const { provider } = synthesized([example], { defaultTags: { team: "${x}", "%{a}": "b" } }).stack;
  expect(provider.aws).toEqual([{ region: "eu-west-1", default_tags: [{ tags: { team: "$${x}", "%%{a}": "b" } }] }]);
});

describe("with an existing secret", () => {
  test.each([
    ["whole", SECRET_ARN],
    ["one JSON key of it", `${SECRET_ARN}:bundle::`],
    ["one version of it", `${SECRET_ARN}:bundle:AWSPREVIOUS:`],
  ])("(%s) nothing is created for it, and only it may be read", (_, installBundleSecretArn) => {
    const { stack } = synthesized([example], { installBundleSecretArn });
    expect(Object.keys(stack.resource).filter((type) => type.startsWith("aws_secretsmanager"))).toEqual([]);
    expect(stack.variable).toBeUndefined();
    const definition = definitionOf(stack, "prisma-runtime-defense");
    expect(definition.depends_on).toEqual([]);
    expect(containersOf(definition)[1]).toMatchObject({
      secrets: [{ name: "INSTALL_BUNDLE", valueFrom: installBundleSecretArn }],
    });
    expect(statementsOf(stack)).toStrictEqual([
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: SECRET_ARN },
    ]);
  });
});

test.each([
  ["the stack's own", {}, "${aws_secretsmanager_secret.install-bundle.arn}"],
  ["an existing", { installBundleSecretArn: `${SECRET_ARN}:bundle::` }, SECRET_ARN],
])("%s secret under a customer's key: the role may decrypt with that key, for this secret alone", (_, place, arn) => {
  const { stack } = synthesized([example], { ...place, installBundleKmsKeyArn: KEY_ARN });
  expect(statementsOf(stack)[1]).toStrictEqual({
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: KEY_ARN,
    Condition: { StringLike: { "kms:EncryptionContext:SecretARN": arn } },
  });
  const secret = stack.resource.aws_secretsmanager_secret?.["install-bundle"];
  expect(secret?.kms_key_id).toBe("installBundleSecretArn" in place ? undefined : KEY_ARN);
});

describe("a task with an execution role of its own", () => {
  test("keeps it", () => {
    const { stack } = synthesized([withOwnRole]);
    expect(definitionOf(stack, "shop").execution_role_arn).toBe(TASK.executionRoleArn);
  });

  test("has nothing attached to that role", () => {
    const { stack } = synthesized([withOwnRole]);
    const { aws_ecs_task_definition, ...others } = stack.resource;
    expect(aws_ecs_task_definition).toBeDefined();
    expect(JSON.stringify(others)).not.toContain("role/shop");
  });
});

describe("the Defender's logs", () => {
  test("get a group of their own where the file asks for it", async () => {
    const { executionRoleArn, ...task } = TASK;
    const logging = await proven({ ...task, runtimeDefense: { sidecar: { logs: true } } });
    const { stack } = synthesized([logging]);
    expect(resource(stack, "aws_cloudwatch_log_group", "defender-logs-shop")).toEqual({
      name: "/prisma/defender/shop",
      retention_in_days: 30,
    });
    expect(containersOf(definitionOf(stack, "shop"))[1]).toMatchObject({
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/prisma/defender/shop",
          "awslogs-region": "eu-west-1",
          "awslogs-stream-prefix": "defender",
        },
      },
    });
  });

  test("get none otherwise", () => {
    expect(synthesized([example]).stack.resource.aws_cloudwatch_log_group).toBeUndefined();
  });
});

describe("the state", () => {
  test("in S3 is locked and encrypted", () => {
    const state = { kind: "s3", config: { bucket: "b", key: "a/b.tfstate", region: "eu-central-1" } } as const;
    expect(synthesized([example], { state }).stack.terraform.backend).toEqual({
      s3: { bucket: "b", key: "a/b.tfstate", region: "eu-central-1", encrypt: true, use_lockfile: true },
    });
  });

  test("in Azure is reached by the runner's own identity", () => {
    const config = { storageAccountName: "a", resourceGroupName: "g", containerName: "c", key: "k" };
    const state = { kind: "azurerm", config } as const;
    expect(synthesized([example], { state }).stack.terraform.backend).toEqual({
      azurerm: {
        storage_account_name: "a",
        resource_group_name: "g",
        container_name: "c",
        key: "k",
        use_azuread_auth: true,
      },
    });
  });

  test("is kept beside the project otherwise, wherever that lies", () => {
    expect(synthesized([example]).stack.terraform.backend).toEqual({
      local: { path: "../../../terraform.prisma-runtime-defense.tfstate" },
    });
  });

  test("is kept beside the project also where the output folder is a link, which Terraform follows", () => {
    inFolder((folder) => {
      const [projectFolder, linked] = [join(folder, "project"), join(folder, "deep/er/out")];
      for (const one of [projectFolder, linked]) mkdirSync(one, { recursive: true });
      const out = join(projectFolder, "cdktf.out");
      symlinkSync(linked, out);
      synthesize({
        ...SETTINGS,
        tasks: [example],
        folder: out,
        staging: prepareOutput(out),
        projectFolder,
        files: [],
      })();
      const stack = JSON.parse(readFileSync(join(out, pathsOf(SETTINGS.name).stackFile), "utf8"));
      const path = "../../../../../project/terraform.prisma-runtime-defense.tfstate";
      expect(stack.terraform.backend.local.path).toBe(path);
    });
  });
});

test.each([
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
])("in %s the managed policy is of the partition %s", (region, partition) => {
  const { stack } = synthesized([example], { region, partition });
  expect(stack.resource.aws_iam_role_policy_attachment?.["execution-role-policy"]?.policy_arn).toBe(
    `arn:${partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`,
  );
  expect(stack.provider.aws).toEqual([{ region }]);
});

describe("text from outside", () => {
  const NASTY = '${aws_iam_role.x.arn} %{ if true } $${y} %%{z} $$${a} " \\ \n ü 🛡';

  test("is escaped in values and in keys", async () => {
    const task = await proven({
      ...TASK,
      containerDefinitions: [{ ...CONTAINER, command: [NASTY], dockerLabels: { "${label}": NASTY } }],
      tags: [{ key: "x%{tag", value: NASTY }],
    });
    const definition = definitionOf(synthesized([task]).stack, "shop");
    const escaped = NASTY.replace(/[$%](?=\{)/g, "$&$&");
    expect(containersOf(definition)[0]).toMatchObject({ command: [escaped], dockerLabels: { "$${label}": escaped } });
    expect(definition.tags).toEqual({ "x%%{tag": escaped });
  });

  test("is escaped even where it is the expression that the sidecar reads its bundle from", async () => {
    const secret = "${aws_secretsmanager_secret.install-bundle.arn}";
    const task = await proven({
      ...TASK,
      containerDefinitions: [{ ...CONTAINER, command: [secret], dockerLabels: { [secret]: secret } }],
    });
    const [app, sidecar] = containersOf(definitionOf(synthesized([task]).stack, "shop"));
    expect(app).toMatchObject({ command: [`$${secret}`], dockerLabels: { [`$${secret}`]: `$${secret}` } });
    expect(sidecar).toMatchObject({ secrets: [{ name: "INSTALL_BUNDLE", valueFrom: secret }] });
  });
});

describe("tasks together", () => {
  test("have a task definition and an output each, and one secret", async () => {
    const { stack } = synthesized([example, withOwnRole]);
    expect(Object.keys(stack.resource.aws_ecs_task_definition ?? {})).toEqual([
      "task-definition-prisma-runtime-defense",
      "task-definition-shop",
    ]);
    expect(Object.keys(stack.resource.aws_secretsmanager_secret ?? {})).toHaveLength(1);
    expect(Object.keys(stack.output)).toHaveLength(4);
  });

  test("with different bundles are refused, without a character of them", async () => {
    const other = await proven(TASK, OTHER_BUNDLE);
    expect(() => synthesized([example, other])).toThrow(
      new ProofError([
        text`The Console gave different install bundles for prisma-runtime-defense and shop, but the stack keeps one secret. Set INSTALL_BUNDLE_SECRET_ARN.`,
      ]),
    );
  });

  test("with different bundles may share a secret that exists already", async () => {
    const other = await proven(TASK, OTHER_BUNDLE);
    expect(() => synthesized([example, other], { installBundleSecretArn: SECRET_ARN })).not.toThrow();
  });
});

describe("synthesizing again", () => {
  test("gives the same bytes, in another project folder too", async () => {
    expect(synthesized([await proven(EXAMPLE_TEXT)]).text).toBe(synthesized([example]).text);
  });

  test("gives another version number with another bundle, and changes nothing else", async () => {
    const version = (text: string) => /"secret_string_wo_version": (\d+)/.exec(text)?.[1];
    const before = synthesized([example]).text;
    const after = synthesized([await proven(EXAMPLE_TEXT, OTHER_BUNDLE)]).text;
    expect(version(after)).not.toBe(version(before));
    expect(after.replace(version(after) ?? "", version(before) ?? "")).toBe(before);
  });
});

test("the version number is whole and fits into 31 bits, whatever the bundle", () => {
  for (let index = 0; index < 200; index++) {
    const version = bundleVersion(new Secret(String(index)));
    expect(Number.isInteger(version) && version >= 0 && version < 2 ** 31).toBe(true);
  }
});

function resource(stack: Stack, type: string, id: string) {
  const { "//": _, ...attributes } = stack.resource[type]?.[id] ?? {};
  return attributes;
}

const definitionOf = (stack: Stack, family: string) =>
  resource(stack, "aws_ecs_task_definition", `task-definition-${family}`);

const containersOf = (definition: Readonly<Record<string, unknown>>) =>
  JSON.parse(String(definition.container_definitions));

const policyOf = (stack: Stack, type: string, id: string, key: string) =>
  JSON.parse(String(resource(stack, type, id)[key])).Statement;

const statementsOf = (stack: Stack) =>
  policyOf(stack, "aws_iam_role_policy", "execution-role-install-bundle", "policy");
