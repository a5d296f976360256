import { undocumented } from "./documented";
import { AWSLOGS, CONTAINER, noticesOf, problemsIn, read, TASK } from "./read";

const of = (container: object) => ({ ...TASK, containerDefinitions: [{ ...CONTAINER, ...container }] });
const among = (dependencies: Readonly<Record<string, readonly string[]>>) => ({
  ...TASK,
  containerDefinitions: Object.entries(dependencies).map(([name, others]) => ({
    ...CONTAINER,
    name,
    dependsOn: others.map((containerName) => ({ containerName, condition: "START" })),
  })),
});
const UNKNOWN = "is not a known key.";
const UNUSUAL =
  "has combining marks, a byte order mark (U+FEFF), or a carriage return next to $${ or %%{, and Terraform would change it. Remove them.";
const app = "containerDefinitions[app]";
const runtimeDefense = { entryPoint: { lookUp: false } };
const role = "must be a role's full ARN with a 12-digit account, such as arn:aws:iam::111122223333:role/NAME";

const REFUSED: readonly [string, object, string][] = [
  // required keys and types
  ["no family", { ...TASK, family: null }, "family: is required."],
  [
    "a family with a slash",
    { ...TASK, family: "a/b" },
    'family: must have letters, digits, - and _ only, 255 at most, got "a/b".',
  ],
  ["no containers", { ...TASK, containerDefinitions: [] }, "containerDefinitions: must have at least one container."],
  [
    "a container that is a text",
    { ...TASK, containerDefinitions: ["app"] },
    "containerDefinitions[0]: must be an object, got text.",
  ],
  ["no image", of({ image: null }), `${app}.image: is required: write it, or name it in CONTAINER_IMAGES.`],
  [
    "a port that is a text",
    of({ portMappings: [{ containerPort: "80" }] }),
    `${app}.portMappings[0].containerPort: must be a number, got "80".`,
  ],
  [
    "a port with a fraction",
    of({ portMappings: [{ containerPort: 1.5 }] }),
    `${app}.portMappings[0].containerPort: must be a whole number, got 1.5.`,
  ],
  [
    "a negative port",
    of({ portMappings: [{ containerPort: -1 }] }),
    `${app}.portMappings[0].containerPort: must be from 1 to 65535, got -1.`,
  ],
  [
    "a number in the environment, which might be secret",
    of({ environment: [{ name: "PIN", value: 4711 }] }),
    `${app}.environment[PIN].value: must be text, got a number.`,
  ],
  ["a command that is a text", of({ command: "run" }), `${app}.command: must be a list, got text.`],
  ["labels that are a list", of({ dockerLabels: ["a"] }), `${app}.dockerLabels: must be an object, got a list.`],
  ["a label that is a number", of({ dockerLabels: { a: 1 } }), `${app}.dockerLabels.a: must be text, got a number.`],
  ["an essential that is a text", of({ essential: "yes" }), `${app}.essential: must be true or false, got text.`],
  ["a misspelled key", of({ comand: ["a"] }), `${app}.comand: ${UNKNOWN} Write command.`],
  [
    "a misspelled key further down",
    of({ logConfiguration: { logdriver: "awslogs", logDriver: "awslogs" } }),
    `${app}.logConfiguration.logdriver: ${UNKNOWN} Write logDriver.`,
  ],
  [
    "an unknown key where only a few are known",
    of({ secrets: [{ name: "a", valueFrom: "b", arn: "c" }] }),
    `${app}.secrets[a].arn: ${UNKNOWN} Known keys: name, valueFrom.`,
  ],
  [
    "a key of another format where ECS' own key for it isn't known either",
    of({ secrets: [{ name: "a", valueFrom: "b", env: "c" }] }),
    `${app}.secrets[a].env: ${UNKNOWN} Known keys: name, valueFrom.`,
  ],
  ...[
    ["env", [{ name: "A", value: "b" }], "environment"],
    ["cmd", ["a"], "command"],
    ["ports", [{ containerPort: 80 }], "portMappings"],
    ["volumeMounts", [], "mountPoints"],
  ].map(([key, value, meant]): [string, object, string] => [
    `the key ${key} of another format`,
    of({ [String(key)]: value }),
    `${app}.${key}: ${UNKNOWN} Write ${meant}.`,
  ]),
  ...["container_definitions", "containerDefinitions"].map((key): [string, object, string] => [
    `Terraform's ${key}`,
    { family: "shop", cpu: "256", [key]: "[]" },
    'expected one task definition as RegisterTaskDefinition takes it, got Terraform\'s arguments. Apply them, then save what "aws ecs describe-task-definition" prints.',
  ]),
  [
    "a resource of CloudFormation",
    { Type: "AWS::ECS::TaskDefinition", Properties: { Family: "shop" } },
    'expected one task definition as RegisterTaskDefinition takes it, got CloudFormation. Deploy it, then save what "aws ecs describe-task-definition" prints.',
  ],
  ["an empty cpu", { ...TASK, cpu: "" }, 'cpu: must be CPU units such as 256, or "0.25 vCPU", got "".'],
  [
    "a file that is not a task definition",
    { resource: { aws_ecs_task_definition: {} }, terraform: {} },
    'expected one task definition as RegisterTaskDefinition takes it, got an object with "resource", "terraform" but neither family nor containerDefinitions. Is it the right file? If it describes a deployed task, save what "aws ecs describe-task-definition" prints.',
  ],
  [
    "a service, which has some keys of a task",
    { serviceName: "shop", taskDefinition: "shop:1", tags: [{ key: "a", value: "b" }] },
    'expected one task definition as RegisterTaskDefinition takes it, got an object with "serviceName", "taskDefinition", "tags" but neither family nor containerDefinitions. Is it the right file? If it describes a deployed task, save what "aws ecs describe-task-definition" prints.',
  ],
  [
    "an AppSpec file of CodeDeploy, which has Resources like CloudFormation",
    { version: 0, Resources: [{ TargetService: { Type: "AWS::ECS::Service" } }] },
    'expected one task definition as RegisterTaskDefinition takes it, got an object with "version", "Resources" but neither family nor containerDefinitions. Is it the right file? If it describes a deployed task, save what "aws ecs describe-task-definition" prints.',
  ],
  ["null in a list", of({ command: ["a", null] }), `${app}.command[1]: null in a list. Remove it.`],
  [
    "a key that JavaScript would lose",
    of({ dockerLabels: { constructor: "a" } }),
    `${app}.dockerLabels.constructor: a key named constructor would be lost on the way. Rename it.`,
  ],
  [
    "a CDKTF token in a text",
    of({ command: [`\${TfToken[TOKEN.0]}`] }),
    `${app}.command[0]: holds "TfToken[", which CDKTF would replace. Rename it.`,
  ],
  ...["a\u0301", "echo \u1fefid\u1fef", "\ud800"].map((text): [string, object, string] => [
    `a text that Terraform would change: ${JSON.stringify(text)}`,
    of({ command: [text] }),
    `${app}.command[0]: is not NFC-normalized, and Terraform would change it. Save it as NFC.`,
  ]),
  [
    "a combining mark that Terraform would join with the n of a line break",
    of({ command: ["a\n\u0303"] }),
    `${app}.command[0]: ${UNUSUAL}`,
  ],
  [
    "more combining marks than Terraform keeps",
    of({ environment: [{ name: "A", value: `x${"\u0316".repeat(31)}` }] }),
    `${app}.environment[A].value: ${UNUSUAL}`,
  ],
  [
    "a tag that begins with a byte order mark",
    { ...TASK, tags: [{ key: "owner", value: "\ufeffteam" }] },
    `tags[0].value: ${UNUSUAL}`,
  ],
  [
    "a variable whose name Terraform would make the Defender's",
    of({ environment: [{ name: "FARGATE_TAS\u212a", value: "another" }] }),
    `${app}.environment[FARGATE_TAS\u212a].name: is not NFC-normalized, and Terraform would change it. Save it as NFC.`,
  ],
  ...["/var/lib/twistlock", "/var/lib/twistlock/fargate", "//var/lib/./twistlock/fargate/", "var/lib/twistlock"].map(
    (containerPath): [string, object, string] => [
      `a mount that hides the Defender: ${containerPath}`,
      { ...of({ mountPoints: [{ sourceVolume: "data", containerPath }] }), volumes: [{ name: "data" }] },
      `${app}.mountPoints[0]: "${containerPath}" would hide the Defender. Mount it elsewhere.`,
    ],
  ),
  [
    "a CDKTF token in a key",
    of({ dockerLabels: { "TfToken[a": "b" } }),
    `${app}.dockerLabels.TfToken[a: holds "TfToken[", which CDKTF would replace. Rename it.`,
  ],
  ["a misspelled runtimeDefense", { ...TASK, runtimedefense: {} }, `runtimedefense: ${UNKNOWN} Write runtimeDefense.`],
  [
    "runtimeDefense in British spelling",
    { ...TASK, runtimeDefence: { exclude: { app: "why" } } },
    `runtimeDefence: ${UNKNOWN} Write runtimeDefense.`,
  ],
  [
    "a misspelled runtimeDefense in a container",
    of({ runtimeDefence: null }),
    `${app}.runtimeDefence: ${UNKNOWN} Write runtimeDefense.`,
  ],
  [
    "an empty list at an unknown key",
    { ...TASK, foo: [] },
    `foo: ${UNKNOWN} Check its spelling, or remove it: the AWS provider would drop it.`,
  ],
  [
    "a port's key beside the family, even empty",
    { ...TASK, protocol: "" },
    `protocol: ${UNKNOWN} Check its spelling, or remove it: the AWS provider would drop it.`,
  ],
  ["null at a key in another case", of({ EntryPoint: null }), `${app}.EntryPoint: ${UNKNOWN} Write entryPoint.`],
  [
    "an empty object at an unknown key further down",
    of({ logConfiguration: { logDriver: "splunk", Options: {} } }),
    `${app}.logConfiguration.Options: ${UNKNOWN} Write options.`,
  ],
  [
    "a volume of S3 files",
    { ...TASK, volumes: [{ name: "files", s3filesVolumeConfiguration: {} }] },
    "volumes[files].s3filesVolumeConfiguration: can't be deployed: ECS knows it, but the stack's version of the AWS provider doesn't. Remove it.",
  ],
  [
    "inferenceAccelerators that are not empty",
    { ...TASK, inferenceAccelerators: [{ deviceName: "a" }] },
    "inferenceAccelerators: can't be deployed: ECS knows it, but the stack's version of the AWS provider doesn't. Remove it.",
  ],
  [
    "a runtimeDefense in a container that differs",
    { ...of({ runtimeDefense: { raiseToFit: true } }), runtimeDefense: { raiseToFit: false } },
    `${app}.runtimeDefense: differs from the task's own runtimeDefense. Keep one.`,
  ],
  [
    "another key beside the envelope",
    { taskDefinition: TASK, failures: [] },
    "failures: must be inside taskDefinition. Move it there, or remove it.",
  ],
  [
    "tags beside the envelope that differ from the task's",
    { taskDefinition: { ...TASK, tags: [{ key: "a", value: "b" }] }, tags: [{ key: "a", value: "c" }] },
    "tags: differs from the task's own tags. Keep one.",
  ],
  [
    "a misplaced key that differs",
    of({ networkMode: "host" }),
    `${app}.networkMode: differs from the task's own networkMode. Keep one.`,
  ],
  ["a tag that is a text", { ...TASK, tags: ["a"] }, "tags[0]: must be an object, got text."],
  [
    "a tag with both spellings",
    { ...TASK, tags: [{ key: "a", Key: "b", value: "c" }] },
    `tags[0].Key: ${UNKNOWN} Write key.`,
  ],
  // names and references
  [
    "two containers with the same name",
    { ...TASK, containerDefinitions: [CONTAINER, CONTAINER] },
    'containerDefinitions[1]: the container "app" is there twice. Remove or rename one.',
  ],
  [
    "two volumes with the same name",
    { ...TASK, volumes: [{ name: "a" }, { name: "a" }] },
    'volumes[1]: the volume "a" is there twice. Remove or rename one.',
  ],
  [
    "two tags with the same key",
    { ...TASK, tags: [{ key: "a" }, { Key: "a" }] },
    'tags[1]: the tag "a" is there twice. Remove or rename one.',
  ],
  [
    "a dependency on a missing container",
    of({ dependsOn: [{ containerName: "db", condition: "START" }] }),
    `${app}.dependsOn[0]: there is no container "db". The task has app.`,
  ],
  [
    "a dependency's condition in another case",
    {
      ...TASK,
      containerDefinitions: [
        { ...CONTAINER, dependsOn: [{ containerName: "web", condition: "healthy" }] },
        { ...CONTAINER, name: "web" },
      ],
    },
    `${app}.dependsOn[0].condition: must be START, COMPLETE, SUCCESS or HEALTHY, got "healthy".`,
  ],
  [
    "a container that waits for itself",
    of({ dependsOn: [{ containerName: "app", condition: "START" }] }),
    "containerDefinitions[app].dependsOn: is circular, so app would never start. Remove one dependency.",
  ],
  [
    "a dependency on a container that is there twice",
    {
      ...TASK,
      containerDefinitions: [
        { ...CONTAINER, name: "db" },
        { ...CONTAINER, name: "db" },
        { ...CONTAINER, dependsOn: [{ containerName: "db", condition: "START" }] },
      ],
    },
    'containerDefinitions[1]: the container "db" is there twice. Remove or rename one.',
  ],
  [
    "containers that wait for each other",
    among({ a: ["b"], b: ["c"], c: ["b"], d: [] }),
    "containerDefinitions[a].dependsOn: is circular, so a, b, c would never start. Remove one dependency.",
  ],
  [
    "a wait for HEALTHY of a container without a healthCheck",
    {
      ...TASK,
      containerDefinitions: [
        CONTAINER,
        { ...CONTAINER, name: "web", dependsOn: [{ containerName: "app", condition: "HEALTHY" }] },
      ],
    },
    "containerDefinitions[web].dependsOn[0]: waits for app to be HEALTHY, but it has no healthCheck. Write one (that of its image doesn't count), or wait for START.",
  ],
  ...["COMPLETE", "SUCCESS"].flatMap((condition): [string, object, string][] =>
    [{}, { essential: true }].map((essential) => [
      `a wait for the end (${condition}) of an essential container, ${JSON.stringify(essential)}`,
      {
        ...TASK,
        containerDefinitions: [
          { ...CONTAINER, ...essential },
          { ...CONTAINER, name: "web", dependsOn: [{ containerName: "app", condition }] },
        ],
      },
      "containerDefinitions[web].dependsOn[0]: waits for app to end, but app is essential: its end would stop the task. Set its essential to false, or wait for START.",
    ]),
  ),
  [
    "a secret with the name of a variable",
    of({ environment: [{ name: "DB", value: "a" }], secrets: [{ name: "DB", valueFrom: "b" }] }),
    `${app}.secrets[DB]: there is another variable "DB", and ECS takes a secret's name only once. Remove one.`,
  ],
  [
    "two secrets of one name",
    of({ secrets: ["a", "b"].map((valueFrom) => ({ name: "DB", valueFrom })) }),
    `${app}.secrets[1]: there is another variable "DB", and ECS takes a secret's name only once. Remove one.`,
  ],
  [
    "a tmpfs that hides the Defender",
    of({ linuxParameters: { tmpfs: [{ containerPath: "/var/lib/twistlock/", size: 16 }] } }),
    `${app}.linuxParameters.tmpfs[0]: "/var/lib/twistlock/" would hide the Defender. Mount it elsewhere.`,
  ],
  ["a memory of 5 MiB", of({ memory: 5 }), `${app}.memory: must not be below 6 MiB, got 5.`],
  ["a negative memory", of({ memory: -1 }), `${app}.memory: must not be below 6 MiB, got -1.`],
  [
    "a memoryReservation of 5 MiB",
    of({ memoryReservation: 5 }),
    `${app}.memoryReservation: must not be below 6 MiB, got 5.`,
  ],
  ...[20, 201].map((sizeInGiB): [string, object, string] => [
    `an ephemeralStorage of ${sizeInGiB} GiB`,
    { ...TASK, ephemeralStorage: { sizeInGiB } },
    `ephemeralStorage.sizeInGiB: must be from 21 to 200 GiB (without it a task has 20), got ${sizeInGiB}.`,
  ]),
  [
    "volumes from a missing container",
    of({ volumesFrom: [{ sourceContainer: "db" }] }),
    `${app}.volumesFrom[0]: there is no container "db". The task has app.`,
  ],
  [
    "a mount of a missing volume",
    of({ mountPoints: [{ sourceVolume: "data" }] }),
    `${app}.mountPoints[0]: there is no volume "data". The task has none.`,
  ],
  [
    "a missing proxy container",
    { ...TASK, proxyConfiguration: { containerName: "envoy" } },
    'proxyConfiguration.containerName: there is no container "envoy". The task has app.',
  ],
  [
    "two proxy properties with the same name",
    {
      ...TASK,
      proxyConfiguration: {
        containerName: "app",
        properties: [
          { name: "a", value: "1" },
          { name: "a", value: "2" },
        ],
      },
    },
    'proxyConfiguration.properties[1]: the proxyConfiguration property "a" is there twice. Remove or rename one.',
  ],
  [
    "a Defender's variable",
    of({ environment: [{ name: "FARGATE_TASK", value: "a" }] }),
    `${app}.environment[FARGATE_TASK]: FARGATE_TASK is a variable that the Defender sets itself. Remove it.`,
  ],
  [
    "a Defender's variable from a secret",
    of({ secrets: [{ name: "WS_ADDRESS", valueFrom: "a" }] }),
    `${app}.secrets[WS_ADDRESS]: WS_ADDRESS is a variable that the Defender sets itself. Remove it.`,
  ],
  [
    "a container that drops SYS_PTRACE",
    of({ linuxParameters: { capabilities: { drop: ["MKNOD", "SYS_PTRACE"] } } }),
    `${app}.linuxParameters.capabilities.drop[1]: SYS_PTRACE is a capability that the Defender needs. Remove it.`,
  ],
  [
    "a container that drops SYS_PTRACE, beside another container",
    {
      ...TASK,
      containerDefinitions: [
        { ...CONTAINER, linuxParameters: { capabilities: { drop: ["SYS_PTRACE"] } } },
        { ...CONTAINER, name: "web" },
      ],
    },
    `${app}.linuxParameters.capabilities.drop[0]: SYS_PTRACE is a capability that the Defender needs. Remove it, or exclude the container.`,
  ],
  [
    "a role's name in place of its ARN",
    { ...TASK, executionRoleArn: "ecsTaskExecutionRole" },
    `executionRoleArn: ${role}, got "ecsTaskExecutionRole".`,
  ],
  ...[
    "arn:aws:iam::11112222333:role/a",
    "arn:aws:iam::111122223333:role/a:b",
    "x arn:aws:iam::111122223333:role/a",
  ].map((arn): [string, object, string] => [
    `the role ${arn}`,
    { ...TASK, taskRoleArn: arn },
    `taskRoleArn: ${role}, got "${arn}".`,
  ]),
  [
    "an account of Xs",
    { ...TASK, taskRoleArn: "arn:aws:iam::XXXXXXXXXXXX:role/a" },
    'taskRoleArn: has the placeholder "XXXXXXXXXXXX". Replace it with the value.',
  ],
  [
    "an account's placeholder",
    { ...TASK, taskRoleArn: "arn:aws:iam::aws_account_id:role/a" },
    'taskRoleArn: has the placeholder "aws_account_id". Replace it with the value.',
  ],
  // platform
  [
    "Windows",
    { ...TASK, runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } },
    'runtimePlatform.operatingSystemFamily: must be LINUX: the Defender for Fargate runs on nothing else, got "WINDOWS_SERVER_2022_CORE".',
  ],
  [
    "ARM64",
    { ...TASK, runtimePlatform: { cpuArchitecture: "ARM64" } },
    'runtimePlatform.cpuArchitecture: must be X86_64: the Defender for Fargate is built for nothing else, got "ARM64".',
  ],
  [
    "an operating system in lower case",
    { ...TASK, runtimePlatform: { operatingSystemFamily: "linux" } },
    'runtimePlatform.operatingSystemFamily: must be LINUX: the Defender for Fargate runs on nothing else, got "linux".',
  ],
  [
    "an unknown architecture",
    { ...TASK, runtimePlatform: { cpuArchitecture: "RISCV" } },
    'runtimePlatform.cpuArchitecture: must be X86_64: the Defender for Fargate is built for nothing else, got "RISCV".',
  ],
  [
    "a task for EC2",
    { ...TASK, requiresCompatibilities: ["EC2"] },
    'requiresCompatibilities: must include FARGATE: this project protects only Fargate tasks, got "EC2".',
  ],
  [
    "a task that was registered for EC2 alone",
    { ...TASK, requiresCompatibilities: [], compatibilities: ["EC2", "EXTERNAL"] },
    'requiresCompatibilities: must include FARGATE: this project protects only Fargate tasks, got "EC2, EXTERNAL".',
  ],
  ["another network mode", { ...TASK, networkMode: "bridge" }, 'networkMode: must be awsvpc on Fargate, got "bridge".'],
  [
    "links",
    of({ links: ["db"] }),
    `${app}.links: doesn't work on Fargate: containers reach each other by localhost. Remove it.`,
  ],
  // runtimeDefense
  [
    "an unknown member of runtimeDefense",
    { ...TASK, runtimeDefense: { interpreter: "a" } },
    "runtimeDefense.interpreter: is not a known key. Known keys: exclude, excludeLogRouters, entryPoint, filesystemMonitoring, defenderImage, sidecar, raiseToFit, accept.",
  ],
  ...["nginx", "mirror.example.com/defender :1", "my mirror.example.com/defender:1"].map(
    (defenderImage): [string, object, string] => [
      `a Defender's image without a registry, or with a space: ${defenderImage}`,
      { ...TASK, runtimeDefense: { defenderImage } },
      `runtimeDefense.defenderImage: must be an image with its registry, such as mirror.example.com/twistlock/defender:defender_34_04_145, got "${defenderImage}".`,
    ],
  ),
  [
    "an exclusion of a missing container",
    { ...TASK, runtimeDefense: { exclude: { db: "why" } } },
    'runtimeDefense.exclude.db: there is no container "db". The task has app.',
  ],
  [
    "an exclusion of every container",
    { ...TASK, runtimeDefense: { exclude: { app: "why" } } },
    "runtimeDefense.exclude: leaves every container out, so nothing would be protected. Keep one.",
  ],
  [
    "an exclusion with a blank reason",
    {
      ...TASK,
      containerDefinitions: [CONTAINER, { ...CONTAINER, name: "web" }],
      runtimeDefense: { exclude: { app: " " } },
    },
    'runtimeDefense.exclude.app: must be the reason for leaving it out, got "".',
  ],
  [
    "an exclusion with null as its reason",
    { ...TASK, runtimeDefense: { exclude: { app: null } } },
    "runtimeDefense.exclude.app: must be the reason for leaving it out, a text, got null.",
  ],
  [
    "a list of exclusions",
    { ...TASK, runtimeDefense: { exclude: ["app"] } },
    'runtimeDefense.exclude: must be an object such as {"CONTAINER": "REASON"}, got a list.',
  ],
  ["a runtimeDefense of null", { ...TASK, runtimeDefense: null }, "runtimeDefense: must be an object, got null."],
  [
    "an unknown registryType",
    { ...TASK, runtimeDefense: { entryPoint: { registryType: "ecr" } } },
    'runtimeDefense.entryPoint.registryType: must be "aws", "2" or "jfrog", got "ecr".',
  ],
  [
    "a port of the sidecar with a name that ECS refuses",
    { ...TASK, runtimeDefense: { sidecar: { portMappings: [{ containerPort: 80, name: "a b" }] } } },
    'runtimeDefense.sidecar.portMappings[a b].name: must have letters, digits, - and _ only, 64 at most, and not begin with -, got "a b".',
  ],
  [
    "a sidecar of 5 MiB",
    { ...TASK, runtimeDefense: { sidecar: { memory: 5 } } },
    "runtimeDefense.sidecar.memory: must not be below 6 MiB, got 5.",
  ],
  [
    "a sidecar with a fraction of a CPU unit",
    { ...TASK, runtimeDefense: { sidecar: { cpu: 0.5 } } },
    "runtimeDefense.sidecar.cpu: must be a whole number, got 0.5.",
  ],
  [
    "an empty registryCredentialId",
    { ...TASK, runtimeDefense: { entryPoint: { registryCredentialId: "" } } },
    'runtimeDefense.entryPoint.registryCredentialId: must not be empty, got "".',
  ],
  [
    "a placeholder for the Defender's image",
    { ...TASK, runtimeDefense: { defenderImage: "<IMAGE>" } },
    'runtimeDefense.defenderImage: has the placeholder "<IMAGE>". Replace it with the value.',
  ],
  [
    "an accepted variable without a name",
    { ...TASK, runtimeDefense: { accept: ["environment:*"] } },
    'runtimeDefense.accept[0]: must look like environment:NAME or environment:NAME=VALUE, got "environment:*".',
  ],
  [
    "accepted variables by the beginning of their names",
    { ...TASK, runtimeDefense: { accept: ["environment:NEW_*"] } },
    'runtimeDefense.accept[0]: must look like environment:NAME or environment:NAME=VALUE, got "environment:NEW_*".',
  ],
];

