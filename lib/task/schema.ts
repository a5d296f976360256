import * as v from "valibot";

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { closed } from "./check-schema";

/**
 * What RegisterTaskDefinition takes, as far as the AWS provider passes it on: lower camel case, no
 * key that isn't known here, no nulls. Source: the ECS API reference and the provider's own list of
 * container keys, which drops any other silently.
 */
export type TaskDefinition = v.InferOutput<typeof TaskDefinitionSchema>;
export type ContainerDefinition = TaskDefinition["containerDefinitions"][number];

/** A whole number, as every number of a task definition is. */
export const whole = v.pipe(v.number(), v.safeInteger("must be a whole number"));
const natural = v.pipe(whole, v.minValue(0, "must not be below 0"));
const text = v.string();
const identifier = v.pipe(text, v.regex(/^[\w-]{1,255}$/, "must have letters, digits, - and _ only, 255 at most"));
const CONDITIONS = ["START", "COMPLETE", "SUCCESS", "HEALTHY"];
const condition = v.pipe(text, v.values(CONDITIONS, "must be START, COMPLETE, SUCCESS or HEALTHY"));
const ephemeral = v.check((gib: number) => gib >= 21 && gib <= 200, "must be 21 to 200 GiB");
const only = (value: string, why: string) => v.pipe(text, v.value(value, `must be ${value}${why}`));

// From here on everything may be absent.
const string = v.exactOptional(text);
const strings = v.exactOptional(v.array(text));
const number = v.exactOptional(natural);
const mebibytes = v.exactOptional(v.pipe(whole, v.minValue(6, "must not be below 6 MiB")));
const flag = v.exactOptional(v.boolean());
const object = <const E extends v.ObjectEntries>(entries: E) => v.exactOptional(closed(entries));
const objects = <const E extends v.ObjectEntries>(entries: E) => v.exactOptional(v.array(closed(entries)));
/** A list would pass for a record with the keys 0, 1, 2. */
export const anObject = (what = "") => v.custom<JsonObject>(isJsonObject, `must be an object${what}`);
const stringMap = v.exactOptional(v.pipe(anObject(), v.record(text, text)));
const roleArn = v.exactOptional(
  v.pipe(
    text,
    v.regex(
      /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
      "must be a role's full ARN with a 12-digit account, such as arn:aws:iam::111122223333:role/NAME",
    ),
  ),
);

const containerEntries = {
  name: identifier,
  image: v.pipe(text, v.regex(/^\S+$/, "must be an image, without spaces")),
  command: strings,
  cpu: number,
  credentialSpecs: strings,
  dependsOn: objects({ containerName: text, condition }),
  disableNetworking: flag,
  dnsSearchDomains: strings,
  dnsServers: strings,
  dockerLabels: stringMap,
  dockerSecurityOptions: strings,
  entryPoint: strings,
  environment: objects({ name: text, value: text }),
  environmentFiles: objects({ type: text, value: text }),
  essential: flag,
  extraHosts: objects({ hostname: text, ipAddress: text }),
  firelensConfiguration: object({ type: text, options: stringMap }),
  healthCheck: object({
    command: v.array(text),
    interval: number,
    timeout: number,
    retries: number,
    startPeriod: number,
  }),
  hostname: string,
  interactive: flag,
  links: strings,
  linuxParameters: object({
    capabilities: object({ add: strings, drop: strings }),
    devices: objects({ hostPath: text, containerPath: string, permissions: strings }),
    initProcessEnabled: flag,
    maxSwap: number,
    sharedMemorySize: number,
    swappiness: number,
    tmpfs: objects({ containerPath: text, size: natural, mountOptions: strings }),
  }),
  logConfiguration: object({
    logDriver: text,
    options: stringMap,
    secretOptions: objects({ name: text, valueFrom: text }),
  }),
  memory: mebibytes,
  memoryReservation: mebibytes,
  mountPoints: objects({ sourceVolume: string, containerPath: string, readOnly: flag }),
  portMappings: objects({
    appProtocol: string,
    containerPort: number,
    containerPortRange: string,
    hostPort: number,
    name: string,
    protocol: string,
  }),
  privileged: flag,
  pseudoTerminal: flag,
  readonlyRootFilesystem: flag,
  repositoryCredentials: object({ credentialsParameter: text }),
  resourceRequirements: objects({ type: text, value: text }),
  restartPolicy: object({
    enabled: v.boolean(),
    ignoredExitCodes: v.exactOptional(v.array(natural)),
    restartAttemptPeriod: number,
  }),
  secrets: objects({ name: text, valueFrom: text }),
  startTimeout: number,
  stopTimeout: number,
  systemControls: objects({ namespace: string, value: string }),
  ulimits: objects({ name: text, softLimit: whole, hardLimit: whole }),
  user: string,
  versionConsistency: string,
  volumesFrom: objects({ sourceContainer: string, readOnly: flag }),
  workingDirectory: string,
};

