import { homedir } from "node:os";
import { join } from "node:path";

import { SettingsError } from "../../lib/errors";
import type { Environment } from "../../lib/settings/environment";
import type { CrossCheck } from "../../lib/settings/parse-variables";
import { checkDefaultRegion } from "../../lib/settings/region";
import { parseSettings, type VARIABLES } from "../../lib/settings/settings";

const REQUIRED = { TL_CONSOLE: "https://console.example.com:8083", TL_USER: "access-key", TL_PASS: "s3cr3t passw0rd" };
const SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prisma/bundle-AbCdEf";
const KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describe("with only the required variables", () => {
  test("everything has its default", () => {
    const { console, ...rest } = parseSettings(REQUIRED);
    const { password, ...shown } = console;
    expect(shown).toStrictEqual({
      url: "https://console.example.com:8083",
      apiUrl: "https://console.example.com:8083/api/v1",
      user: "access-key",
      apiSetting: "TL_CONSOLE",
      consoleAddress: "console.example.com",
    });
    expect(password.reveal()).toBe("s3cr3t passw0rd");
    expect(rest).toStrictEqual({
      network: { proxies: {}, timeoutMs: 30_000, retryDelayMs: 1000, concurrency: 8 },
      registry: { dockerConfigFolder: join(homedir(), ".docker") },
      tasks: { path: "original_task_definition.json", images: new Map() },
      defenderImages: [],
      stack: {
        name: "prisma-runtime-defense",
        region: "eu-west-1",
        partition: "aws",
        defaultTags: {},
        grantExecutionRoles: false,
        iamPath: "/",
        keepOldRevisions: true,
        logRetentionDays: 30,
        secretArns: [],
        state: { kind: "local" },
      },
    });
  });

  test.each([
    ["not set", undefined],
    ["empty", ""],
    ["blank", " \t"],
  ])("each that is %s counts as missing, and all are named at once", (_, value) => {
    expect(problemsOf({ TL_CONSOLE: value, TL_USER: value, TL_PASS: value })).toEqual([
      "TL_CONSOLE is required: the path to Console, such as https://us-east1.cloud.twistlock.com/us-2-158123456.",
      "TL_USER is required: the access key id, or the user's name.",
      "TL_PASS is required: the access key's secret, or the user's password.",
    ]);
  });

  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a tool leaves it
  test.each(["$(NAME)", "${NAME}", " $(prisma.NAME) ", "${{ secrets.NAME }}", "$TL_NAME", "%TL_NAME%", "$TF_S3_NAME"])(
    "each that is still %j is reported as not expanded",
    (value) => {
      const why = `is "${value.trim()}", which was not expanded: the pipeline has no such variable. Define it, or link its variable group.`;
      expect(problemsOf({ TL_CONSOLE: value, TL_USER: value, TL_PASS: value })).toEqual([
        `TL_CONSOLE ${why}`,
        `TL_USER ${why}`,
        `TL_PASS ${why}`,
      ]);
    },
  );

  test("an optional variable that is empty or unexpanded counts as not set", () => {
    const optional = Object.keys(EVERY).filter((name) => !(name in REQUIRED));
    for (const value of ["", "$(NAME)", "$(key-vaults-name)"]) {
      const emptied = Object.fromEntries(optional.map((name) => [name, value]));
      expect(parseSettings({ ...REQUIRED, ...emptied })).toEqual(parseSettings(REQUIRED));
    }
  });
});