test.each(REFUSED)("%s is refused", async (_kind, task, problem) => {
  expect(await problemsIn(task)).toEqual([problem]);
});

test("docs/task-definitions.md has a row for each refusal", () => {
  expect(undocumented(REFUSED.map(([, , problem]) => problem))).toEqual([]);
});

test("every problem of a task is reported at once, types and values", async () => {
  const container = { ...CONTAINER, name: "a b", entryPoint: [], links: ["x"] };
  const task = {
    ...{ ...TASK, executionRoleArn: "role", networkMode: "host", tags: "a", runtimeDefense },
    containerDefinitions: [container],
  };
  expect(await problemsIn(task)).toEqual([
    'networkMode: must be awsvpc on Fargate, got "host".',
    `executionRoleArn: ${role}, got "role".`,
    "tags: must be a list, got text.",
    'containerDefinitions[a b].name: must have letters, digits, - and _ only, 255 at most, got "a b".',
    "containerDefinitions[a b].links: doesn't work on Fargate: containers reach each other by localhost. Remove it.",
    expect.stringMatching(/^containerDefinitions\[a b\]: has no entryPoint, .* as the image "app:1" has it/),
  ]);
});

test.each<[string, object]>([
  ["without a family", { family: null }],
  [
    "with a family, tags and compatibilities of wrong types",
    { family: 1, tags: "a", requiresCompatibilities: "FARGATE" },
  ],
])("a task %s is refused together with its other problems", async (_kind, members) => {
  const dependsOn = [{ containerName: "db", condition: "START" }];
  const problems = await problemsIn({
    ...of({ entryPoint: null, dependsOn }),
    memory: "700",
    runtimeDefense,
    ...members,
  });
  expect(problems.slice(Object.keys(members).length)).toEqual([
    `${app}.dependsOn[0]: there is no container "db". The task has app.`,
    expect.stringMatching(/^containerDefinitions\[app\]: has no entryPoint, .* as the image "app:1" has it/),
    expect.stringMatching(/^Fargate has no size of/),
  ]);
});

