import * as v from "valibot";

import { isJsonObject, type JsonObject } from "../json";
import { closed } from "./closed-object";

/**
 * What RegisterTaskDefinition takes, as far as the AWS provider passes it on: lower camel case, no
 * key that isn't known here, no nulls. Source: the ECS API reference and the provider's own list of
 * container keys, which drops any other silently.
 */
export type TaskDefinition = v.InferOutput<typeof TaskDefinitionSchema>;
export type ContainerDefinition = TaskDefinition["containerDefinitions"][number];
export type LogConfiguration = v.InferOutput<typeof LogConfigurationSchema>;

const text = v.string();
const texts = v.exactOptional(v.array(text));
const flag = v.exactOptional(v.boolean());
const whole = v.pipe(v.number(), v.safeInteger("must be a whole number"), v.minValue(0, "must not be below 0"));
const number = v.exactOptional(whole);
const string = v.exactOptional(text);
// A list would pass for a record with the keys 0, 1, 2.
const stringMap = v.exactOptional(
  v.pipe(
    v.custom<JsonObject>((value) => isJsonObject(value), "must be an object"),
    v.record(text, text),
  ),
);
const identifier = v.pipe(text, v.regex(/^[\w-]{1,255}$/, "must have letters, digits, - and _ only, 255 at most"));
const roleArn = v.exactOptional(
  v.pipe(
    text,
    v.regex(
      /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
      "must be a role's full ARN with a 12-digit account, such as arn:aws:iam::111122223333:role/NAME",
    ),
  ),
);
const nameAndValue = closed({ name: text, value: text });
const secret = closed({ name: text, valueFrom: text });
const typeAndValue = closed({ type: text, value: text });

const LogConfigurationSchema = closed({
  logDriver: text,
  options: stringMap,
  secretOptions: v.exactOptional(v.array(secret)),
});

const containerEntries = {
  name: identifier,
  image: v.pipe(text, v.regex(/^\S+$/, "must be an image, without spaces")),
  command: texts,
  cpu: number,
  credentialSpecs: texts,
  dependsOn: v.exactOptional(v.array(closed({ containerName: text, condition: text }))),
  disableNetworking: flag,
  dnsSearchDomains: texts,
  dnsServers: texts,
  dockerLabels: stringMap,
  dockerSecurityOptions: texts,
  entryPoint: texts,
  environment: v.exactOptional(v.array(nameAndValue)),
  environmentFiles: v.exactOptional(v.array(typeAndValue)),
  essential: flag,
  extraHosts: v.exactOptional(v.array(closed({ hostname: text, ipAddress: text }))),
  firelensConfiguration: v.exactOptional(closed({ type: text, options: stringMap })),
  healthCheck: v.exactOptional(
    closed({ command: v.array(text), interval: number, timeout: number, retries: number, startPeriod: number }),
  ),
  hostname: string,
  interactive: flag,
  links: texts,
  linuxParameters: v.exactOptional(
    closed({
      capabilities: v.exactOptional(closed({ add: texts, drop: texts })),
      devices: v.exactOptional(v.array(closed({ hostPath: text, containerPath: string, permissions: texts }))),
      initProcessEnabled: flag,
      maxSwap: number,
      sharedMemorySize: number,
      swappiness: number,
      tmpfs: v.exactOptional(v.array(closed({ containerPath: text, size: whole, mountOptions: texts }))),
    }),
  ),
  logConfiguration: v.exactOptional(LogConfigurationSchema),
  memory: number,
  memoryReservation: number,
  mountPoints: v.exactOptional(v.array(closed({ sourceVolume: string, containerPath: string, readOnly: flag }))),
  portMappings: v.exactOptional(
    v.array(
      closed({
        appProtocol: string,
        containerPort: number,
        containerPortRange: string,
        hostPort: number,
        name: string,
        protocol: string,
      }),
    ),
  ),
  privileged: flag,
  pseudoTerminal: flag,
  readonlyRootFilesystem: flag,
  repositoryCredentials: v.exactOptional(closed({ credentialsParameter: text })),
  resourceRequirements: v.exactOptional(v.array(typeAndValue)),
  restartPolicy: v.exactOptional(
    closed({
      enabled: v.boolean(),
      ignoredExitCodes: v.exactOptional(v.array(whole)),
      restartAttemptPeriod: number,
    }),
  ),
  secrets: v.exactOptional(v.array(secret)),
  startTimeout: number,
  stopTimeout: number,
  systemControls: v.exactOptional(v.array(closed({ namespace: string, value: string }))),
  ulimits: v.exactOptional(
    v.array(
      closed({
        name: text,
        softLimit: v.pipe(v.number(), v.safeInteger()),
        hardLimit: v.pipe(v.number(), v.safeInteger()),
      }),
    ),
  ),
  user: string,
  versionConsistency: string,
  volumesFrom: v.exactOptional(v.array(closed({ sourceContainer: string, readOnly: flag }))),
  workingDirectory: string,
};

const ContainerDefinitionSchema = closed(containerEntries);

export const CONTAINER_KEYS: readonly string[] = Object.keys(containerEntries);

const VolumeSchema = closed({
  name: text,
  configuredAtLaunch: flag,
  host: v.exactOptional(closed({ sourcePath: string })),
  dockerVolumeConfiguration: v.exactOptional(
    closed({ autoprovision: flag, driver: string, driverOpts: stringMap, labels: stringMap, scope: string }),
  ),
  efsVolumeConfiguration: v.exactOptional(
    closed({
      fileSystemId: text,
      rootDirectory: string,
      transitEncryption: string,
      transitEncryptionPort: number,
      authorizationConfig: v.exactOptional(closed({ accessPointId: string, iam: string })),
    }),
  ),
  fsxWindowsFileServerVolumeConfiguration: v.exactOptional(
    closed({
      fileSystemId: text,
      rootDirectory: text,
      authorizationConfig: closed({ credentialsParameter: text, domain: text }),
    }),
  ),
});

const taskEntries = {
  family: identifier,
  containerDefinitions: v.pipe(v.array(ContainerDefinitionSchema), v.minLength(1, "must have at least one container")),
  /** CPU units, digits only: `"256"` is a quarter of a vCPU. */
  cpu: text,
  /** MiB, digits only. */
  memory: text,
  networkMode: text,
  requiresCompatibilities: v.array(text),
  enableFaultInjection: flag,
  ephemeralStorage: v.exactOptional(closed({ sizeInGiB: whole })),
  executionRoleArn: roleArn,
  ipcMode: string,
  pidMode: string,
  placementConstraints: v.exactOptional(v.array(closed({ type: text, expression: string }))),
  proxyConfiguration: v.exactOptional(
    closed({ containerName: text, type: string, properties: v.exactOptional(v.array(nameAndValue)) }),
  ),
  runtimePlatform: v.exactOptional(closed({ cpuArchitecture: string, operatingSystemFamily: string })),
  tags: v.exactOptional(v.array(closed({ key: text, value: text }))),
  taskRoleArn: roleArn,
  volumes: v.exactOptional(v.array(VolumeSchema)),
};

export const TaskDefinitionSchema = closed(taskEntries);

export const TASK_KEYS: readonly string[] = Object.keys(taskEntries);

/** Whether the value is one as it stands. Parsing would copy it, and drop keys such as `constructor` on the way. */
export function isTaskDefinition(value: unknown): value is TaskDefinition {
  return v.is(TaskDefinitionSchema, value);
}