const EVERY = {
  ...REQUIRED,
  AUTH_API_ENDPOINT: "https://gateway.example.com/login",
  TASK_GENERATION_API_ENDPOINT: "https://gateway.example.com/fargate?x=1",
  TL_CONSOLE_ADDRESS: "defenders.example.com",
  TL_API_VERSION: "v34.04",
  TL_PROJECT: "payments",
  TL_CA_CERT: "/etc/ca.pem",
  TL_TIMEOUT_MS: "5000",
  TL_RETRY_DELAY_MS: "20",
  TL_CONCURRENCY: "3",
  DOCKER_CONFIG: "/etc/docker",
  TASK_DEFINITION_PATH: "tasks",
  RUNTIME_DEFENSE_DEFAULTS: "defaults.json",
  CONTAINER_IMAGES: '{"web":"nginx:1.27","shop/constructor":"registry.example.com:5000/shop@sha256:00"}',
  DEFENDER_REGISTRY: "registry.example.com:5000",
  DEFENDER_IMAGES: "mirror.example.com/prisma-defender, registry.example.com:5000/defender:1,",
  STACK_NAME: "shop-prod",
  ECS_CLUSTER: "shop",
  GRANT_EXECUTION_ROLES: "true",
  PERMISSIONS_BOUNDARY_ARN: "arn:aws:iam::111122223333:policy/platform/boundary",
  IAM_PATH: "/platform/ecs/",
  KEEP_OLD_REVISIONS: "false",
  CONTAINER_INSIGHTS: "enhanced",
  LOG_RETENTION_DAYS: "365",
  LOG_KMS_KEY_ARN: KEY_ARN,
  SECRET_ARNS: `${SECRET_ARN}, arn:aws:ssm:eu-west-1:111122223333:parameter/shop/*,`,
  AWS_REGION: "eu-west-1",
  DEFAULT_TAGS: '{"team":"payments"}',
  INSTALL_BUNDLE_SECRET_ARN: `${SECRET_ARN}:bundle::`,
  INSTALL_BUNDLE_KMS_KEY_ARN: KEY_ARN,
  TF_STATE_S3_BUCKET: "state",
  TF_STATE_S3_KEY: "a/b.tfstate",
  TF_STATE_S3_REGION: "eu-central-1",
  TF_STATE_AZURE_STORAGE_ACCOUNT: "",
  TF_STATE_AZURE_RESOURCE_GROUP: "",
  TF_STATE_AZURE_CONTAINER: "",
  TF_STATE_AZURE_KEY: "",
} satisfies Readonly<Record<keyof typeof VARIABLES, string>>;

test("every variable sets its setting", () => {
  expect(parseSettings(EVERY)).toMatchObject({
    console: {
      apiUrl: "https://console.example.com:8083/api/v34.04",
      authenticateUrl: "https://gateway.example.com/login",
      fargateUrl: "https://gateway.example.com/fargate?x=1",
      consoleAddress: "defenders.example.com",
      project: "payments",
    },
    network: { caFile: "/etc/ca.pem", timeoutMs: 5000, retryDelayMs: 20, concurrency: 3 },
    registry: { dockerConfigFolder: "/etc/docker" },
    tasks: {
      path: "tasks",
      defaultsPath: "defaults.json",
      images: new Map([
        ["web", "nginx:1.27"],
        ["shop/constructor", "registry.example.com:5000/shop@sha256:00"],
      ]),
    },
    defenderRegistry: "registry.example.com:5000",
    defenderImages: ["mirror.example.com/prisma-defender", "registry.example.com:5000/defender:1"],
    stack: {
      name: "shop-prod",
      cluster: "shop",
      grantExecutionRoles: true,
      permissionsBoundaryArn: "arn:aws:iam::111122223333:policy/platform/boundary",
      iamPath: "/platform/ecs/",
      keepOldRevisions: false,
      containerInsights: "enhanced",
      logRetentionDays: 365,
      logKmsKeyArn: KEY_ARN,
      secretArns: [SECRET_ARN, "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/*"],
      region: "eu-west-1",
      defaultTags: { team: "payments" },
      installBundleSecretArn: `${SECRET_ARN}:bundle::`,
      installBundleKmsKeyArn: KEY_ARN,
      state: { kind: "s3", config: { bucket: "state", key: "a/b.tfstate", region: "eu-central-1" } },
    },
  });
});

test.each([
  "GRANT_EXECUTION_ROLES",
  "INSTALL_BUNDLE_KMS_KEY_ARN",
  "INSTALL_BUNDLE_SECRET_ARN",
  "LOG_RETENTION_DAYS",
  "PERMISSIONS_BOUNDARY_ARN",
  "SECRET_ARNS",
  "TF_STATE_S3_REGION",
  "TL_API_VERSION",
] as const)("%s may have nothing before or behind its value", (name) => {
  for (const value of [`\${x}${EVERY[name]}`, `${EVERY[name].replace(/,$/, "")}\${x}`]) {
    expect(problemsOf({ ...EVERY, [name]: value })).toEqual([expect.stringMatching(`^${name} must `)]);
  }
});

test("values are trimmed, except the password", () => {
  const { console } = parseSettings({ ...REQUIRED, TL_USER: " access-key\n", TL_PASS: " a passphrase " });
  expect([console.user, console.password.reveal()]).toEqual(["access-key", " a passphrase "]);
});

test("a password such as $(a)b, which is more than a placeholder, is accepted", () => {
  expect(parseSettings({ ...REQUIRED, TL_PASS: "$(a)b" }).console.password.reveal()).toBe("$(a)b");
});