test("a container with a wrong name or image hides no problem of others, and is not also reported as missing", async () => {
  const web = { name: "web", image: "web:1", dependsOn: [{ containerName: "db", condition: "START" }] };
  const containerDefinitions = [{ ...CONTAINER, name: null }, { ...CONTAINER, name: "db", image: 1 }, web];
  expect(
    await problemsIn({ ...TASK, containerDefinitions, runtimeDefense: { ...runtimeDefense, exclude: { db: "why" } } }),
  ).toEqual([
    "containerDefinitions[0].name: is required.",
    "containerDefinitions[db].image: must be text, got a number.",
    expect.stringMatching(/^containerDefinitions\[web\]: has no entryPoint, .* as the image "web:1" has it/),
  ]);
});

test("a container that can't be read may be the one that the others need, so nothing else is reported as missing", async () => {
  const dependsOn = [{ containerName: "router", condition: "START" }];
  const app = { ...CONTAINER, essential: false, dependsOn, logConfiguration: { logDriver: "awsfirelens" } };
  const runtimeDefense = { exclude: { app: "a tool" } };
  expect(await problemsIn({ ...TASK, containerDefinitions: ["router", app], runtimeDefense })).toEqual([
    "containerDefinitions[0]: must be an object, got text.",
  ]);
});

