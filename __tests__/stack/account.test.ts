// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's, not ours
import { SettingsError } from "../../lib/errors";
import type { ProtectedTask } from "../../lib/protection/protected-task";
import { proven } from "../protection/proven";
import { CONTAINER, TASK } from "../task/read";
import { type Stack, synthesized } from "./synthesize";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const BOUNDARY = "arn:aws:iam::111122223333:policy/boundary";
const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf";
const PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/key";
const { executionRoleArn, ...WITHOUT_ROLE } = TASK;

let withoutRole: ProtectedTask;
let withRole: ProtectedTask;

beforeAll(async () => {
  withoutRole = await proven(WITHOUT_ROLE);
  withRole = await proven(TASK);
});

describe("STACK_NAME", () => {
  test("names cluster, role, secret and local state, so that two stacks can share an account", () => {
    const { stack } = synthesized([withoutRole], { name: "shop-staging" });
    expect(attribute(stack, "aws_ecs_cluster", "cluster", "name")).toBe("shop-staging-cluster");
    expect(attribute(stack, "aws_iam_role", "execution-role", "name_prefix")).toBe("shop-staging-");
    expect(attribute(stack, "aws_secretsmanager_secret", "install-bundle", "name_prefix")).toBe(
      "shop-staging-install-bundle-",
    );
    expect(stack.terraform.backend).toEqual({ local: { path: "../../../terraform.shop-staging.tfstate" } });
  });
});

describe("ECS_CLUSTER", () => {
  test("as an ARN is the cluster of the outputs, and no cluster is created", () => {
    const cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/shared";
    const { stack } = synthesized([withoutRole], { cluster });
    expect(stack.resource.aws_ecs_cluster).toBeUndefined();
    expect(stack.output["cluster-arn"]).toEqual({ value: cluster });
  });

  test("as a name is an output of its own, since the stack doesn't know its ARN", () => {
    const { stack } = synthesized([withoutRole], { cluster: "shared" });
    expect(stack.resource.aws_ecs_cluster).toBeUndefined();
    expect(stack.output["cluster-arn"]).toBeUndefined();
    expect(stack.output["cluster-name"]).toEqual({ value: "shared" });
  });
});

describe("the execution role", () => {
  test("is left out when every task names one", () => {
    const { stack } = synthesized([withRole]);
    expect(Object.keys(stack.resource).filter((type) => type.startsWith("aws_iam"))).toEqual([]);
    expect(stack.output["execution-role-arn"]).toBeUndefined();
  });

  test("has the path and the permissions boundary that the account asks for", () => {
    const { stack } = synthesized([withoutRole], { iamPath: "/platform/", permissionsBoundaryArn: BOUNDARY });
    expect(stack.resource.aws_iam_role?.["execution-role"]).toMatchObject({
      path: "/platform/",
      permissions_boundary: BOUNDARY,
    });
  });

  test("may read what SECRET_ARNS names, each with the action of its service", () => {
    const { stack } = synthesized([withoutRole], { secretArns: [SECRET, PARAMETER, KEY] });
    expect(statements(stack, "execution-role-install-bundle").slice(1)).toEqual([
      { Effect: "Allow", Action: "kms:Decrypt", Resource: KEY },
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: SECRET },
      { Effect: "Allow", Action: "ssm:GetParameters", Resource: PARAMETER },
    ]);
  });

  test("may read a secret with any suffix if SECRET_ARNS leaves the suffix open", () => {
    const anySuffix = SECRET.replace("-AbCdEf", "-??????");
    const { stack } = synthesized([withoutRole], { secretArns: [anySuffix] });
    expect(statements(stack, "execution-role-install-bundle").slice(1)).toEqual([
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: anySuffix },
    ]);
  });

  test.each(["true", "True"])(
    "may create the log group (%s), and read the environment files of a task",
    async (word) => {
      const options = { "awslogs-group": "/shop", "awslogs-region": "eu-west-1", "awslogs-create-group": word };
      const task = await proven({
        ...WITHOUT_ROLE,
        containerDefinitions: [
          {
            ...CONTAINER,
            logConfiguration: { logDriver: "awslogs", options },
            environmentFiles: [{ type: "s3", value: "arn:aws:s3:::shop/app.env" }],
          },
        ],
      });
      const { stack } = synthesized([task]);
      expect(statements(stack, "execution-role-install-bundle").slice(1)).toEqual([
        { Effect: "Allow", Action: "logs:CreateLogGroup", Resource: "arn:aws:logs:eu-west-1:*:log-group:/shop:*" },
        { Effect: "Allow", Action: "s3:GetBucketLocation", Resource: "arn:aws:s3:::shop" },
        { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::shop/app.env" },
      ]);
    },
  );

  test("may neither create a log group that isn't to be created, nor do anything for a task that names another role", async () => {
    const options = { "awslogs-group": "/shop", "awslogs-region": "eu-west-1" };
    const logging = { ...CONTAINER, logConfiguration: { logDriver: "awslogs", options } };
    const environmentFiles = [{ type: "s3", value: "arn:aws:s3:::shop/app.env" }];
    const task = await proven({ ...WITHOUT_ROLE, containerDefinitions: [logging] });
    const other = await proven({
      ...TASK,
      family: "other",
      containerDefinitions: [{ ...CONTAINER, environmentFiles }],
    });
    const { stack } = synthesized([task, other]);
    expect(statements(stack, "execution-role-install-bundle").slice(1)).toEqual([]);
  });

  test("may not read a secret only because a task names it", async () => {
    const secrets = [{ name: "DB", valueFrom: SECRET }];
    const task = await proven({ ...WITHOUT_ROLE, containerDefinitions: [{ ...CONTAINER, secrets }] });
    const { stack } = synthesized([task]);
    expect(JSON.stringify(stack.resource.aws_iam_role_policy)).not.toContain("shop/db");
  });
});