describe("TL_CONSOLE", () => {
  test.each([
    ["console.example.com", "https://console.example.com/api/v1", "console.example.com"],
    ["console.example.com:8083", "https://console.example.com:8083/api/v1", "console.example.com"],
    [
      "https://us-east1.cloud.twistlock.com/us-2-158123456/",
      "https://us-east1.cloud.twistlock.com/us-2-158123456/api/v1",
      "us-east1.cloud.twistlock.com",
    ],
    ["HTTPS://Console.Example.com", "https://console.example.com/api/v1", "console.example.com"],
    ["http://localhost:8081", "http://localhost:8081/api/v1", "localhost"],
    ["http://127.1.2.3:8081", "http://127.1.2.3:8081/api/v1", "127.1.2.3"],
    ["http://[::1]:8081", "http://[::1]:8081/api/v1", "[::1]"],
  ])("%s is accepted", (value, apiUrl, consoleAddress) => {
    expect(parseSettings({ ...REQUIRED, TL_CONSOLE: value }).console).toMatchObject({ apiUrl, consoleAddress });
  });
});

const URL_PROBLEMS: readonly [string, string][] = [
  ["https://", "must be a URL such as https://console.example.com:8083"],
  ["https://a b", "must be a URL such as https://console.example.com:8083"],
  ["ftp://console.example.com", "must begin with https://, got ftp:"],
  ["http://console.example.com", "must be https: plain http is for this machine only, got host console.example.com"],
  [
    "http://127.0.0.1.evil.example",
    "must be https: plain http is for this machine only, got host 127.0.0.1.evil.example",
  ],
  ["http://10.0.0.1", "must be https: plain http is for this machine only, got host 10.0.0.1"],
  ["https://access-key:s3cr3t@console.example.com", "must not hold credentials: they belong in TL_USER and TL_PASS"],
  ["https://:s3cr3t@console.example.com", "must not hold credentials: they belong in TL_USER and TL_PASS"],
  ["https://s3cr3t@console.example.com", "must not hold credentials: they belong in TL_USER and TL_PASS"],
  ["https://console.example.com/#s3cr3t", "must not hold a # fragment"],
  ["https://console.example.com/#", "must not hold a # fragment"],
];

