import { posix } from "node:path";

// Names and words that the Console writes into a protected task definition, and its platform. Several folders share them.

/** The sidecar's name. */
export const DEFENDER = "TwistlockDefender";

/** The sidecar's variable that holds the install bundle. */
export const BUNDLE_VARIABLE = "INSTALL_BUNDLE";

/** The variables that the Console sets in the sidecar alone; protection/sidecar.ts checks their values. */
export const SIDECAR_VARIABLES = [BUNDLE_VARIABLE, "WS_ADDRESS"] as const;
export type SidecarVariable = (typeof SIDECAR_VARIABLES)[number];

/** The variables that the Console sets in containers and sidecar alike; protection/variables.ts checks their values. */
const COMMON_VARIABLES = ["DEFENDER_TYPE", "FARGATE_TASK", "FILESYSTEM_MONITORING", "FIPS_ENABLED"] as const;
export type CommonVariable = (typeof COMMON_VARIABLES)[number];

/** All variables that the Console sets. */
export const DEFENDER_VARIABLES: readonly string[] = [
  "TW_IMAGE_NAME",
  "TW_CONTAINER_NAME",
  ...COMMON_VARIABLES,
  ...SIDECAR_VARIABLES,
];

/** The first word of a wrapped entry point: from Console 30 and later, and from older ones. */
export const WRAPPERS: readonly string[] = [
  "/var/lib/twistlock/fargate/defender",
  "/var/lib/twistlock/fargate/fargate_defender.sh",
];

/** The folder that the sidecar shares with the containers: a container's mount at or below it would hide the Defender. */
const DEFENDER_FOLDER = "/var/lib/twistlock";

/** Whether a mount at this path would hide the Defender. A relative path begins at the root, as OCI runtimes take it. */
export function hidesDefender(containerPath: string): boolean {
  return `${posix.normalize(`/${containerPath}`)}/`.startsWith(`${DEFENDER_FOLDER}/`);
}

export const SIDECAR_ENTRY_POINT: readonly string[] = ["/usr/local/bin/defender", "fargate", "sidecar"];
export const SIDECAR_HEALTH_CHECK: readonly string[] = ["/usr/local/bin/defender", "fargate", "healthcheck"];

/** The only platform that the Defender for Fargate is built for, as ECS names it. A task that names none gets it. */
export const PLATFORM = { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" } as const;
/** The same platform, as images name it. */
export const IMAGE_PLATFORM = "linux/amd64";