test("a log router that can't be read is not also reported as missing", async () => {
  const router = { ...CONTAINER, name: "router", firelensConfiguration: "fluentbit" };
  const app = { ...CONTAINER, logConfiguration: { logDriver: "awsfirelens" } };
  expect(await problemsIn({ ...TASK, containerDefinitions: [app, router] })).toEqual([
    "containerDefinitions[router].firelensConfiguration: must be an object, got text.",
  ]);
});

test("a container whose essential can't be read is not also reported as essential", async () => {
  const job = { ...CONTAINER, name: "job", essential: "no" };
  const app = { ...CONTAINER, dependsOn: [{ containerName: "job", condition: "COMPLETE" }] };
  expect(await problemsIn({ ...TASK, containerDefinitions: [app, job] })).toEqual([
    "containerDefinitions[job].essential: must be true or false, got text.",
  ]);
});

test("a volume with a wrong type is not also reported as missing where it is mounted", async () => {
  const task = { ...of({ mountPoints: [{ sourceVolume: "data" }] }), volumes: [{ name: "data", host: "a" }] };
  expect(await problemsIn(task)).toEqual(["volumes[data].host: must be an object, got text."]);
});

test("a task that is already protected is refused for that alone, not for what follows from it", async () => {
  const environment = ["DEFENDER_TYPE", "FARGATE_TASK", "WS_ADDRESS"].map((name) => ({ name, value: "a" }));
  const sidecar = { ...CONTAINER, name: "TwistlockDefender", environment, logConfiguration: null };
  const task = { ...TASK, containerDefinitions: [{ ...CONTAINER, environment }, sidecar] };
  expect(await problemsIn(task)).toEqual([
    "containerDefinitions[TwistlockDefender]: the task already holds TwistlockDefender. Give the unprotected task definition.",
  ]);
});

