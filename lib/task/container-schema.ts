import * as v from "valibot";

import { matching } from "../settings/schemas";
import {
  between,
  closed,
  filled,
  filledObjects,
  flag,
  mebibytes,
  natural,
  number,
  object,
  objects,
  oneOf,
  port,
  string,
  stringMap,
  strings,
  variable,
  whole,
} from "./values";

/** A container's name or a task's family (ECS API reference, ContainerDefinition and RegisterTaskDefinition). */
export const identifier = matching(/^[\w-]{1,255}$/, "must have letters, digits, - and _ only, 255 at most");

// API reference: the valid values of ContainerDependency, LogConfiguration and Ulimit. Fargate takes fewer drivers.
const condition = oneOf("START", "COMPLETE", "SUCCESS", "HEALTHY");
const logDriver = oneOf("json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens");
const ulimitName = oneOf(
  ...["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio"],
  ...["rttime", "sigpending", "stack"],
);

/** `8000-8010` (API reference, PortMapping, containerPortRange). */
const portRange = v.pipe(
  v.string(),
  v.check((range) => {
    const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(range) ?? [];
    return Number(first) >= 1 && Number(first) <= Number(last) && Number(last) <= 65_535;
  }, "must be a range of ports such as 8000-8010, from 1 to 65535"),
);

const SECRET_OR_PARAMETER =
  /^arn:aws[\w-]*:(secretsmanager:[a-z0-9-]+:\d{12}:secret:[^:]+(:[^:]*:[^:]*:[^:]*)?|ssm:[a-z0-9-]+:\d{12}:parameter\/[^:]+(:[^:]+)?)$/;

const PARAMETER = /^[\w./-]+(:[\w.-]+)?$/;

/** An ARN, or the name of a parameter. ECS parses it only when it starts the task. */
export const valueFrom = v.pipe(
  v.string(),
  v.check(
    (source) => (source.startsWith("arn:") ? SECRET_OR_PARAMETER : PARAMETER).test(source),
    ({ input }) =>
      SECRET_OR_PARAMETER.test(`${input.replace(/(?<!:):+$/, "")}::`)
        ? "must end with two colons after its JSON key, SECRET:JSON-KEY::"
        : "must be a parameter's name or ARN, or the ARN of a secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME or NAME:JSON-KEY:STAGE:VERSION",
  ),
);

/** The wildcards of IAM are left out: the value goes into the policy of the execution role. */
const fileInS3 = matching(
  /^arn:aws[\w-]*:s3:::[\w.-]+\/[^*?]*\.env$/,
  "must be the ARN of a file in S3, such as arn:aws:s3:::BUCKET/NAME.env",
);

/** In seconds, `retries` a count (API reference, HealthCheck). ECS fills in missing ones. */
export const HEALTH_CHECK_RANGES = {
  interval: [5, 300],
  retries: [1, 10],
  startPeriod: [0, 300],
  timeout: [2, 60],
} as const;

const healthCheck = object({
  command: v.array(v.string()),
  interval: v.exactOptional(between(...HEALTH_CHECK_RANGES.interval, " seconds")),
  timeout: v.exactOptional(between(...HEALTH_CHECK_RANGES.timeout, " seconds")),
  retries: v.exactOptional(between(...HEALTH_CHECK_RANGES.retries)),
  startPeriod: v.exactOptional(between(...HEALTH_CHECK_RANGES.startPeriod, " seconds")),
});

const ulimit = v.pipe(
  closed({ name: ulimitName, softLimit: whole, hardLimit: whole }),
  v.forward(
    // A negative hard limit means none.
    v.check(({ softLimit, hardLimit }) => hardLimit < 0 || softLimit <= hardLimit, "must not be above hardLimit"),
    ["softLimit"],
  ),
);

