import { undocumented } from "./documented";
import { AWSLOGS, CONTAINER, noticesOf, problemsIn, read, TASK } from "./read";

const app = "containerDefinitions[app]";
const of = (container: object, members: object = {}) => ({
  ...TASK,
  containerDefinitions: [{ ...CONTAINER, ...container }],
  ...members,
});
const check = (numbers: object) => of({ healthCheck: { command: ["CMD", "true"], ...numbers } });
const efs = (efsVolumeConfiguration: object) => ({
  ...TASK,
  volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1", ...efsVolumeConfiguration } }],
});
const point = { authorizationConfig: { accessPointId: "fsap-1" } };
const mapping = (...portMappings: readonly object[]) => of({ portMappings });
const logOption = (value: string) => of({ logConfiguration: { logDriver: "splunk", options: { region: value } } });
const secret = (valueFrom: string) => of({ secrets: [{ name: "A", valueFrom }] });
const environment = (name: string) => of({ environment: [{ name, value: "a" }] });

const volumes = (...all: readonly object[]) => ({ ...TASK, volumes: all });

const AT_CHECK = `${app}.healthCheck`;
const AT_EFS = "volumes[data].efsVolumeConfiguration";
const VARIABLE = "must be a variable's name, without =, got";
const ECR =
  "has an invalid ECR registry: it must be ACCOUNT.dkr.ecr.REGION.amazonaws.com with an account of 12 digits and a region such as eu-west-1, got";
const LONG_IMAGE = `r.example.com/${"a".repeat(226)}`;
const PERCENT = "begins with %, and the AWS provider would drop it. Rename it.";
const IMAGE_REMEDY = "Correct it, or name the image in CONTAINER_IMAGES.";

