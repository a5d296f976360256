import * as v from "valibot";

/** The part of a task definition that the Console reads; everything else passes through unchanged. */
export type FargateTask = v.InferOutput<typeof FargateTaskSchema>;
type Container = FargateTask["containerDefinitions"][number];

const texts = v.nullish(v.array(v.string()));
const list = v.nullish(v.array(v.unknown()));

export const FargateTaskSchema = v.looseObject({
  family: v.nullish(v.string()),
  containerDefinitions: v.array(
    v.looseObject({
      name: v.string(),
      image: v.string(),
      entryPoint: texts,
      command: texts,
      environment: list,
      dependsOn: list,
      volumesFrom: list,
      linuxParameters: v.nullish(v.looseObject({ capabilities: v.nullish(v.looseObject({ add: texts })) })),
      logConfiguration: v.optional(v.unknown()),
    }),
  ),
});

export type Defender = {
  readonly image: string;
  readonly installBundle: string;
  readonly wsAddress: string;
  readonly filesystemMonitoring: boolean;
  /** Returns an image's entry point, for a container that has none; without it nothing is looked up. */
  readonly entrypointOf?: (image: string) => readonly string[];
};

/** The task definition with a Defender in it, keys sorted, as Console 34 answers. */
export function protect(task: FargateTask, defender: Defender): Record<string, unknown> {
  const wrapped = task.containerDefinitions.map((container) => wrap(container, task, defender));
  const result = { ...task, containerDefinitions: [...wrapped, sidecar(task, defender)] };
  return Object.fromEntries(sortedEntries(result));
}

const SIDECAR = "TwistlockDefender";
const WRAPPER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"];

function wrap(container: Container, task: FargateTask, defender: Defender): Record<string, unknown> {
  const { capabilities } = container.linuxParameters ?? {};
  return {
    ...container,
    entryPoint: [...WRAPPER, ...originalEntrypoint(container, defender)],
    environment: [
      ...(container.environment ?? []),
      { name: "TW_IMAGE_NAME", value: container.image },
      { name: "TW_CONTAINER_NAME", value: container.name },
      ...commonEnvironment(task),
      ...flags(defender),
    ],
    dependsOn: [...(container.dependsOn ?? []), { containerName: SIDECAR, condition: "HEALTHY" }],
    volumesFrom: [...(container.volumesFrom ?? []), { sourceContainer: SIDECAR, readOnly: false }],
    linuxParameters: {
      ...container.linuxParameters,
      capabilities: { ...capabilities, add: [...new Set([...(capabilities?.add ?? []), "SYS_PTRACE"])] },
    },
  };
}

// Without entryPoint and look-up the wrapper has nothing to start, and the task restarts for ever, as with the real Console.
function originalEntrypoint({ entryPoint, command, image }: Container, { entrypointOf }: Defender): readonly string[] {
  if (entryPoint?.length) return entryPoint;
  return command?.length || !entrypointOf ? [] : entrypointOf(image);
}

function sidecar(task: FargateTask, defender: Defender): Record<string, unknown> {
  return {
    name: SIDECAR,
    image: defender.image,
    entryPoint: ["/usr/local/bin/defender", "fargate", "sidecar"],
    environment: [
      { name: "INSTALL_BUNDLE", value: defender.installBundle },
      ...commonEnvironment(task),
      { name: "WS_ADDRESS", value: defender.wsAddress },
      ...flags(defender),
    ],
    essential: true,
    healthCheck: {
      command: ["/usr/local/bin/defender", "fargate", "healthcheck"],
      interval: 5,
      retries: 3,
      startPeriod: 1,
      timeout: 5,
    },
    portMappings: [],
    logConfiguration:
      task.containerDefinitions.find((container) => container.logConfiguration)?.logConfiguration ?? null,
  };
}

function commonEnvironment(task: FargateTask) {
  return [
    { name: "DEFENDER_TYPE", value: "fargate" },
    { name: "FARGATE_TASK", value: task.family ?? "" },
  ];
}

function flags(defender: Defender) {
  return [
    { name: "FILESYSTEM_MONITORING", value: String(defender.filesystemMonitoring) },
    { name: "FIPS_ENABLED", value: "false" },
  ];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  return typeof value === "object" && value !== null ? Object.fromEntries(sortedEntries(value)) : value;
}

function sortedEntries(value: object): [string, unknown][] {
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => [key, sorted(child)]);
}