test.each<readonly [string, string, string]>([
  ...["TL_CONSOLE", "AUTH_API_ENDPOINT", "TASK_GENERATION_API_ENDPOINT"].flatMap((name) =>
    URL_PROBLEMS.map(([value, message]) => [name, value, message] as const),
  ),
  [
    "TL_CONSOLE",
    "access-key:s3cr3t@console.example.com",
    "must not hold credentials: they belong in TL_USER and TL_PASS",
  ],
  ["TL_CONSOLE", "https://console.example.com/?a=b", "must not hold a ? query"],
  ["TL_CONSOLE", "https://console.example.com/?", "must not hold a ? query"],
  ...["/api", "/api/v1", "/api/v34.04/defenders", "/us-2-158/api/v1/authenticate"].map(
    (path) =>
      [
        "TL_CONSOLE",
        `https://console.example.com${path}`,
        "must be the path to Console, without /api and what follows",
      ] as const,
  ),
  ["AUTH_API_ENDPOINT", "console.example.com", "must be a URL such as https://console.example.com:8083"],
  [
    "TASK_GENERATION_API_ENDPOINT",
    "https://c.example/f?consoleaddr=https://x.example",
    "must name only a host as its consoleaddr",
  ],
  ...["https://x.example", "x.example:8084", "x.example/a", "-x", "a b"].map(
    (value) =>
      ["TL_CONSOLE_ADDRESS", value, `must be only a host, without https://, port and path, got "${value}"`] as const,
  ),
  ...["34.04", "v2", "v34.4", "v034.04", "V1", "v34.04.145"].map(
    (value) => ["TL_API_VERSION", value, `must be v1 or a version such as v34.04, got "${value}"`] as const,
  ),
  ...["99", "600001", "-1", "1.5", "30s", "1e3"].map(
    (value) => ["TL_TIMEOUT_MS", value, `must be a whole number from 100 to 600000, got "${value}"`] as const,
  ),
  ...["0", "60001"].map(
    (value) => ["TL_RETRY_DELAY_MS", value, `must be a whole number from 1 to 60000, got "${value}"`] as const,
  ),
  ...["0", "65"].map(
    (value) => ["TL_CONCURRENCY", value, `must be a whole number from 1 to 64, got "${value}"`] as const,
  ),
  ...["EU-WEST-1", "eu-west", "eu-west-1a", "eu_west_1", "Ireland"].map(
    (value) => ["AWS_REGION", value, `must be a region such as eu-west-1, got "${value}"`] as const,
  ),
  ...["team=payments", "[]", "null", '"team', "7"].map(
    (value) => ["DEFAULT_TAGS", value, 'must be a JSON object of strings such as {"team":"payments"}'] as const,
  ),
  ...[
    "prisma/bundle",
    SECRET_ARN.replace(":secret:", ":key/"),
    SECRET_ARN.replace("-AbCdEf", ""),
    `${SECRET_ARN}:bundle`,
    `${SECRET_ARN}:bundle:`,
    SECRET_ARN.replace("111122223333", "1111"),
    `${SECRET_ARN}\${x}`,
    `${SECRET_ARN}:\${x}::`,
    `${SECRET_ARN}:%{if x}::`,
    `${SECRET_ARN}:a\nb::`,
  ].map(
    (value) =>
      [
        "INSTALL_BUNDLE_SECRET_ARN",
        value,
        "must be the ARN of a Secrets Manager secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX with or without :json-key::",
      ] as const,
  ),
  [
    "INSTALL_BUNDLE_SECRET_ARN",
    SECRET_ARN.replace("eu-west-1", "eu-west-2"),
    "must be in the stack's region (AWS_REGION), aws eu-west-1, got aws eu-west-2",
  ],
  [
    "INSTALL_BUNDLE_SECRET_ARN",
    SECRET_ARN.replace("arn:aws:", "arn:aws-cn:"),
    "must be in the stack's region (AWS_REGION), aws eu-west-1, got aws-cn eu-west-1",
  ],
  ...["alias/prisma", KEY_ARN.replace("key/", "alias/"), KEY_ARN.replace("kms", "s3")].map(
    (value) =>
      ["INSTALL_BUNDLE_KMS_KEY_ARN", value, "must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID"] as const,
  ),
  [
    "INSTALL_BUNDLE_KMS_KEY_ARN",
    KEY_ARN.replace("eu-west-1", "us-east-1"),
    "must be in the stack's region (AWS_REGION), aws eu-west-1, got aws us-east-1",
  ],
  ...["https://registry.example.com", "registry.example.com/twistlock", "-registry"].map(
    (value) =>
      ["DEFENDER_REGISTRY", value, `must be a registry's host, without https:// and path, got "${value}"`] as const,
  ),
  ...["https://mirror.example.com/defender", "mirror.example.com", "mirror.example.com/Defender", "a/b@sha256:0"].map(
    (value) =>
      [
        "DEFENDER_IMAGES",
        value,
        `must hold repositories such as mirror.example.com/security/prisma-defender, or images with their tag or digest, with commas between, got "${value}"`,
      ] as const,
  ),
  ...["web=nginx", "[]", "null"].map(
    (value) =>
      [
        "CONTAINER_IMAGES",
        value,
        'must be a JSON object from container or family/container to image, such as {"web":"nginx:1.27"}',
      ] as const,
  ),
  ["CONTAINER_IMAGES", '{"a/b/c":"x"}', 'must name a container, or family/container, got "a/b/c"'],
  ["CONTAINER_IMAGES", '{"web":7}', 'must name web\'s image as a string such as "nginx:1.27"'],
  ["CONTAINER_IMAGES", '{"web":"a b"}', 'must name web\'s image as a reference, got "a b"'],
  ["CONTAINER_IMAGES", '{"web":""}', 'must name web\'s image as a reference, got ""'],
  ...["1shop", "shop--prod", "shop-", "s", "shop_prod", "a".repeat(33)].map(
    (value) =>
      [
        "STACK_NAME",
        value,
        `must be 2 to 32 letters, digits and single hyphens, a letter first, got "${value}"`,
      ] as const,
  ),
  ...["my cluster", "arn:aws:ecs:eu-west-1:111122223333:service/shop"].map(
    (value) =>
      [
        "ECS_CLUSTER",
        value,
        `must be a cluster's name, or its ARN, arn:aws:ecs:REGION:ACCOUNT:cluster/NAME, got "${value}"`,
      ] as const,
  ),
  [
    "ECS_CLUSTER",
    "arn:aws:ecs:us-east-1:111122223333:cluster/shop",
    "must be in the stack's region (AWS_REGION), aws eu-west-1, got aws us-east-1",
  ],
  ...["GRANT_EXECUTION_ROLES", "KEEP_OLD_REVISIONS"].flatMap((name) =>
    ["yes", "1", "True"].map((value) => [name, value, `must be true or false, got "${value}"`] as const),
  ),
  [
    "PERMISSIONS_BOUNDARY_ARN",
    "boundary",
    'must be the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME, got "boundary"',
  ],
  [
    "PERMISSIONS_BOUNDARY_ARN",
    "arn:aws-cn:iam::111122223333:policy/boundary",
    "must be in the partition of AWS_REGION, aws, got aws-cn",
  ],
  ...["platform", "/platform", "platform/", "//a b/", `/${"a".repeat(511)}/`].map(
    (value) =>
      [
        "IAM_PATH",
        value,
        `must begin and end with a slash, such as /platform/, got "${value.length > 80 ? `${value.slice(0, 79)}…` : value}"`,
      ] as const,
  ),
  ["CONTAINER_INSIGHTS", "on", 'must be enabled, enhanced or disabled, got "on"'],
  ["LOG_RETENTION_DAYS", "-1", 'must be a whole number from 0 to 3653, got "-1"'],
  [
    "LOG_RETENTION_DAYS",
    "31",
    "must be a number of days that CloudWatch Logs takes: 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 (0: for ever)",
  ],
  ["LOG_KMS_KEY_ARN", "alias/logs", "must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID"],
  [
    "LOG_KMS_KEY_ARN",
    KEY_ARN.replace("eu-west-1", "us-east-1"),
    "must be in the stack's region (AWS_REGION), aws eu-west-1, got aws us-east-1",
  ],
  ...["s3cr3t", `${SECRET_ARN},s3cr3t`].map(
    (value, index) =>
      [
        "SECRET_ARNS",
        value,
        `must hold ARNs of Secrets Manager secrets, SSM parameters or KMS keys, with commas between; entry ${index + 1} is not one`,
      ] as const,
  ),
  ...["-?????", "-??????*", "-??????x"].map(
    (suffix) =>
      [
        "SECRET_ARNS",
        SECRET_ARN.replace("-AbCdEf", suffix),
        "must hold ARNs of Secrets Manager secrets, SSM parameters or KMS keys, with commas between; entry 1 is not one",
      ] as const,
  ),
  [
    "SECRET_ARNS",
    `${SECRET_ARN}, ${SECRET_ARN.replace("arn:aws:", "arn:aws-cn:")}`,
    "must be in the partition of AWS_REGION, aws, got aws-cn",
  ],
])("%s=%s is refused in one sentence", (name, value, message) => {
  const problems = problemsOf({ ...REQUIRED, [name]: value });
  expect(problems).toEqual([`${name} ${message}.`]);
  if (value.includes("s3cr3t")) expect(problems.join()).not.toContain("s3cr3t");
});

