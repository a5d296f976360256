import fc, { type Arbitrary } from "fast-check";

import type { ContainerDefinition, TaskDefinition } from "../lib/task/schema";
import type { Task } from "../lib/task/task";

// Follows the schema's types, so a new key without an arbitrary doesn't compile.
type ArbitraryOf<T> = { readonly [K in keyof T]-?: Arbitrary<Exclude<T[K], undefined>> };

const NASTY = ["$", "%", "{", "}", "${", "%{", "$${", "%%{", '"', "\\", "\n", "\r\n", "\t", "\u0001", "\u001b[31m"];
const FOREIGN = ["ü", "漢", "😀", "👩‍👩‍👧", "\u202e", "\u2028", "\ufeff", "e\u0301", "##vso[", "</script>"];
// Texts that Terraform would change are refused; other tests cover that.
const isChanged = (value: string) => value.startsWith("\ufeff") || (/\r/.test(value) && /\$\$\{|%%\{/.test(value));
const pieces = fc
  .string({ unit: fc.constantFrom("a", "B", "0", " ", ".", ...NASTY, ...FOREIGN), maxLength: 6 })
  .map((value) => value.normalize("NFC"))
  .filter((value) => !isChanged(value));
// The stack's own expressions are mere text in a task.
const expression = fc
  .constantFrom("aws_secretsmanager_secret.install-bundle.arn", "aws_iam_role.execution-role.arn", "var.install_bundle")
  .map((reference) => `\${${reference}}`);
const text = fc.oneof({ arbitrary: pieces, weight: 9 }, { arbitrary: expression, weight: 1 });
const identifier = fc.stringMatching(/^[a-zA-Z][\w-]{0,12}$/);
const number = fc.nat(100_000);
const mebibytes = fc.integer({ min: 6, max: 100_000 });
const condition = fc.constantFrom("START", "COMPLETE", "SUCCESS", "HEALTHY");
const flag = fc.boolean();
const port = fc.integer({ min: 1, max: 65_535 });
const seconds = (min: number, max: number) => fc.integer({ min, max });
const nonEmpty = text.filter((value) => value !== "");
const variable = text.filter((name) => name.trim() !== "");

const list = <T>(element: Arbitrary<T>) => fc.array(element, { minLength: 1, maxLength: 3 });
const texts = list(text);
/** Objects with some of the keys, at least one. */
const some = <T extends object>(parts: { [K in keyof T]: Arbitrary<T[K]> }) =>
  fc.record(parts, { requiredKeys: [] }).filter((value) => Object.keys(value).length > 0);
const dictionary = (key: Arbitrary<string>) =>
  list(fc.tuple(key, text)).map((entries): Record<string, string> => Object.fromEntries(entries));
const map = dictionary(text);
const labels = dictionary(fc.oneof(text, fc.constantFrom("__proto__", "constructor", "toString")));
const named = fc.record({ name: text, value: text });
const typed = fc.record({ type: text, value: text });
const parameter = fc.stringMatching(/^[\w./-]{1,20}$/);
const secret = fc.record({ name: text, valueFrom: parameter });
const secretVariable = fc.record({ name: variable, valueFrom: parameter });
const fileInS3 = fc.stringMatching(/^[^*?]{1,8}$/).map((key) => `arn:aws:s3:::bucket/${key}.env`);
const roleArn = fc.stringMatching(/^arn:aws:iam::\d{12}:role\/([a-z:!/]{1,8}\/)?[\w+=,.@-]{1,20}$/);
const image = fc.stringMatching(/^[a-z]{1,8}\/[a-z$%{}]{1,8}:[\d.]{1,4}$/);
const capabilities = some({ add: list(fc.constantFrom("SYS_PTRACE", "NET_ADMIN", "%{x}")), drop: texts });

const PORT = {
  appProtocol: fc.constantFrom("http", "http2", "grpc"),
  hostPort: port,
  name: fc.stringMatching(/^\w[\w-]{0,10}$/),
  protocol: fc.constantFrom("tcp", "udp"),
};

const CONTAINER: Omit<ArbitraryOf<ContainerDefinition>, "name"> = {
  image,
  command: texts,
  cpu: number,
  credentialSpecs: texts,
  dependsOn: list(fc.record({ containerName: text, condition })),
  disableNetworking: flag,
  dnsSearchDomains: texts,
  dnsServers: texts,
  dockerLabels: labels,
  dockerSecurityOptions: texts,
  entryPoint: texts,
  environment: list(fc.record({ name: variable, value: text })),
  environmentFiles: list(fc.record({ type: fc.constant("s3"), value: fileInS3 })),
  essential: flag,
  extraHosts: list(fc.record({ hostname: text, ipAddress: text })),
  firelensConfiguration: fc.record(
    { type: fc.constantFrom("fluentd", "fluentbit"), options: labels },
    { requiredKeys: ["type"] },
  ),
  healthCheck: fc.record(
    {
      command: texts,
      interval: seconds(5, 300),
      timeout: seconds(2, 60),
      retries: fc.integer({ min: 1, max: 10 }),
      startPeriod: seconds(0, 300),
    },
    { requiredKeys: ["command"] },
  ),
  hostname: text,
  interactive: flag,
  links: texts,
  linuxParameters: some({
    capabilities,
    devices: list(fc.record({ hostPath: text, containerPath: text, permissions: texts })),
    initProcessEnabled: flag,
    maxSwap: number,
    sharedMemorySize: number,
    swappiness: number,
    tmpfs: list(fc.record({ containerPath: text, size: number, mountOptions: texts })),
  }),
  logConfiguration: fc.oneof(
    fc.record(
      { logDriver: fc.constantFrom("splunk", "awsfirelens"), options: labels, secretOptions: list(secret) },
      { requiredKeys: ["logDriver"] },
    ),
    fc.record({
      logDriver: fc.constant("awslogs"),
      options: fc.record({ "awslogs-group": text, "awslogs-region": fc.constant("eu-west-1") }),
    }),
  ),
  memory: mebibytes,
  memoryReservation: mebibytes,
  mountPoints: list(some({ sourceVolume: text, containerPath: text, readOnly: flag })),
  portMappings: list(
    fc.oneof(
      fc.record({ ...PORT, containerPort: port }, { requiredKeys: ["containerPort"] }),
      fc.record(
        { ...PORT, containerPortRange: port.map((first) => `${first}-${first}`) },
        { requiredKeys: ["containerPortRange"] },
      ),
    ),
  ),
  privileged: flag,
  pseudoTerminal: flag,
  readonlyRootFilesystem: flag,
  repositoryCredentials: fc.record({ credentialsParameter: parameter }),
  resourceRequirements: list(typed),
  restartPolicy: fc.record(
    { enabled: flag, ignoredExitCodes: list(number), restartAttemptPeriod: seconds(60, 1800) },
    { requiredKeys: ["enabled"] },
  ),
  secrets: list(secretVariable),
  startTimeout: seconds(2, 120),
  stopTimeout: seconds(2, 120),
  systemControls: list(some({ namespace: text, value: text })),
  ulimits: list(
    fc
      .record({ name: fc.constantFrom("nofile", "core"), softLimit: fc.integer(), hardLimit: fc.integer() })
      .filter(({ softLimit, hardLimit }) => hardLimit < 0 || softLimit <= hardLimit),
  ),
  user: text,
  versionConsistency: fc.constantFrom("enabled", "disabled"),
  volumesFrom: list(some({ sourceContainer: text, readOnly: flag })),
  workingDirectory: text,
};

const scope = fc.constantFrom("task", "shared");
const onOrOff = fc.constantFrom("ENABLED", "DISABLED");
const VOLUME: ArbitraryOf<NonNullable<TaskDefinition["volumes"]>[number]> = {
  name: identifier,
  configuredAtLaunch: flag,
  host: fc.record({ sourcePath: text }),
  dockerVolumeConfiguration: some({ autoprovision: flag, driver: text, driverOpts: map, labels: map, scope }),
  efsVolumeConfiguration: fc.record(
    {
      fileSystemId: nonEmpty,
      rootDirectory: text,
      transitEncryption: onOrOff,
      transitEncryptionPort: fc.integer({ min: 0, max: 65_535 }),
      authorizationConfig: some({ accessPointId: nonEmpty, iam: onOrOff }),
    },
    { requiredKeys: ["fileSystemId"] },
  ),
  fsxWindowsFileServerVolumeConfiguration: fc.record({
    fileSystemId: text,
    rootDirectory: text,
    authorizationConfig: fc.record({ credentialsParameter: text, domain: text }),
  }),
};
const volume = fc.record(VOLUME, { requiredKeys: ["name"] });

const unique = <T>(element: Arbitrary<T>, selector: (value: T) => string) =>
  fc.uniqueArray(element, { selector, minLength: 1, maxLength: 3 });

const TASK: Omit<ArbitraryOf<TaskDefinition>, "containerDefinitions"> = {
  family: identifier,
  cpu: number.map(String),
  memory: number.map(String),
  networkMode: fc.constant("awsvpc"),
  requiresCompatibilities: list(fc.constantFrom("EC2", "EXTERNAL")).map((others) => [...others, "FARGATE"]),
  enableFaultInjection: flag,
  ephemeralStorage: fc.record({ sizeInGiB: fc.integer({ min: 21, max: 200 }) }),
  executionRoleArn: roleArn,
  ipcMode: fc.constantFrom("host", "task", "none"),
  pidMode: fc.constantFrom("host", "task"),
  placementConstraints: list(fc.record({ type: fc.constant("memberOf"), expression: nonEmpty })),
  proxyConfiguration: fc.record(
    { containerName: text, type: fc.constant("APPMESH"), properties: unique(named, ({ name }) => name) },
    { requiredKeys: ["containerName"] },
  ),
  runtimePlatform: some({ cpuArchitecture: fc.constant("X86_64"), operatingSystemFamily: fc.constant("LINUX") }),
  tags: unique(fc.record({ key: text, value: text }), ({ key }) => key),
  taskRoleArn: roleArn,
  volumes: list(volume),
};

// About half of the keys each time: with all of them, one key's problem could hide another's.
const container = fc.record(CONTAINER, { requiredKeys: ["image", "entryPoint"] });

const definition: Arbitrary<TaskDefinition> = fc
  .tuple(
    fc.record(TASK, { requiredKeys: ["family", "cpu", "memory", "networkMode", "requiresCompatibilities"] }),
    fc.uniqueArray(identifier, { minLength: 1, maxLength: 3 }),
    fc.array(container, { minLength: 3, maxLength: 3 }),
  )
  .map(([task, names, containers]) => ({
    ...task,
    containerDefinitions: names.flatMap((name, index) => {
      const one = containers[index];
      return one ? [{ ...one, name }] : [];
    }),
  }));

/** Tasks with any keys and texts, as if read from a file; the last of several containers may be excluded. */
export const arbitraryTask: Arbitrary<Task> = fc
  .record({
    definition,
    filesystemMonitoring: fc.option(flag),
    defenderImage: fc.option(image),
    hasExclude: flag,
    logs: flag,
  })
  .map(({ definition, filesystemMonitoring, defenderImage, hasExclude, logs }) => {
    const excluded = hasExclude ? definition.containerDefinitions.slice(1).at(-1) : undefined;
    return {
      file: "task.json",
      definition,
      lookedUp: [],
      notices: [],
      runtimeDefense: {
        exclude: excluded ? { [excluded.name]: "a router" } : {},
        entryPoint: { lookUp: true, pin: false, extract: false },
        sidecar: { logs },
        raiseToFit: false,
        accept: [],
        ...(filesystemMonitoring !== null && { filesystemMonitoring }),
        ...(defenderImage !== null && { defenderImage }),
      },
    };
  })
  .map((task): Task => JSON.parse(JSON.stringify(task))); // fast-check's objects have no prototype, JSON's have one