test("an entryPoint in another case is reported once", async () => {
  expect(await problemsIn(of({ entryPoint: null, EntryPoint: ["/app"] }))).toEqual([
    `${app}.EntryPoint: ${UNKNOWN} Write entryPoint.`,
  ]);
});

test("dependencies without a circle are accepted, also those that wait for HEALTHY", async () => {
  const healthCheck = { command: ["CMD", "true"] };
  const containers = ["START", "COMPLETE", "SUCCESS", "HEALTHY"].map((condition, index) => ({
    ...CONTAINER,
    essential: index === 3,
    name: `c${index}`,
    healthCheck,
    memory: 6,
    dependsOn: Array.from({ length: index }, (_, before) => ({ containerName: `c${before}`, condition })),
  }));
  expect(await problemsIn({ ...TASK, containerDefinitions: containers })).toEqual([]);
});

test.each([21, 200])("an ephemeralStorage of %i GiB is accepted", async (sizeInGiB) => {
  expect(await problemsIn({ ...TASK, ephemeralStorage: { sizeInGiB } })).toEqual([]);
});

test("runtimeDefense in a container moves up with a notice", async () => {
  const task = await read(of({ runtimeDefense: { filesystemMonitoring: true } }));
  expect(task.runtimeDefense.filesystemMonitoring).toBe(true);
  expect(task.definition).toEqual(TASK);
  expect(noticesOf(task)).toEqual([
    `${app}.runtimeDefense: belongs to the task, not to a container, so it was moved up.`,
  ]);
});