const REFUSED: readonly [string, object, string][] = [
  ["an interval of 4 s", check({ interval: 4 }), `${AT_CHECK}.interval: must be from 5 to 300 seconds, got 4.`],
  ["an interval of 301 s", check({ interval: 301 }), `${AT_CHECK}.interval: must be from 5 to 300 seconds, got 301.`],
  ["a timeout of 1 s", check({ timeout: 1 }), `${AT_CHECK}.timeout: must be from 2 to 60 seconds, got 1.`],
  ["a timeout of 61 s", check({ timeout: 61 }), `${AT_CHECK}.timeout: must be from 2 to 60 seconds, got 61.`],
  ["no retries", check({ retries: 0 }), `${AT_CHECK}.retries: must be from 1 to 10, got 0.`],
  ["11 retries", check({ retries: 11 }), `${AT_CHECK}.retries: must be from 1 to 10, got 11.`],
  [
    "a startPeriod of 301 s",
    check({ startPeriod: 301 }),
    `${AT_CHECK}.startPeriod: must be from 0 to 300 seconds, got 301.`,
  ],
  [
    "a negative startPeriod",
    check({ startPeriod: -1 }),
    `${AT_CHECK}.startPeriod: must be from 0 to 300 seconds, got -1.`,
  ],
  [
    "the port 0",
    mapping({ containerPort: 0 }),
    `${app}.portMappings[0].containerPort: must be from 1 to 65535, got 0.`,
  ],
  [
    "the port 65536",
    mapping({ containerPort: 65_536 }),
    `${app}.portMappings[0].containerPort: must be from 1 to 65535, got 65536.`,
  ],
  ...["200-100", "0-10", "65535-65536", "1-9007199254740991", "tcp8000-8010", "8000-8010,9000"].map(
    (range): [string, object, string] => [
      `the range of ports ${range}`,
      mapping({ containerPortRange: range }),
      `${app}.portMappings[0].containerPortRange: must be a range of ports such as 8000-8010, from 1 to 65535, got "${range}".`,
    ],
  ),
  [
    "a host port that differs from the container port",
    mapping({ containerPort: 80, hostPort: 8080 }),
    `${app}.portMappings[0]: hostPort 8080 differs from containerPort 80: under awsvpc both must be equal. Remove hostPort.`,
  ],
  [
    "a host port without a container port",
    mapping({ hostPort: 80 }),
    `${app}.portMappings[0].containerPort: must be given, or a containerPortRange in its place, but not both.`,
  ],
  [
    "a port and a range of ports",
    mapping({ containerPort: 80, containerPortRange: "81-82" }),
    `${app}.portMappings[0].containerPort: must be given, or a containerPortRange in its place, but not both.`,
  ],
  [
    "a misspelt port",
    mapping({ containerport: 80 }),
    `${app}.portMappings[0].containerport: is not a known key. Write containerPort.`,
  ],
  [
    "ranges of ports that overlap",
    mapping({ containerPortRange: "8000-8010" }, { containerPortRange: "8005-8020" }),
    `${app}.portMappings[1]: the port 8005/tcp is already used by "app": a task's containers share ports. Change one.`,
  ],
  [
    "a port within a range",
    mapping({ containerPortRange: "1-65535" }, { containerPort: 8001 }),
    `${app}.portMappings[1]: the port 8001/tcp is already used by "app": a task's containers share ports. Change one.`,
  ],
  ...["My Port", "-http", ""].map((name): [string, object, string] => [
    `the port name "${name}"`,
    mapping({ containerPort: 80, name }),
    `${app}.portMappings[${name || 0}].name: must have letters, digits, - and _ only, 64 at most, and not begin with -, got "${name}".`,
  ]),
  [
    "one port in two containers",
    {
      ...TASK,
      containerDefinitions: ["a", "b"].map((name) => ({
        ...{ ...CONTAINER, name },
        portMappings: [{ containerPort: 80, hostPort: 80 }],
      })),
    },
    'containerDefinitions[b].portMappings[0]: the port 80/tcp is already used by "a": a task\'s containers share ports. Change one.',
  ],
  [
    "a port of the sidecar that a container already uses",
    { ...mapping({ containerPort: 80 }), runtimeDefense: { sidecar: { portMappings: [{ containerPort: 80 }] } } },
    'runtimeDefense.sidecar.portMappings[0]: the port 80/tcp is already used by "app": a task\'s containers share ports. Change one.',
  ],
  [
    "a number beyond 32 bits",
    of({ linuxParameters: { maxSwap: 2 ** 31 } }),
    `${app}.linuxParameters.maxSwap: must not be above 2147483647, got 2147483648.`,
  ],
  [
    "a number beyond 32 bits below 0",
    of({ ulimits: [{ name: "core", softLimit: -(2 ** 31) - 1, hardLimit: 0 }] }),
    `${app}.ulimits[core].softLimit: must not be below -2147483648, got -2147483649.`,
  ],
  ["a variable without a name", environment(" "), `${app}.environment[0].name: ${VARIABLE} " ".`.replace('" "', '""')],
  ["a variable with an equals sign", environment("A=B"), `${app}.environment[A=B].name: ${VARIABLE} "A=B".`],
  [
    "a secret with an equals sign",
    of({ secrets: [{ name: "A=B", valueFrom: "a" }] }),
    `${app}.secrets[A=B].name: ${VARIABLE} "A=B".`,
  ],
  ["a stopTimeout of 121 s", of({ stopTimeout: 121 }), `${app}.stopTimeout: must be from 2 to 120 seconds, got 121.`],
  ["a stopTimeout of 1 s", of({ stopTimeout: 1 }), `${app}.stopTimeout: must be from 2 to 120 seconds, got 1.`],
  ...["mountPoints", "volumesFrom", "systemControls"].map((key): [string, object, string] => [
    `an empty object in ${key}`,
    of({ [key]: [{}] }),
    `${app}.${key}[0]: must not be empty.`,
  ]),
  [
    "51 exit codes to ignore",
    of({ restartPolicy: { enabled: true, ignoredExitCodes: Array(51).fill(1) } }),
    `${app}.restartPolicy.ignoredExitCodes: must have 50 at most, got 51.`,
  ],
  [
    "11 environment files",
    of({ environmentFiles: Array(11).fill({ type: "s3", value: "arn:aws:s3:::bucket/a.env" }) }),
    `${app}.environmentFiles: must have 10 at most, got 11.`,
  ],
  [
    "a volume's name with a space",
    volumes({ name: "my data" }),
    `volumes[my data].name: must have letters, digits, - and _ only, 255 at most, got "my data".`,
  ],
  [
    "an EFS without id",
    volumes({ name: "data", efsVolumeConfiguration: { fileSystemId: "" } }),
    'volumes[data].efsVolumeConfiguration.fileSystemId: must not be empty, got "".',
  ],
  [
    "an access point without id",
    volumes({
      name: "data",
      efsVolumeConfiguration: { fileSystemId: "fs-1", authorizationConfig: { accessPointId: "" } },
    }),
    'volumes[data].efsVolumeConfiguration.authorizationConfig.accessPointId: must not be empty, got "".',
  ],
  [
    "a volume of two kinds",
    volumes({ name: "data", configuredAtLaunch: true, efsVolumeConfiguration: { fileSystemId: "fs-1" } }),
    "volumes[data]: has configuredAtLaunch and efsVolumeConfiguration, but ECS takes one of them. Remove one.",
  ],
  [
    "two volumes that are configured at launch",
    volumes({ name: "one", configuredAtLaunch: true }, { name: "two", configuredAtLaunch: true }),
    'volumes[two].configuredAtLaunch: "one" is configured at launch as well, but ECS takes one such volume.',
  ],
  ["a tag whose key begins with %", { ...TASK, tags: [{ key: "%a", value: "b" }] }, `tags[0].key: ${PERCENT}`],
  [
    "a property of the proxy that begins with %",
    { ...TASK, proxyConfiguration: { containerName: "app", properties: [{ name: "%a", value: "b" }] } },
    `proxyConfiguration.properties[%a].name: ${PERCENT}`,
  ],
  [
    "a label of a Docker volume that begins with %",
    volumes({ name: "data", dockerVolumeConfiguration: { labels: { "%a": "b" } } }),
    `volumes[data].dockerVolumeConfiguration.labels.%a: ${PERCENT}`,
  ],
  [
    "an image of 256 characters",
    of({ image: `${LONG_IMAGE}:${"1".repeat(15)}` }),
    `${app}.image: must have 255 characters at most before a digest, got "${LONG_IMAGE.slice(0, 199)}…".`,
  ],
  ...[59, 1801].map((restartAttemptPeriod): [string, object, string] => [
    `a restartAttemptPeriod of ${restartAttemptPeriod} s`,
    of({ restartPolicy: { enabled: true, restartAttemptPeriod } }),
    `${app}.restartPolicy.restartAttemptPeriod: must be from 60 to 1800 seconds, got ${restartAttemptPeriod}.`,
  ]),
  [
    "an unknown protocol",
    mapping({ containerPort: 80, protocol: "TCP" }),
    `${app}.portMappings[0].protocol: must be tcp or udp, got "TCP".`,
  ],
  [
    "an unknown application protocol",
    mapping({ containerPort: 80, appProtocol: "HTTP" }),
    `${app}.portMappings[0].appProtocol: must be http, http2 or grpc, got "HTTP".`,
  ],
  [
    "an unknown kind of log router",
    of({ firelensConfiguration: { type: "fluent" } }),
    `${app}.firelensConfiguration.type: must be fluentd or fluentbit, got "fluent".`,
  ],
  [
    "an environment file that is not in S3",
    of({ environmentFiles: [{ type: "s4", value: "arn:aws:s3:::a/b.env" }] }),
    `${app}.environmentFiles[0].type: must be s3, got "s4".`,
  ],
  ...[
    "s3://bucket/x.env",
    "https://bucket.s3.amazonaws.com/x.env",
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/*.env",
    "s3://arn:aws:s3:::b/x.env",
    "arn:aws:s3:::b/x.env.json",
    "",
  ].map((value): [string, object, string] => [
    `the environment file "${value}"`,
    of({ environmentFiles: [{ type: "s3", value }] }),
    `${app}.environmentFiles[0].value: must be the ARN of a file in S3, such as arn:aws:s3:::BUCKET/NAME.env, got "${value}".`,
  ]),
  ...[1, 121].map((startTimeout): [string, object, string] => [
    `a startTimeout of ${startTimeout}`,
    of({ startTimeout }),
    `${app}.startTimeout: must be from 2 to 120 seconds, got ${startTimeout}.`,
  ]),
  [
    "credentials of a registry without a secret",
    of({ repositoryCredentials: { credentialsParameter: "" } }),
    `${app}.repositoryCredentials.credentialsParameter: must be the name or ARN of a secret, got "".`,
  ],
  [
    "two mounts at one path",
    {
      ...of({ mountPoints: [1, 2].map(() => ({ sourceVolume: "data", containerPath: "/data" })) }),
      volumes: [{ name: "data" }],
    },
    `${app}.mountPoints[1]: the mount path "/data" is there twice. Remove or rename one.`,
  ],
  [
    "no essential container",
    of({ essential: false }),
    "containerDefinitions: no container is essential, which ECS requires. With only the Defender essential, the task would go on after all others end. Set the main one to essential.",
  ],
  ...[1024, 0].map((hardLimit): [string, object, string] => [
    `a soft limit above the hard one of ${hardLimit}`,
    of({ ulimits: [{ name: "nofile", softLimit: 65_536, hardLimit }] }),
    `${app}.ulimits[nofile].softLimit: must not be above hardLimit.`,
  ]),
  [
    "an unknown ulimit",
    of({ ulimits: [{ name: "nofiles", softLimit: 1, hardLimit: 1 }] }),
    `${app}.ulimits[nofiles].name: must be core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending or stack, got "nofiles".`,
  ],
  [
    "an unknown log driver",
    of({ logConfiguration: { logDriver: "awslog" } }),
    `${app}.logConfiguration.logDriver: must be json-file, syslog, journald, gelf, fluentd, awslogs, splunk or awsfirelens, got "awslog".`,
  ],
  [
    "an unknown versionConsistency",
    of({ versionConsistency: "on" }),
    `${app}.versionConsistency: must be enabled or disabled, got "on".`,
  ],
  [
    "an unknown transitEncryption of EFS",
    efs({ transitEncryption: "MAYBE" }),
    `${AT_EFS}.transitEncryption: must be ENABLED or DISABLED, got "MAYBE".`,
  ],
  [
    "an unknown iam of EFS",
    efs({ authorizationConfig: { iam: "on" } }),
    `${AT_EFS}.authorizationConfig.iam: must be ENABLED or DISABLED, got "on".`,
  ],
  ...[-1, 65_536].map((transitEncryptionPort): [string, object, string] => [
    `the port ${transitEncryptionPort} for EFS`,
    efs({ transitEncryptionPort }),
    `${AT_EFS}.transitEncryptionPort: must be from 0 to 65535, got ${transitEncryptionPort}.`,
  ]),
  [
    "an unknown scope of a volume",
    { ...TASK, volumes: [{ name: "data", dockerVolumeConfiguration: { scope: "all" } }] },
    'volumes[data].dockerVolumeConfiguration.scope: must be task or shared, got "all".',
  ],
  [
    "an unknown type of proxy",
    { ...TASK, proxyConfiguration: { containerName: "app", type: "ENVOY" } },
    'proxyConfiguration.type: must be APPMESH, got "ENVOY".',
  ],
  [
    "a placement constraint that only a service can have",
    { ...TASK, placementConstraints: [{ type: "distinctInstance", expression: "a" }] },
    'placementConstraints[0].type: must be memberOf in a task definition, got "distinctInstance".',
  ],
  [
    "a placement constraint without an expression",
    { ...TASK, placementConstraints: [{ type: "memberOf" }] },
    "placementConstraints[0].expression: is required.",
  ],
  [
    "a placement constraint with an empty expression",
    { ...TASK, placementConstraints: [{ type: "memberOf", expression: "" }] },
    'placementConstraints[0].expression: must not be empty, got "".',
  ],
  [
    "an unknown compatibility",
    { ...TASK, requiresCompatibilities: ["FARGATE", "FARGATE_SPOT"] },
    'requiresCompatibilities[1]: must be EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES, got "FARGATE_SPOT".',
  ],
  ["an unknown ipcMode", { ...TASK, ipcMode: "private" }, 'ipcMode: must be host, task or none, got "private".'],
  ["an unknown pidMode", { ...TASK, pidMode: "none" }, 'pidMode: must be host or task, got "none".'],
  [
    "an access point with a rootDirectory",
    efs({ ...point, rootDirectory: "/data", transitEncryption: "ENABLED" }),
    `${AT_EFS}.rootDirectory: must be / or absent with an access point, got "/data".`,
  ],
  [
    "an access point without encryption",
    efs(point),
    `${AT_EFS}.transitEncryption: must be ENABLED with an access point, got none.`,
  ],
  [
    "an access point with encryption off",
    efs({ ...point, transitEncryption: "DISABLED" }),
    `${AT_EFS}.transitEncryption: must be ENABLED with an access point, got "DISABLED".`,
  ],
  [
    "iam without encryption",
    efs({ authorizationConfig: { iam: "ENABLED" } }),
    `${AT_EFS}.transitEncryption: must be ENABLED with iam ENABLED, got none.`,
  ],
  [
    "logs to a router that isn't there",
    of({ logConfiguration: { logDriver: "awsfirelens" } }),
    `${app}.logConfiguration.logDriver: awsfirelens needs a log router in the task. Add a log router, a container with firelensConfiguration, or use another driver.`,
  ],
  [
    "a secret's JSON key without its colons",
    secret("arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf:key"),
    `${app}.secrets[A].valueFrom: must end with two colons after its JSON key, SECRET:JSON-KEY::, got "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf:key".`,
  ],
  ...[
    "arn:aws:s3:::x",
    "arn:aws:secretsmanager:eu-west-1:YOUR_ACCOUNT:secret:x-AbCdEf",
    "arn:aws:ssm:eu-west-1:1:parameter/a",
    "arn:aws:s3:::arn:aws:ssm:eu-west-1:111122223333:parameter/a",
    "arn:aws:ssm:eu-west-1:111122223333:parameter/a:1:2",
    "a parameter",
    "a:1:2",
    "https://example.com/a",
    "secretsmanager:prod/db:pw",
    "",
  ].map((source): [string, object, string] => [
    `a secret from ${source}`,
    secret(source),
    `${app}.secrets[A].valueFrom: must be a parameter's name or ARN, or the ARN of a secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME or NAME:JSON-KEY:STAGE:VERSION, got "${source}".`,
  ]),
  [
    "awslogs without a region",
    of({ logConfiguration: { logDriver: "awslogs", options: { ...AWSLOGS, "awslogs-region": undefined } } }),
    `${app}.logConfiguration: awslogs needs the options awslogs-group and awslogs-region. Add awslogs-region.`,
  ],
  [
    "awslogs with an empty group",
    of({ logConfiguration: { logDriver: "awslogs", options: { ...AWSLOGS, "awslogs-group": "" } } }),
    `${app}.logConfiguration: awslogs needs the options awslogs-group and awslogs-region. Add awslogs-group.`,
  ],
  ...["false", "untrue", "true "].map((word): [string, object, string] => [
    `an awslogs-create-group of "${word}"`,
    of({ logConfiguration: { logDriver: "awslogs", options: { ...AWSLOGS, "awslogs-create-group": word } } }),
    `${app}.logConfiguration.options.awslogs-create-group: must be true, or absent: ECS takes nothing else.`,
  ]),
  [
    "a router's configuration in S3",
    of({ firelensConfiguration: { type: "fluentbit", options: { "config-file-type": "s3" } } }),
    `${app}.firelensConfiguration.options.config-file-type: s3 doesn't work on Fargate. Put the file into the router's image or on a volume, and set this option to file.`,
  ],
  [
    "a placeholder in single braces in a log option",
    logOption("{REGION}"),
    `${app}.logConfiguration.options.region: has the placeholder "{REGION}". Replace it with the value.`,
  ],
  [
    "a secret with placeholders for region and account",
    secret("arn:aws:secretsmanager:region:aws_account_id:secret:db-AbCdEf"),
    `${app}.secrets[A].valueFrom: has the placeholder "region", "aws_account_id". Replace it with the value.`,
  ],
  [
    "an image with a placeholder for the account",
    of({ image: "aws_account_id.dkr.ecr.eu-west-1.amazonaws.com/app:1" }),
    `${app}.image: has the placeholder "aws_account_id". Replace it with the value, or name the image in CONTAINER_IMAGES.`,
  ],
  ...[
    "XXXXX.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    "#AWSACCOUNTID#.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    "111122223333.dkr.ecr.region-code.amazonaws.com/app:1",
    "1111222233334.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    "111122223333.dkr.ecr.eu-west-1.amazonaws.org/app:1",
    "111122223333.dkr.ecr.eu-west-1.amazonaws.com.eu/app:1",
  ].map((image): [string, object, string] => [
    `the image ${image}`,
    of({ image }),
    `${app}.image: ${ECR} "${image}". ${IMAGE_REMEDY}`,
  ]),
  ...["App:1", "app:1:2", "app:", "-app", "r.example.com/", "app@sha256:12"].map((image): [string, object, string] => [
    `the image ${image}`,
    of({ image }),
    `${app}.image: must be an image's name such as nginx:1.27 or registry.example.com/shop/web:2.14.1, got "${image}". ${IMAGE_REMEDY}`,
  ]),
  [
    "an image with a space",
    of({ image: "app: 1" }),
    `${app}.image: must be an image, without spaces: write it, or name it in CONTAINER_IMAGES, got "app: 1".`,
  ],
  [
    "a Defender's image that no registry can have",
    { ...TASK, runtimeDefense: { defenderImage: "mirror.example.com/Defender:1" } },
    'runtimeDefense.defenderImage: must be an image\'s name such as nginx:1.27 or registry.example.com/shop/web:2.14.1, got "mirror.example.com/Defender:1".',
  ],
];

test.each(REFUSED)("%s is refused", async (_kind, task, problem) => {
  expect(await problemsIn(task)).toEqual([problem]);
});

test("docs/task-definitions.md has a row for each of these refusals", () => {
  expect(undocumented(REFUSED.map(([, , problem]) => problem))).toEqual([]);
});

test.each<[string, object]>([
  ["the lowest numbers of a health check", check({ interval: 5, timeout: 2, retries: 1, startPeriod: 0 })],
  ["the highest numbers of a health check", check({ interval: 300, timeout: 60, retries: 10, startPeriod: 300 })],
  ["the ports 1 and 65535", mapping({ containerPort: 1 }, { containerPort: 65_535, hostPort: 65_535 })],
  ["a range of all ports", mapping({ containerPortRange: "1-65535" })],
  ["a range of one port", mapping({ containerPortRange: "8000-8000" })],
  ["one port over TCP and UDP", mapping({ containerPort: 53 }, { containerPort: 53, protocol: "udp" })],
  [
    "the lowest and the highest number of 32 bits",
    of({ ulimits: [{ name: "core", softLimit: -(2 ** 31), hardLimit: 2 ** 31 - 1 }] }),
  ],
  ["no hard limit", of({ ulimits: [{ name: "nofile", softLimit: 65_536, hardLimit: -1 }] })],
  ...["h", "h".repeat(64)].map((name): [string, object] => [
    `a port name of ${name.length} characters`,
    mapping({ containerPort: 80, name }),
  ]),
  ["a variable with dots", environment("my.app-name")],
  ["an access point at the root", efs({ ...point, rootDirectory: "/", transitEncryption: "ENABLED" })],
  ...[0, 65_535].map((transitEncryptionPort): [string, object] => [
    `the port ${transitEncryptionPort} for EFS`,
    efs({ transitEncryptionPort }),
  ]),
  [
    "an EFS that is not configured at launch",
    volumes({ name: "data", configuredAtLaunch: false, efsVolumeConfiguration: { fileSystemId: "fs-1" } }),
  ],
  ["a rootDirectory without an access point", efs({ rootDirectory: "/data" })],
  ["a log router's variable in a log option", logOption("$" + "{REGION}")],
  ...["region", "aws_account_id"].flatMap((word): [string, object][] => [
    [`a secret's JSON key ${word}`, secret(`arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf:${word}::`)],
    [`a parameter ${word}`, secret(`arn:aws:ssm:eu-west-1:111122223333:parameter/${word}`)],
  ]),
  ["a regular expression with braces in a log option", logOption("\\d{3}")],
  ["an image in ECR", of({ image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/a/b:1" })],
  [
    "an image in ECR by its digest",
    of({ image: `111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/a@sha256:${"a".repeat(64)}` }),
  ],
  ["an image at ECR's FIPS endpoint", of({ image: "111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a:1" })],
  ...[
    "dkr-ecr.us-east-1.on.aws",
    "dkr.ecr.eusc-de-east-1.amazonaws.eu",
    "dkr.ecr.us-iso-east-1.c2s.ic.gov",
    "dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
  ].map((host): [string, object] => [`an image in ECR at ${host}`, of({ image: `111122223333.${host}/a:1` })]),
  ["every compatibility", { ...TASK, requiresCompatibilities: ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"] }],
  ["a stopTimeout of 120 s", of({ stopTimeout: 120 })],
  ["a restartAttemptPeriod of 60 s", of({ restartPolicy: { enabled: true, restartAttemptPeriod: 60 } })],
  [
    "every key of a port of the sidecar",
    {
      ...TASK,
      runtimeDefense: {
        sidecar: { portMappings: [{ containerPort: 80, protocol: "tcp", name: "http", appProtocol: "http2" }] },
      },
    },
  ],
  ...["aws", "2", "jfrog"].map((registryType): [string, object] => [
    `the registryType ${registryType}`,
    { ...TASK, runtimeDefense: { entryPoint: { extract: true, registryType } } },
  ]),
  ["a tmpfs", of({ linuxParameters: { tmpfs: [{ containerPath: "/tmp", size: 16 }] } })],
  ["a role with a path of other characters", { ...TASK, taskRoleArn: "arn:aws:iam::111122223333:role/my:path/!x/a" }],
  ["a public image", of({ image: "public.ecr.aws/docker/library/nginx:1.27" })],
  ["an image of this machine's registry", of({ image: "localhost:5000/a" })],
  ["an image of 255 characters", of({ image: `${LONG_IMAGE}:${"1".repeat(14)}` })],
  ["an image of 240 characters with a digest", of({ image: `${LONG_IMAGE}@sha256:${"0".repeat(64)}` })],
])("%s is accepted", async (_kind, task) => {
  expect(await problemsIn(task)).toEqual([]);
});

test("awslogs without a stream prefix gets a notice", async () => {
  const { "awslogs-stream-prefix": _, ...options } = AWSLOGS;
  const task = await read(of({ logConfiguration: { logDriver: "awslogs", options } }));
  expect(noticesOf(task)).toEqual([
    `${app}.logConfiguration: has no awslogs-stream-prefix, which ECS documents as required on Fargate. Add it.`,
  ]);
});

test("a log router that no container logs to gets a notice", async () => {
  const router = { firelensConfiguration: { type: "fluentbit" } };
  const log = { name: "log", image: "fluent-bit:3", entryPoint: ["/init"], ...router };
  const containers = (logDriver: string) => [{ ...CONTAINER, logConfiguration: { logDriver } }, log];
  expect(noticesOf(await read({ ...TASK, containerDefinitions: containers("splunk") }))).toEqual([
    "containerDefinitions[log].firelensConfiguration: no container uses this log router, so ECS refuses the task definition. Set the logDriver of one to awsfirelens, or remove the router.",
  ]);
  expect(noticesOf(await read({ ...TASK, containerDefinitions: containers("awsfirelens") }))).toEqual([]);
});

test.each([
  ["", "a"],
  ["a".repeat(129), ""],
  ["team", "a".repeat(257)],
  ["team", "*"],
])("a tag that ECS refuses gets a notice: %s=%s", async (key, value) => {
  expect(
    noticesOf(
      await read({
        ...TASK,
        tags: [
          { key: "Größe", value: "a b/c" },
          { key, value },
        ],
      }),
    ),
  ).toEqual([
    expect.stringMatching(
      /^tags\[.*\]: is kept, but ECS documents that a key has 1 to 128 characters and a value at most 256/,
    ),
  ]);
});

test("50 tags, and the longest keys and values, get no notice", async () => {
  const tags = Array.from({ length: 50 }, (_, index) => ({ key: `${index}`.padEnd(128, "a"), value: "a".repeat(256) }));
  expect(noticesOf(await read({ ...TASK, tags: [...tags.slice(1), { key: "a", value: "" }] }))).toEqual([]);
});

test("more than 50 tags get a notice", async () => {
  const tags = Array.from({ length: 51 }, (_, index) => ({ key: `key-${index}`, value: "" }));
  expect(noticesOf(await read({ ...TASK, tags }))).toEqual(["tags: there are 51, but ECS takes 50 at most."]);
});

test.each(["Template", "template"])("braces in a log router's %s are no placeholders", async (name) => {
  const options = { Format: "template", [name]: "{time} used={log}" };
  expect(await problemsIn(of({ logConfiguration: { logDriver: "splunk", options } }))).toEqual([]);
});

test("empty names are reported once each, and never as names of something", async () => {
  const empty = { ...CONTAINER, name: "", image: "", dependsOn: [{ containerName: "", condition: "COMPLETE" }] };
  expect(await problemsIn({ ...TASK, containerDefinitions: [empty, empty] })).toEqual(
    [0, 1].flatMap((index) => [
      `containerDefinitions[${index}].name: must have letters, digits, - and _ only, 255 at most, got "".`,
      `containerDefinitions[${index}].image: must be an image, without spaces: write it, or name it in CONTAINER_IMAGES, got "".`,
    ]),
  );
});

test("an empty mode or role counts as absent", async () => {
  const empty = { ipcMode: "", pidMode: "", executionRoleArn: "", taskRoleArn: "" };
  const { executionRoleArn: _, ...others } = TASK;
  expect((await read({ ...TASK, ...empty })).definition).toEqual(others);
});

test("an empty protocol or versionConsistency of a container counts as absent, as ecspresso writes them", async () => {
  const portMappings = [{ containerPort: 80, appProtocol: "", protocol: "" }];
  const empty = { ...CONTAINER, versionConsistency: "", portMappings };
  const { definition } = await read({ ...TASK, containerDefinitions: [empty] });
  expect(definition.containerDefinitions).toEqual([{ ...CONTAINER, portMappings: [{ containerPort: 80 }] }]);
});

test.each([
  ["alone", TASK],
  ["in its envelope", { taskDefinition: TASK }],
])("a list of task definitions, each %s, is to be split into files", async (_, entry) => {
  expect(await problemsIn([entry])).toEqual([
    "expected one task definition as RegisterTaskDefinition takes it, got a list of task definitions. Save each in its own file, and name their folder.",
  ]);
});