describe("GRANT_EXECUTION_ROLES", () => {
  test("lets the roles that tasks name do all that starting the tasks needs, in one policy per role", async () => {
    const task = await proven({
      ...TASK,
      family: "other",
      containerDefinitions: [
        {
          ...CONTAINER,
          image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/app:1",
          secrets: [
            { name: "DB", valueFrom: `${SECRET}:password::` },
            { name: "KEY", valueFrom: "/shop/key" },
          ],
        },
      ],
    });
    const { stack } = synthesized([withRole, task], { grantExecutionRoles: true });
    expect(Object.keys(stack.resource.aws_iam_role_policy ?? {})).toEqual(["grant-shop"]);
    expect(attribute(stack, "aws_iam_role_policy", "grant-shop", "role")).toBe("shop");
    const repository = "arn:aws:ecr:eu-west-1:111122223333:repository/shop/app";
    const bundle = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prisma-runtime-defense-install-bundle-*";
    expect(statements(stack, "grant-shop")).toEqual([
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: bundle },
      {
        Effect: "Allow",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: repository,
      },
      { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: SECRET },
      { Effect: "Allow", Action: "ssm:GetParameters", Resource: PARAMETER },
    ]);
  });

  test("gives each role what its own tasks need, in the region of their logs", async () => {
    const options = { "awslogs-group": "/other", "awslogs-region": "us-east-1" };
    const task = await proven({
      ...TASK,
      family: "other",
      executionRoleArn: "arn:aws:iam::111122223333:role/other",
      containerDefinitions: [{ ...CONTAINER, logConfiguration: { logDriver: "awslogs", options } }],
    });
    const { stack } = synthesized([withRole, task], { grantExecutionRoles: true });
    expect(statements(stack, "grant-shop").slice(1)).toEqual([]);
    const Resource = "arn:aws:logs:us-east-1:111122223333:log-group:/other:*";
    expect(statements(stack, "grant-other").slice(1)).toEqual([
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource },
    ]);
  });

  test("lets them read the bundle's secret that INSTALL_BUNDLE_SECRET_ARN names, and not the stack's", () => {
    const { stack } = synthesized([withRole], {
      grantExecutionRoles: true,
      installBundleSecretArn: `${SECRET}:bundle::`,
    });
    expect(statements(stack, "grant-shop")).toEqual([
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: SECRET },
    ]);
  });

  test.each([
    ["111122223333.dkr-ecr.us-east-1.on.aws/shop/app:1", "arn:aws:ecr:us-east-1:111122223333:repository/shop/app"],
    ["111122223333.dkr.ecr-fips.us-west-2.amazonaws.com/app", "arn:aws:ecr:us-west-2:111122223333:repository/app"],
  ])("lets them pull %s", async (image, repository) => {
    const task = await proven({ ...TASK, containerDefinitions: [{ ...CONTAINER, image }] });
    const { stack } = synthesized([task], { grantExecutionRoles: true });
    expect(statements(stack, "grant-shop")).toContainEqual({
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: repository,
    });
  });

  test.each(["", ":3", ":prod"])(
    "lets them read a parameter whatever version of it a task names, such as %j",
    async (selector) => {
      const secrets = [
        { name: "A", valueFrom: `${PARAMETER}${selector}` },
        { name: "B", valueFrom: `/shop/other${selector}` },
      ];
      const task = await proven({ ...TASK, containerDefinitions: [{ ...CONTAINER, secrets }] });
      const { stack } = synthesized([task], { grantExecutionRoles: true });
      expect(statements(stack, "grant-shop")).toContainEqual({
        Effect: "Allow",
        Action: "ssm:GetParameters",
        Resource: [PARAMETER, "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/other"],
      });
    },
  );

  test("lets them read a secret that a task names without its suffix", async () => {
    const secrets = [{ name: "A", valueFrom: `${SECRET.replace("-AbCdEf", "")}:password::` }];
    const task = await proven({ ...TASK, containerDefinitions: [{ ...CONTAINER, secrets }] });
    const { stack } = synthesized([task], { grantExecutionRoles: true });
    expect(statements(stack, "grant-shop")).toContainEqual({
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: SECRET.replace("-AbCdEf", "-??????"),
    });
  });

  test("lets them read a secret by both ARNs if its name could end in a suffix", async () => {
    const shopSecret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop-secret";
    const secrets = [{ name: "A", valueFrom: shopSecret }];
    const task = await proven({ ...TASK, containerDefinitions: [{ ...CONTAINER, secrets }] });
    const { stack } = synthesized([task], { grantExecutionRoles: true });
    expect(statements(stack, "grant-shop")).toContainEqual({
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: [shopSecret, `${shopSecret}-??????`],
    });
  });

  test("accepts a role with a path and with characters that Terraform's names can't have", async () => {
    const task = await proven({ ...TASK, executionRoleArn: "arn:aws:iam::111122223333:role/team/a.b@c" });
    const { stack } = synthesized([task], { grantExecutionRoles: true });
    const [[id, policy] = []] = Object.entries(stack.resource.aws_iam_role_policy ?? {});
    expect(id).toMatch(/^grant-a-b-c-[0-9a-f]{8}$/);
    expect(policy).toMatchObject({ role: "a.b@c" });
  });

  test("refuses roles of two accounts", async () => {
    const other = await proven({ ...TASK, family: "b", executionRoleArn: "arn:aws:iam::444455556666:role/b" });
    expect(() => synthesized([withRole, other], { grantExecutionRoles: true })).toThrow(
      new SettingsError([
        "GRANT_EXECUTION_ROLES can change roles in one account, but the tasks' execution roles are in 111122223333 and 444455556666. Set it to false, or correct the executionRoleArn.",
      ] as never),
    );
  });
});