test("empty keys are removed without a notice, also those that ECS describes and misplaced ones", async () => {
  const empty = { registeredBy: null, requiresAttributes: [], inferenceAccelerators: [], ipcMode: null, volumes: [] };
  const task = await read({ ...of({ tags: [], networkMode: null, command: [], healthCheck: {} }), ...empty });
  expect(task.definition).toEqual(TASK);
  expect(noticesOf(task)).toEqual([]);
});

test("a tag is ignored only if its key begins with aws:", async () => {
  const tags = [{ key: "team:aws:owner", value: "a" }];
  expect((await read({ ...TASK, tags: [...tags, { key: "AWS:owner", value: "b" }] })).definition.tags).toEqual(tags);
});

test("a tag whose value is null gets an empty value", async () => {
  expect((await read({ ...TASK, tags: [{ Key: "a", Value: null }] })).definition.tags).toEqual([
    { key: "a", value: "" },
  ]);
});

test.each([{}, { value: null }])("a variable without a value (%j) gets an empty one, and a notice", async (value) => {
  const task = await read(of({ environment: [{ name: "A", ...value }] }));
  expect(task.definition).toEqual(of({ environment: [{ name: "A", value: "" }] }));
  expect(noticesOf(task)).toEqual([
    `${app}.environment[A]: the value is empty, and ECS drops such variables. Remove it, or write a value.`,
  ]);
});