const ContainerSchema = closed(containerEntries, ["runtimeDefense"]);
const taskEntries = {
  family: identifier,
  containerDefinitions: v.pipe(v.array(ContainerSchema), v.minLength(1, "must have at least one container")),
  /** CPU units, digits only: `"256"` is a quarter of a vCPU. */
  cpu: text,
  /** MiB, digits only. */
  memory: text,
  networkMode: only("awsvpc", " on Fargate"),
  requiresCompatibilities: v.pipe(
    v.array(text),
    v.includes("FARGATE", "must have FARGATE, nothing else can be protected this way"),
  ),
  enableFaultInjection: flag,
  ephemeralStorage: object({ sizeInGiB: v.pipe(whole, ephemeral) }),
  executionRoleArn: roleArn,
  ipcMode: string,
  pidMode: string,
  placementConstraints: objects({ type: text, expression: string }),
  proxyConfiguration: object({ containerName: text, type: string, properties: objects({ name: text, value: text }) }),
  runtimePlatform: object({
    cpuArchitecture: v.exactOptional(only("X86_64", ": the Defender for Fargate is built for nothing else")),
    operatingSystemFamily: v.exactOptional(only("LINUX", ": the Defender for Fargate runs on nothing else")),
  }),
  tags: objects({ key: text, value: text }),
  taskRoleArn: roleArn,
  volumes: objects({
    name: text,
    configuredAtLaunch: flag,
    host: object({ sourcePath: string }),
    dockerVolumeConfiguration: object({
      autoprovision: flag,
      driver: string,
      driverOpts: stringMap,
      labels: stringMap,
      scope: string,
    }),
    efsVolumeConfiguration: object({
      fileSystemId: text,
      rootDirectory: string,
      transitEncryption: string,
      transitEncryptionPort: number,
      authorizationConfig: object({ accessPointId: string, iam: string }),
    }),
    fsxWindowsFileServerVolumeConfiguration: object({
      fileSystemId: text,
      rootDirectory: text,
      authorizationConfig: closed({ credentialsParameter: text, domain: text }),
    }),
  }),
};

export const TaskDefinitionSchema = closed(taskEntries, ["runtimeDefense"]);

export const CONTAINER_KEYS: readonly string[] = Object.keys(containerEntries);
export const TASK_KEYS: readonly string[] = Object.keys(taskEntries);

/** Whether the value is one as it stands. Parsing would copy it, and drop keys such as `constructor` on the way. */
export function isTaskDefinition(value: unknown): value is TaskDefinition {
  return v.is(TaskDefinitionSchema, value);
}

/** What is right in its types of a task that isn't altogether: keys of its own, and whole containers. */
export function soundParts(task: JsonObject): TaskDefinition | undefined {
  const isSound = (schema: v.GenericSchema, value: JsonValue = null) => v.safeParse(schema, value).typed;
  const keys = Object.entries(taskEntries).filter(([key, schema]) => isSound(schema, task[key]));
  const all = isJsonArray(task.containerDefinitions) ? task.containerDefinitions : [];
  const { typed, output } = v.safeParse(TaskDefinitionSchema, {
    ...{ family: "unknown", networkMode: "awsvpc", requiresCompatibilities: [] },
    ...Object.fromEntries(keys.map(([key]) => [key, task[key]])),
    containerDefinitions: all.filter((container) => isSound(ContainerSchema, container)),
  });
  return typed ? output : undefined;
}
