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

const AT_CHECK = `${app}.healthCheck`;
const AT_EFS = "volumes[data].efsVolumeConfiguration";
const VARIABLE = "must be a variable's name, without =, got";
const ECR =
  "has an invalid ECR registry: it must be ACCOUNT.dkr.ecr.REGION.amazonaws.com with an account of 12 digits and a region such as eu-west-1, got";

test.each<[string, object, string]>([
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
  [
    "a range of ports that ends before it begins",
    mapping({ containerPortRange: "200-100" }),
    `${app}.portMappings[0].containerPortRange: must be a range of ports such as 8000-8010, from 1 to 65535, got "200-100".`,
  ],
  [
    "a host port that differs from the container port",
    mapping({ containerPort: 80, hostPort: 8080 }),
    `${app}.portMappings[0]: hostPort 8080 differs from containerPort 80: under awsvpc both must be equal. Remove hostPort.`,
  ],
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
  ["a stopTimeout of 121 s", of({ stopTimeout: 121 }), `${app}.stopTimeout: must be from 0 to 120 seconds, got 121.`],
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
    "an empty application protocol",
    mapping({ containerPort: 80, appProtocol: "" }),
    `${app}.portMappings[0].appProtocol: must be http, http2 or grpc, got "".`,
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
    "an awslogs-create-group of false",
    of({ logConfiguration: { logDriver: "awslogs", options: { ...AWSLOGS, "awslogs-create-group": "false" } } }),
    `${app}.logConfiguration.options.awslogs-create-group: must be true, or absent: ECS takes nothing else.`,
  ],
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
    `${app}.image: has the placeholder "aws_account_id". Replace it with the value.`,
  ],
  ...[
    "XXXXX.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    "#AWSACCOUNTID#.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    "111122223333.dkr.ecr.region-code.amazonaws.com/app:1",
    "1111222233334.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    "111122223333.dkr.ecr.eu-west-1.amazonaws.org/app:1",
    "111122223333.dkr.ecr.eu-west-1.amazonaws.com.eu/app:1",
  ].map((image): [string, object, string] => [`the image ${image}`, of({ image }), `${app}.image: ${ECR} "${image}".`]),
  ...["App:1", "app:1:2", "app:", "-app", "r.example.com/", "app@sha256:12"].map((image): [string, object, string] => [
    `the image ${image}`,
    of({ image }),
    `${app}.image: must be an image's name such as nginx:1.27 or registry.example.com/shop/web:2.14.1, got "${image}".`,
  ]),
])("%s is refused", async (_kind, task, problem) => {
  expect(await problemsIn(task)).toEqual([problem]);
});

test.each<[string, object]>([
  ["the lowest numbers of a health check", check({ interval: 5, timeout: 2, retries: 1, startPeriod: 0 })],
  ["the highest numbers of a health check", check({ interval: 300, timeout: 60, retries: 10, startPeriod: 300 })],
  ["the ports 1 and 65535", mapping({ containerPort: 1 }, { containerPort: 65_535, hostPort: 65_535 })],
  ["a range of all ports", mapping({ containerPortRange: "1-65535" })],
  ["one port over TCP and UDP", mapping({ containerPort: 53 }, { containerPort: 53, protocol: "udp" })],
  [
    "the lowest and the highest number of 32 bits",
    of({ ulimits: [{ name: "core", softLimit: -(2 ** 31), hardLimit: 2 ** 31 - 1 }] }),
  ],
  ["a variable with dots", environment("my.app-name")],
  ["an access point at the root", efs({ ...point, rootDirectory: "/", transitEncryption: "ENABLED" })],
  ...[0, 65_535].map((transitEncryptionPort): [string, object] => [
    `the port ${transitEncryptionPort} for EFS`,
    efs({ transitEncryptionPort }),
  ]),
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
  ["a tmpfs", of({ linuxParameters: { tmpfs: [{ containerPath: "/tmp", size: 16 }] } })],
  ["a role with a path of other characters", { ...TASK, taskRoleArn: "arn:aws:iam::111122223333:role/my:path/!x/a" }],
  ["a public image", of({ image: "public.ecr.aws/docker/library/nginx:1.27" })],
  ["an image of this machine's registry", of({ image: "localhost:5000/a" })],
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

test("an empty ipcMode and pidMode count as absent", async () => {
  expect((await read({ ...TASK, ipcMode: "", pidMode: "" })).definition).toEqual(TASK);
});