test.each(["__proto__", "prototype", "toString"])("a label named %s is refused", async (key) => {
  const text = JSON.stringify(of({ dockerLabels: { PROTO: "a" } })).replace("PROTO", key);
  expect(await problemsIn(text)).toEqual([
    `${app}.dockerLabels.${key}: a key named ${key} would be lost on the way. Rename it.`,
  ]);
});

test("a container named constructor does not count as excluded", async () => {
  expect(await problemsIn({ ...of({ name: "constructor", entryPoint: [] }), runtimeDefense })).toEqual([
    expect.stringMatching(/^containerDefinitions\[constructor\]: has no entryPoint, .* as the image "app:1" has it/),
  ]);
});

test.each([
  "TW_IMAGE_NAME",
  "TW_CONTAINER_NAME",
  "DEFENDER_TYPE",
  "FARGATE_TASK",
  "FILESYSTEM_MONITORING",
  "FIPS_ENABLED",
  "INSTALL_BUNDLE",
  "WS_ADDRESS",
])("the Defender's variable %s is refused, as a variable and as a secret", async (name) => {
  const sentence = `${name} is a variable that the Defender sets itself. Remove it.`;
  const environment = of({ environment: [{ name, value: "a" }] });
  const secrets = of({ secrets: [{ name, valueFrom: "a" }] });
  expect(await problemsIn(environment)).toEqual([`${app}.environment[${name}]: ${sentence}`]);
  expect(await problemsIn(secrets)).toEqual([`${app}.secrets[${name}]: ${sentence}`]);
});