test("every wrong name in DEFENDER_IMAGES is one problem", () => {
  const problems = problemsOf({ ...REQUIRED, DEFENDER_IMAGES: "a/b, c, d/e:1, f g/h" });
  expect(problems).toEqual([
    expect.stringMatching(/^DEFENDER_IMAGES must hold repositories .*, got "c"\.$/),
    expect.stringMatching(/^DEFENDER_IMAGES must hold repositories .*, got "f g\/h"\.$/),
  ]);
});

test("a secret may be allowed by its name, with six question marks for its suffix", () => {
  const anySuffix = SECRET_ARN.replace("-AbCdEf", "-??????");
  expect(parseSettings({ ...REQUIRED, SECRET_ARNS: anySuffix }).stack.secretArns).toEqual([anySuffix]);
});

test("a secret that RDS manages, with an exclamation mark in its name, may be allowed", () => {
  const ofRds = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-11111111-2222-AbCdEf";
  expect(parseSettings({ ...REQUIRED, SECRET_ARNS: ofRds }).stack.secretArns).toEqual([ofRds]);
});

test("a tag that isn't a string is named, on one line", () => {
  expect(problemsOf({ ...REQUIRED, DEFAULT_TAGS: '{"a":"b","n":1,"o\\n##[x]":{}}' })).toEqual([
    "DEFAULT_TAGS.n must hold strings only.",
    "DEFAULT_TAGS.o ## [x] must hold strings only.",
  ]);
});

test.each([
  ["TL_TIMEOUT_MS", "100"],
  ["TL_TIMEOUT_MS", "600000"],
  ["TL_RETRY_DELAY_MS", "1"],
  ["TL_RETRY_DELAY_MS", "60000"],
  ["TL_CONCURRENCY", "1"],
  ["TL_CONCURRENCY", "64"],
  ["TL_API_VERSION", "v1"],
  ["TL_CONSOLE_ADDRESS", "[fe80::1]"],
  ["AWS_REGION", "ap-southeast-4"],
  ["INSTALL_BUNDLE_SECRET_ARN", SECRET_ARN],
  ["INSTALL_BUNDLE_SECRET_ARN", `${SECRET_ARN}:::`],
  ["INSTALL_BUNDLE_SECRET_ARN", `${SECRET_ARN}:key:AWSCURRENT:`],
])("%s=%s is at the boundary and accepted", (name, value) => {
  expect(problemsOf({ ...REQUIRED, [name]: value })).toEqual([]);
});

