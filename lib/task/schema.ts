import * as v from "valibot";

/**
 * What RegisterTaskDefinition takes, as far as the AWS provider passes it on: lower camel case, no
 * key that isn't known here, no nulls. Source: the ECS API reference and the provider's own list of
 * container keys, which drops any other silently.
 */
export type TaskDefinition = v.InferOutput<typeof TaskDefinitionSchema>;
export type ContainerDefinition = TaskDefinition["containerDefinitions"][number];
export type LogConfiguration = v.InferOutput<typeof LogConfigurationSchema>;

const text = v.string();
const texts = v.optional(v.array(text));
const flag = v.optional(v.boolean());
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const number = v.optional(whole);
const string = v.optional(text);
const stringMap = v.optional(v.record(text, text));
const nameAndValue = v.strictObject({ name: text, value: text });
const secret = v.strictObject({ name: text, valueFrom: text });
const typeAndValue = v.strictObject({ type: text, value: text });

const LogConfigurationSchema = v.strictObject({
  logDriver: text,
  options: stringMap,
  secretOptions: v.optional(v.array(secret)),
});

export const ContainerDefinitionSchema = v.strictObject({
  name: v.pipe(text, v.regex(/^[\w-]{1,255}$/, "must have letters, digits, - and _ only, 255 at most")),
  image: v.pipe(text, v.minLength(1, "must not be empty")),
  command: texts,
  cpu: number,
  credentialSpecs: texts,
  dependsOn: v.optional(v.array(v.strictObject({ containerName: text, condition: text }))),
  disableNetworking: flag,
  dnsSearchDomains: texts,
  dnsServers: texts,
  dockerLabels: stringMap,
  dockerSecurityOptions: texts,
  entryPoint: texts,
  environment: v.optional(v.array(nameAndValue)),
  environmentFiles: v.optional(v.array(typeAndValue)),
  essential: flag,
  extraHosts: v.optional(v.array(v.strictObject({ hostname: text, ipAddress: text }))),
  firelensConfiguration: v.optional(v.strictObject({ type: text, options: stringMap })),
  healthCheck: v.optional(
    v.strictObject({ command: v.array(text), interval: number, timeout: number, retries: number, startPeriod: number }),
  ),
  hostname: string,
  interactive: flag,
  links: texts,
  linuxParameters: v.optional(
    v.strictObject({
      capabilities: v.optional(v.strictObject({ add: texts, drop: texts })),
      devices: v.optional(v.array(v.strictObject({ hostPath: text, containerPath: string, permissions: texts }))),
      initProcessEnabled: flag,
      maxSwap: number,
      sharedMemorySize: number,
      swappiness: number,
      tmpfs: v.optional(v.array(v.strictObject({ containerPath: text, size: whole, mountOptions: texts }))),
    }),
  ),
  logConfiguration: v.optional(LogConfigurationSchema),
  memory: number,
  memoryReservation: number,
  mountPoints: v.optional(v.array(v.strictObject({ sourceVolume: string, containerPath: string, readOnly: flag }))),
  portMappings: v.optional(
    v.array(
      v.strictObject({
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
  repositoryCredentials: v.optional(v.strictObject({ credentialsParameter: text })),
  resourceRequirements: v.optional(v.array(typeAndValue)),
  restartPolicy: v.optional(
    v.strictObject({
      enabled: v.boolean(),
      ignoredExitCodes: v.optional(v.array(whole)),
      restartAttemptPeriod: number,
    }),
  ),
  secrets: v.optional(v.array(secret)),
  startTimeout: number,
  stopTimeout: number,
  systemControls: v.optional(v.array(v.strictObject({ namespace: string, value: string }))),
  ulimits: v.optional(
    v.array(
      v.strictObject({
        name: text,
        softLimit: v.pipe(v.number(), v.safeInteger()),
        hardLimit: v.pipe(v.number(), v.safeInteger()),
      }),
    ),
  ),
  user: string,
  versionConsistency: string,
  volumesFrom: v.optional(v.array(v.strictObject({ sourceContainer: string, readOnly: flag }))),
  workingDirectory: string,
});

const VolumeSchema = v.strictObject({
  name: text,
  configuredAtLaunch: flag,
  host: v.optional(v.strictObject({ sourcePath: string })),
  dockerVolumeConfiguration: v.optional(
    v.strictObject({ autoprovision: flag, driver: string, driverOpts: stringMap, labels: stringMap, scope: string }),
  ),
  efsVolumeConfiguration: v.optional(
    v.strictObject({
      fileSystemId: text,
      rootDirectory: string,
      transitEncryption: string,
      transitEncryptionPort: number,
      authorizationConfig: v.optional(v.strictObject({ accessPointId: string, iam: string })),
    }),
  ),
  fsxWindowsFileServerVolumeConfiguration: v.optional(
    v.strictObject({
      fileSystemId: text,
      rootDirectory: text,
      authorizationConfig: v.strictObject({ credentialsParameter: text, domain: text }),
    }),
  ),
});

export const TaskDefinitionSchema = v.strictObject({
  family: v.pipe(text, v.regex(/^[\w-]{1,255}$/, "must have letters, digits, - and _ only, 255 at most")),
  containerDefinitions: v.pipe(v.array(ContainerDefinitionSchema), v.minLength(1, "must have at least one container")),
  /** CPU units, digits only: `"256"` is a quarter of a vCPU. */
  cpu: text,
  /** MiB, digits only. */
  memory: text,
  networkMode: text,
  requiresCompatibilities: v.array(text),
  enableFaultInjection: flag,
  ephemeralStorage: v.optional(v.strictObject({ sizeInGiB: whole })),
  executionRoleArn: string,
  ipcMode: string,
  pidMode: string,
  placementConstraints: v.optional(v.array(v.strictObject({ type: text, expression: string }))),
  proxyConfiguration: v.optional(
    v.strictObject({ containerName: text, type: string, properties: v.optional(v.array(nameAndValue)) }),
  ),
  runtimePlatform: v.optional(v.strictObject({ cpuArchitecture: string, operatingSystemFamily: string })),
  tags: v.optional(v.array(v.strictObject({ key: text, value: text }))),
  taskRoleArn: string,
  volumes: v.optional(v.array(VolumeSchema)),
});