test.each([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
])("the read-only %s is left out with a notice", async (key) => {
  const task = await read({ ...TASK, [key]: "a" });
  expect(task.definition).toEqual(TASK);
  expect(noticesOf(task)).toEqual([`Ignored what describe-task-definition adds: ${key}.`]);
});

test("an excluded container may do what a wrapped one may not", async () => {
  const left = {
    name: "left",
    image: "left:1",
    environment: [{ name: "FARGATE_TASK", value: "a" }],
    linuxParameters: { capabilities: { drop: ["SYS_PTRACE"] } },
  };
  const runtimeDefense = { exclude: { left: " a tool " } };
  const task = await read({ ...TASK, containerDefinitions: [CONTAINER, left], runtimeDefense });
  expect(task.runtimeDefense.exclude).toEqual({ left: "a tool" });
});

test("misplaced keys that agree move up once", async () => {
  const tags = [{ key: "a", value: "b" }];
  const containers = ["a", "b"].map((name) => ({ ...CONTAINER, name, tags }));
  expect((await read({ ...TASK, containerDefinitions: containers })).definition.tags).toEqual(tags);
});

test("a task without requiresCompatibilities that ECS registered for Fargate too becomes a Fargate task", async () => {
  const task = await read({ ...TASK, requiresCompatibilities: null, compatibilities: ["EC2", "FARGATE"] });
  expect(task.definition.requiresCompatibilities).toEqual(["FARGATE"]);
});

test("requiresCompatibilities of the file's own counts more than what ECS described", async () => {
  const task = await read({ ...TASK, compatibilities: ["EC2"] });
  expect(task.definition.requiresCompatibilities).toEqual(["FARGATE"]);
});

test.each([
  ["secrets", { secrets: [{ name: "a", valueFrom: "b" }] }],
  [
    "logConfiguration.secretOptions",
    { logConfiguration: { logDriver: "splunk", secretOptions: [{ name: "a", valueFrom: "b" }] } },
  ],
  [
    "awslogs-create-group",
    { logConfiguration: { logDriver: "awslogs", options: { ...AWSLOGS, "awslogs-create-group": "true" } } },
  ],
  ["repositoryCredentials", { repositoryCredentials: { credentialsParameter: "a" } }],
  ["environmentFiles", { environmentFiles: [{ type: "s3", value: "arn:aws:s3:::a/b.env" }] }],
])("outside a stack, %s without an execution role gets a notice, and none with one", async (what, container) => {
  const sentence = `${app}: uses ${what}, so the task needs an executionRoleArn whose role may do that.`;
  expect(noticesOf(await read({ ...of(container), executionRoleArn: null }))).toEqual([sentence]);
  expect(noticesOf(await read(of(container)))).toEqual([]);
});

const ROUTER = { firelensConfiguration: { type: "fluentbit" } };

test.each([
  ["a log driver's own template", { logConfiguration: { logDriver: "splunk", options: { tag: "{{.Name}}" } } }],
  [
    "a named group in a regular expression",
    { ...ROUTER, logConfiguration: { logDriver: "awsfirelens", options: { Regex: "(?<time>a)" } } },
  ],
  [
    "a log router's variable",
    { ...ROUTER, logConfiguration: { logDriver: "awsfirelens", options: { Host: `\${HOST}` } } },
  ],
  ["markup inside a command", { command: [`echo <b> \${HOME} {{x}} | sh`] }],
])("%s is neither a problem nor a notice", async (_kind, container) => {
  expect(noticesOf(await read(of(container)))).toEqual([]);
});

test("a misspelt healthCheck or entryPoint is not also reported as missing", async () => {
  const { entryPoint, ...rest } = CONTAINER;
  const web = { ...rest, name: "web", entryPont: entryPoint, healtCheck: { command: ["CMD", "true"] } };
  const waiting = { ...CONTAINER, dependsOn: [{ containerName: "web", condition: "HEALTHY" }] };
  expect(await problemsIn({ ...TASK, containerDefinitions: [web, waiting], runtimeDefense })).toEqual([
    `containerDefinitions[web].entryPont: ${UNKNOWN} Write entryPoint.`,
    `containerDefinitions[web].healtCheck: ${UNKNOWN} Write healthCheck.`,
  ]);
});

test.each([
  ["family", "familly"],
  ["containerDefinitions", "container_definitions"],
])("a misspelt key is not also reported as missing: %s", async (name, misspelt) => {
  const { [name as "family"]: value, ...rest } = TASK;
  expect(await problemsIn({ ...rest, [misspelt]: value })).toEqual([`${misspelt}: is not a known key. Write ${name}.`]);
});