describe("the host that Defenders dial", () => {
  const endpoint = "https://gateway.example.com/fargate.json?consoleaddr=dial.example.com&defenderType=appEmbedded";

  test("is the consoleaddr of TASK_GENERATION_API_ENDPOINT, if it has one", () => {
    const { console } = parseSettings({ ...REQUIRED, TASK_GENERATION_API_ENDPOINT: endpoint });
    expect(console.consoleAddress).toBe("dial.example.com");
  });

  test("is TL_CONSOLE_ADDRESS before anything else", () => {
    const own = { TASK_GENERATION_API_ENDPOINT: endpoint, TL_CONSOLE_ADDRESS: "own.example.com" };
    expect(parseSettings({ ...REQUIRED, ...own }).console.consoleAddress).toBe("own.example.com");
  });
});

test.each([
  ["eu-west-1", "aws"],
  ["us-east-1", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
  ["eu-isoe-west-1", "aws-iso-e"],
  ["us-isof-south-1", "aws-iso-f"],
  ["eusc-de-east-1", "aws-eusc"],
])("%s is in the partition %s, where its secret and its key may be", (region, partition) => {
  const own = (arn: string) => arn.replace("arn:aws:", `arn:${partition}:`).replace("eu-west-1", region);
  const arns = { INSTALL_BUNDLE_SECRET_ARN: own(SECRET_ARN), INSTALL_BUNDLE_KMS_KEY_ARN: own(KEY_ARN) };
  expect(parseSettings({ ...REQUIRED, AWS_REGION: region, ...arns }).stack.partition).toBe(partition);
});

describe("the state", () => {
  test("is kept under the stack's name, so that two stacks never share one", () => {
    const stack = { ...REQUIRED, STACK_NAME: "shop" };
    const azure = {
      TF_STATE_AZURE_STORAGE_ACCOUNT: "account",
      TF_STATE_AZURE_RESOURCE_GROUP: "group",
      TF_STATE_AZURE_CONTAINER: "container",
    };
    expect(parseSettings({ ...stack, TF_STATE_S3_BUCKET: "b" }).stack.state).toMatchObject({
      config: { key: "shop/terraform.tfstate" },
    });
    expect(parseSettings({ ...stack, ...azure }).stack.state).toMatchObject({ config: { key: "shop.tfstate" } });
  });

  test("in S3 has a key and the stack's region by default", () => {
    expect(parseSettings({ ...REQUIRED, AWS_REGION: "eu-north-1", TF_STATE_S3_BUCKET: "b" }).stack.state).toEqual({
      kind: "s3",
      config: { bucket: "b", key: "prisma-runtime-defense/terraform.tfstate", region: "eu-north-1" },
    });
  });

  test("in Azure has a key by default", () => {
    const azure = {
      TF_STATE_AZURE_STORAGE_ACCOUNT: "account",
      TF_STATE_AZURE_RESOURCE_GROUP: "group",
      TF_STATE_AZURE_CONTAINER: "container",
    };
    expect(parseSettings({ ...REQUIRED, ...azure }).stack.state).toEqual({
      kind: "azurerm",
      config: {
        storageAccountName: "account",
        resourceGroupName: "group",
        containerName: "container",
        key: "prisma-runtime-defense.tfstate",
      },
    });
  });

  test("can't be in two places", () => {
    const both = {
      TF_STATE_S3_BUCKET: "b",
      TF_STATE_AZURE_STORAGE_ACCOUNT: "account",
      TF_STATE_AZURE_RESOURCE_GROUP: "group",
      TF_STATE_AZURE_CONTAINER: "container",
    };
    expect(problemsOf({ ...REQUIRED, ...both })).toEqual([
      "TF_STATE_S3_BUCKET and TF_STATE_AZURE_STORAGE_ACCOUNT exclude each other. Keep one.",
    ]);
  });
});

test("every problem of every variable is reported at once, and the password in none", () => {
  const problems = problemsOf({
    TL_CONSOLE: "http://s3cr3t:s3cr3t@far.example.com",
    TL_PASS: "s3cr3t",
    AUTH_API_ENDPOINT: "http://far.example.com/login",
    TL_API_VERSION: "latest",
    TL_TIMEOUT_MS: "soon",
    TL_RETRY_DELAY_MS: "0",
    TL_CONCURRENCY: "many",
    TL_CONSOLE_ADDRESS: "https://far.example.com",
    DEFAULT_TAGS: "team",
    INSTALL_BUNDLE_SECRET_ARN: SECRET_ARN.replace("eu-west-1", "eu-west-2"),
    INSTALL_BUNDLE_KMS_KEY_ARN: "key",
    TF_STATE_S3_BUCKET: "b",
    TF_STATE_AZURE_STORAGE_ACCOUNT: "account",
  });
  expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
    "TL_CONSOLE",
    "TL_USER",
    "AUTH_API_ENDPOINT",
    "TL_CONSOLE_ADDRESS",
    "TL_API_VERSION",
    "TL_TIMEOUT_MS",
    "TL_RETRY_DELAY_MS",
    "TL_CONCURRENCY",
    "DEFAULT_TAGS",
    "INSTALL_BUNDLE_KMS_KEY_ARN",
    "INSTALL_BUNDLE_SECRET_ARN",
    "TF_STATE_S3_BUCKET",
    "TF_STATE_AZURE_STORAGE_ACCOUNT:",
  ]);
  expect(problems.join("\n")).not.toContain("s3cr3t");
});

