import { notice, problem, quoted, type Step } from "./finding";
import { show, walk } from "./json-path";
import type { TaskDefinition } from "./schema";

/** What ECS is documented to refuse on Fargate, but for the values that follow. */
const REFUSED: readonly (readonly [place: RegExp, ...allowed: readonly string[]])[] = [
  [/^(ipcMode|placementConstraints)$/],
  [/^pidMode$/, "task"],
  [/^volumes\.\d+\.(host\.sourcePath|dockerVolumeConfiguration|fsxWindowsFileServerVolumeConfiguration)$/],
  [/^containerDefinitions\.\d+\.(disableNetworking|dnsSearchDomains|dnsServers|dockerSecurityOptions)$/],
  [/^containerDefinitions\.\d+\.(extraHosts|hostname|privileged|resourceRequirements)$/],
  [/^containerDefinitions\.\d+\.linuxParameters\.(devices|maxSwap|sharedMemorySize|swappiness|tmpfs)$/],
  [/^containerDefinitions\.\d+\.linuxParameters\.capabilities\.add$/, "SYS_PTRACE"],
  [/^containerDefinitions\.\d+\.logConfiguration\.logDriver$/, "awslogs", "awsfirelens", "splunk"],
];

const LIST = new Intl.ListFormat("en-GB");

/** The Defender for Fargate runs on Linux/X86_64 in awsvpc mode alone. */
export function* checkPlatform(task: TaskDefinition): Step {
  const { networkMode, requiresCompatibilities, runtimePlatform: platform = {} } = task;
  const { operatingSystemFamily: system = "LINUX", cpuArchitecture: architecture = "X86_64" } = platform;
  if (system !== "LINUX") {
    const why = "the Defender for Fargate runs on nothing else";
    yield problem(`runtimePlatform.operatingSystemFamily: must be LINUX, ${why}, got ${quoted(system)}.`);
  }
  if (architecture !== "X86_64") {
    const why = "the Defender for Fargate is built for nothing else";
    yield problem(
      `runtimePlatform.cpuArchitecture: must be X86_64, ${why}, got ${quoted(architecture)}. Build the images for it.`,
    );
  }
  if (!requiresCompatibilities.includes("FARGATE")) {
    const kinds = quoted(requiresCompatibilities.join(", "));
    yield problem(
      `requiresCompatibilities: this is a task for ${kinds}, only FARGATE can be protected this way. Add it.`,
    );
  }
  if (networkMode !== "awsvpc") {
    yield problem(`networkMode: must be awsvpc on Fargate, got ${quoted(networkMode)}.`);
  }
  for (const { name, links } of task.containerDefinitions) {
    if (links)
      yield problem(`containerDefinitions[${name}].links: not on Fargate; containers reach each other by localhost.`);
  }
  for (const { path, value } of walk(task)) {
    const rule = REFUSED.find(([place]) => place.test(path.join(".")));
    if (!rule) continue;
    const [, ...allowed] = rule;
    const isAllowed = [value].flat().every((one) => one === false || allowed.includes(String(one)));
    if (isAllowed) continue;
    const what = show(task, path) + (allowed.length > 0 ? ` other than ${LIST.format(allowed)}` : "");
    yield notice(`${what} is carried over, though ECS is documented to refuse it on Fargate. Take it off.`);
  }
}