/** A mapping, with an issue at `containerPort` unless there is one port or one range (API reference, PortMapping). */
const portMapping = v.pipe(
  closed({
    // API reference, PortMapping: the valid values of appProtocol and protocol.
    appProtocol: v.exactOptional(oneOf("http", "http2", "grpc")),
    containerPort: v.exactOptional(port),
    containerPortRange: v.exactOptional(portRange),
    hostPort: v.exactOptional(between(1, 65_535, ", or absent: under awsvpc it is the container's")),
    name: v.exactOptional(
      matching(/^\w[\w-]{0,63}$/, "must have letters, digits, - and _ only, 64 at most, and not begin with -"),
    ),
    protocol: v.exactOptional(oneOf("tcp", "udp")),
  }),
  v.forward(
    v.check(
      ({ containerPort, containerPortRange }) => (containerPort === undefined) !== (containerPortRange === undefined),
      "must be given, or a containerPortRange in its place, but not both",
    ),
    ["containerPort"],
  ),
);

/** The keys of a container in the order of the API reference. */
export const CONTAINER_ENTRIES = {
  name: identifier,
  image: v.pipe(
    matching(/^\S+$/, "must be an image, without spaces: write it, or name it in CONTAINER_IMAGES"),
    // A digest doesn't count (API reference, ContainerDefinition, image).
    v.check((image) => image.replace(/@.*$/s, "").length <= 255, "must have 255 characters at most before a digest"),
  ),
  command: strings,
  cpu: number,
  credentialSpecs: strings,
  dependsOn: objects({ containerName: v.string(), condition }),
  disableNetworking: flag,
  dnsSearchDomains: strings,
  dnsServers: strings,
  dockerLabels: stringMap,
  dockerSecurityOptions: strings,
  entryPoint: strings,
  environment: objects({ name: variable, value: v.string() }),
  environmentFiles: v.exactOptional(
    v.pipe(v.array(closed({ type: oneOf("s3"), value: fileInS3 })), v.maxLength(10, "must have 10 at most")),
  ),
  essential: flag,
  extraHosts: objects({ hostname: v.string(), ipAddress: v.string() }),
  firelensConfiguration: object({ type: oneOf("fluentd", "fluentbit"), options: stringMap }),
  healthCheck,
  hostname: string,
  interactive: flag,
  links: strings,
  linuxParameters: object({
    capabilities: object({ add: strings, drop: strings }),
    devices: objects({ hostPath: v.string(), containerPath: string, permissions: strings }),
    initProcessEnabled: flag,
    maxSwap: number,
    sharedMemorySize: number,
    swappiness: number,
    tmpfs: objects({ containerPath: v.string(), size: natural, mountOptions: strings }),
  }),
  logConfiguration: object({
    logDriver,
    options: stringMap,
    secretOptions: objects({ name: v.string(), valueFrom }),
  }),
  memory: mebibytes,
  memoryReservation: mebibytes,
  mountPoints: filledObjects({ sourceVolume: string, containerPath: string, readOnly: flag }),
  portMappings: v.exactOptional(v.array(portMapping)),
  privileged: flag,
  pseudoTerminal: flag,
  readonlyRootFilesystem: flag,
  repositoryCredentials: object({ credentialsParameter: filled("must be the name or ARN of a secret") }),
  resourceRequirements: objects({ type: v.string(), value: v.string() }),
  restartPolicy: object({
    enabled: v.boolean(),
    ignoredExitCodes: v.exactOptional(v.pipe(v.array(natural), v.maxLength(50, "must have 50 at most"))),
    restartAttemptPeriod: v.exactOptional(between(60, 1800, " seconds")),
  }),
  secrets: objects({ name: variable, valueFrom }),
  // API reference, ContainerDefinition: the ranges of both on Fargate.
  startTimeout: v.exactOptional(between(2, 120, " seconds")),
  stopTimeout: v.exactOptional(between(2, 120, " seconds")),
  systemControls: filledObjects({ namespace: string, value: string }),
  ulimits: v.exactOptional(v.array(ulimit)),
  user: string,
  versionConsistency: v.exactOptional(oneOf("enabled", "disabled")),
  volumesFrom: filledObjects({ sourceContainer: string, readOnly: flag }),
  workingDirectory: string,
};