function problemsOf(environment: Environment, more: readonly CrossCheck[] = []): readonly string[] {
  try {
    parseSettings(environment, more);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.sentences;
  }
}

test.each([
  ["TF_STATE_S3_BUCKT", "Did you mean TF_STATE_S3_BUCKET?"],
  ["TF_STATE_AZURE_ACCOUNT", "Check its spelling."],
  ["TASK_DEFINITIONS_PATH", "Did you mean TASK_DEFINITION_PATH?"],
  ["RUNTIME_DEFENCE_DEFAULTS", "Did you mean RUNTIME_DEFENSE_DEFAULTS?"],
  ["TL_PROJET", "Did you mean TL_PROJECT?"],
  ["GRANT_EXECUTION_ROLE", "Did you mean GRANT_EXECUTION_ROLES?"],
  ["KEEP_OLD_REVISION", "Did you mean KEEP_OLD_REVISIONS?"],
  ["INSTALL_BUNDLE_SECRET", "Check its spelling."],
])("%s is reported as unknown", (name, remedy) => {
  expect(problemsOf({ ...REQUIRED, [name]: "x" })).toEqual([`${name} is not a known variable. ${remedy}`]);
});

test.each([
  "TL_URL",
  "TL_LICENSE_KEY",
  "TL_CLASS",
  "TL_TASKS",
  "TL_USERID",
  "SECRET_ARN",
  "STACK_NAMES",
  "LOG_RETENTION",
  "TL_CONSOLES",
])("%s is ignored, because it may belong to another tool", (name) => {
  expect(problemsOf({ ...REQUIRED, [name]: "x" })).toEqual([]);
});

test("an AWS_DEFAULT_REGION other than the stack's is refused where a stack is made, unless AWS_REGION is set", () => {
  const problems = (environment: Environment) => problemsOf({ ...REQUIRED, ...environment }, [checkDefaultRegion]);
  expect(problems({ AWS_DEFAULT_REGION: "us-east-1" })).toEqual([
    'AWS_DEFAULT_REGION is "us-east-1", but this project reads only AWS_REGION (default eu-west-1). Set AWS_REGION.',
  ]);
  expect(problems({ AWS_DEFAULT_REGION: "us-east-1", AWS_REGION: "eu-west-1" })).toEqual([]);
  for (const same of ["eu-west-1", "eu-west-1 ", " ", "$(REGION)"]) {
    expect(problems({ AWS_DEFAULT_REGION: same })).toEqual([]);
  }
  expect(problemsOf({ ...REQUIRED, AWS_DEFAULT_REGION: "us-east-1" })).toEqual([]);
});

test("default tags that hold a secret are refused, in any spelling", () => {
  const password = 'k9"ä z+/&%';
  for (const value of [password, Buffer.from(password).toString("base64"), encodeURIComponent(password)]) {
    const tags = JSON.stringify({ team: "payments", note: `see ${value}` });
    expect(problemsOf({ ...REQUIRED, TL_PASS: password, DEFAULT_TAGS: tags })).toEqual([
      "DEFAULT_TAGS holds the password. Remove it: it would be deployed, and stored in Terraform's state.",
    ]);
  }
});

test("a default tag that AWS alone may set is refused", () => {
  expect(problemsOf({ ...REQUIRED, DEFAULT_TAGS: '{"aws:a":"1"}' })).toEqual([
    "DEFAULT_TAGS must have no key that begins with aws:, which AWS reserves.",
  ]);
});

test.each([
  ["S3_KEY", "TF_STATE_S3_BUCKET"],
  ["S3_REGION", "TF_STATE_S3_BUCKET"],
  ["AZURE_STORAGE_ACCOUNT", "TF_STATE_AZURE_RESOURCE_GROUP and TF_STATE_AZURE_CONTAINER"],
  ["AZURE_CONTAINER", "TF_STATE_AZURE_STORAGE_ACCOUNT and TF_STATE_AZURE_RESOURCE_GROUP"],
  ["AZURE_KEY", "TF_STATE_AZURE_STORAGE_ACCOUNT, TF_STATE_AZURE_RESOURCE_GROUP and TF_STATE_AZURE_CONTAINER"],
])("TF_STATE_%s alone is refused, and does not fall back to local state", (name, missing) => {
  const value = name === "S3_REGION" ? "eu-west-1" : "state";
  expect(problemsOf({ ...REQUIRED, [`TF_STATE_${name}`]: value })).toEqual([
    `TF_STATE_${name}: set ${missing} as well.`,
  ]);
});