describe("earlier revisions", () => {
  test("stay registered, and a new one is created before the old one is destroyed", () => {
    const { stack } = synthesized([withoutRole]);
    expect(definition(stack)).toMatchObject({ skip_destroy: true, lifecycle: { create_before_destroy: true } });
  });

  test("are deregistered with KEEP_OLD_REVISIONS=false", () => {
    const { stack } = synthesized([withoutRole], { keepOldRevisions: false });
    expect(definition(stack)).not.toHaveProperty("skip_destroy");
    expect(definition(stack)).toMatchObject({ lifecycle: { create_before_destroy: true } });
  });
});

test("CONTAINER_INSIGHTS is a setting of the stack's cluster", () => {
  const { stack } = synthesized([withoutRole], { containerInsights: "enhanced" });
  expect(attribute(stack, "aws_ecs_cluster", "cluster", "setting")).toEqual([
    { name: "containerInsights", value: "enhanced" },
  ]);
});

test("the Defender's log group has the retention and the key that the account asks for", async () => {
  const task = await proven({ ...TASK, runtimeDefense: { sidecar: { logs: true } } });
  const { stack } = synthesized([task], { logRetentionDays: 365, logKmsKeyArn: KEY });
  expect(stack.resource.aws_cloudwatch_log_group?.["defender-logs-shop"]).toMatchObject({
    retention_in_days: 365,
    kms_key_id: KEY,
  });
});

test("a secret with a customer's key has another name than one without, so that removing the key creates a new secret", () => {
  const { stack } = synthesized([withoutRole], { installBundleKmsKeyArn: KEY });
  expect(stack.resource.aws_secretsmanager_secret?.["install-bundle"]).toMatchObject({
    kms_key_id: KEY,
    name_prefix: "prisma-runtime-defense-install-bundle-encrypted-",
  });
});

describe("the stack writes what ECS stores, so that the next plan is empty", () => {
  const containers = async (part: object) => {
    const task = await proven({ ...TASK, containerDefinitions: [{ ...CONTAINER, ...part }] });
    return JSON.parse(String(definition(synthesized([task]).stack).container_definitions));
  };

  test("both lists of capabilities", async () => {
    const [app] = await containers({});
    expect(app.linuxParameters.capabilities).toEqual({ add: ["SYS_PTRACE"], drop: [] });
  });

  test("the user of a log router", async () => {
    const [app] = await containers({ firelensConfiguration: { type: "fluentbit" } });
    expect(app.user).toBe("0");
  });

  test("a log router's own user", async () => {
    const [app] = await containers({ firelensConfiguration: { type: "fluentbit" }, user: "1000" });
    expect(app.user).toBe("1000");
  });

  test("no variables without a value", async () => {
    const environment = [
      { name: "EMPTY", value: "" },
      { name: "SET", value: "1" },
    ];
    const [app] = await containers({ environment });
    const names = app.environment.map(({ name }: { name: string }) => name);
    expect(names).toContain("SET");
    expect(names).not.toContain("EMPTY");
  });
});

function attribute(stack: Stack, type: string, id: string, key: string) {
  return stack.resource[type]?.[id]?.[key];
}

function definition(stack: Stack) {
  return Object.values(stack.resource.aws_ecs_task_definition ?? {})[0] ?? {};
}

function statements(stack: Stack, id: string) {
  return JSON.parse(String(attribute(stack, "aws_iam_role_policy", id, "policy"))).Statement;
}
