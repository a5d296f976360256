import { notice, problem, type Step } from "./finding";
import { pathText, walk } from "./json-path";
import type { TaskDefinition } from "./schema";

/** What ECS is documented to refuse on Fargate, but for the values that follow. */
const REFUSED: readonly (readonly [pattern: RegExp, ...allowed: readonly string[]])[] = [
  [/^(ipcMode|placementConstraints)$/],
  [/^pidMode$/, "task"],
  [/^volumes\.\d+\.(host\.sourcePath|dockerVolumeConfiguration|fsxWindowsFileServerVolumeConfiguration)$/],
  [/^containerDefinitions\.\d+\.(disableNetworking|dnsSearchDomains|dnsServers|dockerSecurityOptions)$/],
  [/^containerDefinitions\.\d+\.(extraHosts|hostname|privileged|resourceRequirements)$/],
  [/^containerDefinitions\.\d+\.linuxParameters\.(devices|maxSwap|sharedMemorySize|swappiness|tmpfs)$/],
  [/^containerDefinitions\.\d+\.linuxParameters\.capabilities\.add$/, "SYS_PTRACE"],
  [/^containerDefinitions\.\d+\.logConfiguration\.logDriver$/, "awslogs", "awsfirelens", "splunk"],
];

/** Fargate has no links; what else it is said to refuse is a notice, for such lists change. */
export function* checkFargate(task: TaskDefinition): Step {
  for (const { name, links } of task.containerDefinitions) {
    const why = "not on Fargate; containers reach each other by localhost.";
    if (links) yield problem(`containerDefinitions[${name}].links: ${why}`);
  }
  for (const { path, value } of walk(task)) {
    const place = path.join(".");
    const rule = REFUSED.find(([pattern]) => pattern.test(place));
    if (!rule) continue;
    const [, ...allowed] = rule;
    if ([value].flat().every((one) => one === false || allowed.includes(String(one)))) continue;
    const others = allowed.join(", ").replace(/, (?=\w+$)/, " and ");
    const what = `${pathText(task, path)}${others && ` other than ${others}`}`;
    yield notice(`${what} is carried over, though ECS is documented to refuse it on Fargate. Take it off.`);
  }
}
