import { notice, problem, quoted, type Step } from "./finding";
import type { ContainerDefinition, TaskDefinition } from "./schema";

/** The Defender for Fargate runs on Linux/X86_64 in awsvpc mode alone. */
export function* checkPlatform(task: TaskDefinition): Step {
  const { operatingSystemFamily: system = "LINUX", cpuArchitecture: architecture = "X86_64" } =
    task.runtimePlatform ?? {};
  if (/^windows/i.test(system)) {
    yield problem(
      `runtimePlatform: ${quoted(system)} can't be protected, the Defender for Fargate runs on Linux alone.`,
    );
  } else if (system !== "LINUX") {
    yield problem(`runtimePlatform.operatingSystemFamily: must be LINUX, got ${quoted(system)}.`);
  }
  if (/^arm64$/i.test(architecture)) {
    yield problem(
      "runtimePlatform: ARM64 can't be protected, the Defender for Fargate is X86_64. Build the images for it.",
    );
  } else if (architecture !== "X86_64") {
    yield problem(`runtimePlatform.cpuArchitecture: must be X86_64, got ${quoted(architecture)}.`);
  }
  if (!task.requiresCompatibilities.includes("FARGATE")) {
    const kinds = quoted(task.requiresCompatibilities.join(", "));
    yield problem(
      `requiresCompatibilities: this is a task for ${kinds}, only FARGATE can be protected this way. Add it.`,
    );
  }
  if (task.networkMode !== "awsvpc") {
    yield problem(`networkMode: must be awsvpc on Fargate, got ${quoted(task.networkMode)}.`);
  }
  for (const { name, links } of task.containerDefinitions) {
    if (links)
      yield problem(`containerDefinitions[${name}].links: not on Fargate; containers reach each other by localhost.`);
  }
  for (const key of refusedByFargate(task))
    yield notice(`${key} is carried over, though ECS is documented to refuse it on Fargate. Take it off.`);
}

function refusedByFargate(task: TaskDefinition): readonly string[] {
  const ofTask = present({
    ipcMode: task.ipcMode,
    placementConstraints: task.placementConstraints,
    "pidMode other than task": task.pidMode === "task" ? undefined : task.pidMode,
  });
  const ofVolumes = (task.volumes ?? []).flatMap((volume) =>
    present({
      "host.sourcePath": volume.host?.sourcePath,
      dockerVolumeConfiguration: volume.dockerVolumeConfiguration,
      fsxWindowsFileServerVolumeConfiguration: volume.fsxWindowsFileServerVolumeConfiguration,
    }).map((key) => `volumes[${volume.name}].${key}`),
  );
  return [...ofTask, ...ofVolumes, ...task.containerDefinitions.flatMap(refusedInContainer)];
}

function refusedInContainer(container: ContainerDefinition): readonly string[] {
  const { linuxParameters: linux, logConfiguration: logs } = container;
  const capabilities = linux?.capabilities?.add?.filter((capability) => capability !== "SYS_PTRACE") ?? [];
  const isForeignDriver = logs && !["awslogs", "awsfirelens", "splunk"].includes(logs.logDriver);
  return present({
    disableNetworking: container.disableNetworking || undefined,
    dnsSearchDomains: container.dnsSearchDomains,
    dnsServers: container.dnsServers,
    dockerSecurityOptions: container.dockerSecurityOptions,
    extraHosts: container.extraHosts,
    hostname: container.hostname,
    "linuxParameters.capabilities.add other than SYS_PTRACE": capabilities.length > 0 || undefined,
    "linuxParameters.devices": linux?.devices,
    "linuxParameters.maxSwap": linux?.maxSwap,
    "linuxParameters.sharedMemorySize": linux?.sharedMemorySize,
    "linuxParameters.swappiness": linux?.swappiness,
    "linuxParameters.tmpfs": linux?.tmpfs,
    "logConfiguration.logDriver other than awslogs, awsfirelens and splunk": isForeignDriver || undefined,
    privileged: container.privileged || undefined,
    resourceRequirements: container.resourceRequirements,
  }).map((key) => `containerDefinitions[${container.name}].${key}`);
}

const present = (values: Readonly<Record<string, unknown>>) =>
  Object.keys(values).filter((key) => values[key] !== undefined);
