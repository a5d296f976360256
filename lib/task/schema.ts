import * as v from "valibot";

import { PLATFORM } from "../defender";
import { matching } from "../settings/schemas";
import { CONTAINER_ENTRIES, identifier } from "./container-schema";
import { between, closed, filled, flag, object, objects, oneOf, string, stringMap } from "./values";

/**
 * The input of RegisterTaskDefinition, limited to what the AWS provider passes on: lower camel case, no unknown keys, no
 * nulls. Source: the ECS API reference and the provider's own list of container keys; it silently drops any other.
 */
export type TaskDefinition = v.InferOutput<typeof TaskDefinitionSchema>;
export type ContainerDefinition = TaskDefinition["containerDefinitions"][number];

const only = (value: string, why: string) => v.pipe(v.string(), v.value(value, `must be ${value}${why}`));
const roleArn = v.exactOptional(
  matching(
    /^arn:aws[\w-]*:iam::\d{12}:role\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]+$/,
    "must be a role's full ARN with a 12-digit account, such as arn:aws:iam::111122223333:role/NAME",
  ),
);

const onOrOff = v.exactOptional(oneOf("ENABLED", "DISABLED"));

/** The keys of a task except its containers, in the order of the API reference. */
export const TASK_ENTRIES = {
  family: identifier,
  /** CPU units, digits only: `"256"` is a quarter of a vCPU. */
  cpu: v.string(),
  /** MiB, digits only. */
  memory: v.string(),
  networkMode: only("awsvpc", " on Fargate"),
  requiresCompatibilities: v.pipe(
    v.array(oneOf("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")),
    v.includes("FARGATE", "must include FARGATE: this project protects only Fargate tasks"),
  ),
  enableFaultInjection: flag,
  ephemeralStorage: object({ sizeInGiB: between(21, 200, " GiB (without it a task has 20)") }),
  executionRoleArn: roleArn,
  // API reference, RegisterTaskDefinition: the valid values of both.
  ipcMode: v.exactOptional(oneOf("host", "task", "none")),
  pidMode: v.exactOptional(oneOf("host", "task")),
  placementConstraints: objects({
    type: only("memberOf", " in a task definition"),
    expression: filled(),
  }),
  proxyConfiguration: object({
    containerName: v.string(),
    type: v.exactOptional(only("APPMESH", "")),
    properties: objects({ name: v.string(), value: v.string() }),
  }),
  runtimePlatform: object({
    cpuArchitecture: v.exactOptional(
      only(PLATFORM.cpuArchitecture, ": the Defender for Fargate is built for nothing else"),
    ),
    operatingSystemFamily: v.exactOptional(
      only(PLATFORM.operatingSystemFamily, ": the Defender for Fargate runs on nothing else"),
    ),
  }),
  tags: objects({ key: v.string(), value: v.string() }),
  taskRoleArn: roleArn,
  volumes: objects({
    name: identifier,
    configuredAtLaunch: flag,
    host: object({ sourcePath: string }),
    dockerVolumeConfiguration: object({
      autoprovision: flag,
      driver: string,
      driverOpts: stringMap,
      labels: stringMap,
      scope: v.exactOptional(oneOf("task", "shared")),
    }),
    efsVolumeConfiguration: object({
      fileSystemId: filled(),
      rootDirectory: string,
      transitEncryption: onOrOff,
      // API reference, EFSVolumeConfiguration: 0 is valid.
      transitEncryptionPort: v.exactOptional(between(0, 65_535)),
      authorizationConfig: object({ accessPointId: v.exactOptional(filled()), iam: onOrOff }),
    }),
    fsxWindowsFileServerVolumeConfiguration: object({
      fileSystemId: v.string(),
      rootDirectory: v.string(),
      authorizationConfig: closed({ credentialsParameter: v.string(), domain: v.string() }),
    }),
  }),
};

export const TaskDefinitionSchema = closed({
  ...TASK_ENTRIES,
  containerDefinitions: v.pipe(v.array(closed(CONTAINER_ENTRIES)), v.minLength(1, "must have at least one container")),
});

export const CONTAINER_KEYS: readonly string[] = Object.keys(CONTAINER_ENTRIES);

/** Checks the value without parsing it: parsing would copy it, and drop keys such as `constructor`. */
export function isTaskDefinition(value: unknown): value is TaskDefinition {
  return v.is(TaskDefinitionSchema, value);
}