test.each([
  ["TF_STATE_S3_BUCKET", "s3://state", "must be only a bucket's name, without s3://"],
  ["TF_STATE_S3_KEY", "/state", "must not begin or end with a slash"],
  ["TF_STATE_S3_REGION", "Ireland", "must be a region such as eu-west-1"],
  [
    "TF_STATE_AZURE_STORAGE_ACCOUNT",
    "https://a.example.com",
    "must be only a storage account's name, without https://",
  ],
  ["TF_STATE_AZURE_RESOURCE_GROUP", "a/b", "must be only a resource group's name"],
  ["TF_STATE_AZURE_CONTAINER", "a/b", "must be only a container's name"],
])("%s=%s is refused as a place of the state", (name, value, message) => {
  const azure = ["STORAGE_ACCOUNT", "RESOURCE_GROUP", "CONTAINER"].map((part) => [`TF_STATE_AZURE_${part}`, "state"]);
  const state = name.includes("S3") ? { TF_STATE_S3_BUCKET: "state" } : Object.fromEntries(azure);
  expect(problemsOf({ ...REQUIRED, ...state, [name]: value })).toEqual([`${name} ${message}, got "${value}".`]);
});

test.each([
  ["TL_CONSOLE", '"https://console.example.com"', "must be a URL such as https://console.example.com:8083"],
  ["DEFAULT_TAGS", '"team"', 'must be a JSON object of strings such as {"team":"payments"}'],
  ["AWS_REGION", "'eu-west-1'", `must be a region such as eu-west-1, got "'eu-west-1'"`],
])("quotation marks around %s are reported", (name, value, message) => {
  expect(problemsOf({ ...REQUIRED, [name]: value })).toEqual([
    `${name} ${message}. Remove the quotation marks around it.`,
  ]);
});

test("an install bundle in place of its secret's ARN isn't shown", () => {
  expect(problemsOf({ ...REQUIRED, INSTALL_BUNDLE_SECRET_ARN: "c2VjcmV0IGJ1bmRsZQ==" }).join()).not.toContain("c2Vj");
});

test.each(["TF_STATE_S3_BUCKET", "TF_STATE_S3_KEY"])("%s must not hold a Terraform template", (name) => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's
  expect(problemsOf({ ...REQUIRED, TF_STATE_S3_BUCKET: "b", [name]: "a${x}" })).toEqual([
    `${name} must not hold \${ or %{, which begin a Terraform template.`,
  ]);
});

test("all variables of a backend that isn't chosen are named", () => {
  expect(problemsOf({ ...REQUIRED, TF_STATE_S3_KEY: "k", TF_STATE_S3_REGION: "eu-west-1" })).toEqual([
    "TF_STATE_S3_KEY and TF_STATE_S3_REGION: set TF_STATE_S3_BUCKET as well.",
  ]);
});

describe("proxies", () => {
  test("are read from the given environment, lower-case names first", () => {
    const { proxies } = parseSettings({
      ...REQUIRED,
      HTTPS_PROXY: "http://other.example.com",
      https_proxy: " http://user:s3cr3t@proxy.example.com:3128 ",
      NO_PROXY: ".internal.example.com",
    }).network;
    expect(proxies.https?.variable).toBe("https_proxy");
    expect(proxies.https?.address.reveal()).toBe("http://user:s3cr3t@proxy.example.com:3128");
    expect(proxies.exceptions).toBe(".internal.example.com");
  });

  test("may come from ALL_PROXY", () => {
    const { proxies } = parseSettings({ ...REQUIRED, HTTPS_PROXY: "$(NAME)", ALL_PROXY: "proxy.example.com" }).network;
    expect(proxies.https?.variable).toBe("ALL_PROXY");
    expect(proxies.https?.address.reveal()).toBe("proxy.example.com");
  });
});

describe("the Console's API", () => {
  test.each([
    [
      "https://gw.example.com/us-2/api/v1/authenticate",
      "https://gw.example.com/us-2/api/v1",
      "https://gw.example.com/us-2",
    ],
    ["https://gw.example.com/api/v34.04/authenticate/", "https://gw.example.com/api/v34.04", "https://gw.example.com"],
  ])("has the base URL of AUTH_API_ENDPOINT=%s", (endpoint, apiUrl, url) => {
    const { console } = parseSettings({ ...REQUIRED, AUTH_API_ENDPOINT: endpoint });
    expect(console).toMatchObject({ apiUrl, url, apiSetting: "AUTH_API_ENDPOINT" });
  });
});
