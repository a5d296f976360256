import { joinWords } from "../join-words";
import { asText, type JsonObject } from "../json";
import { notice, type Step } from "./finding";
import { joinedPath, walk } from "./json-path";

/** The paths that ECS documents as refused on Fargate, each followed by the values that are allowed. */
const REFUSED: readonly (readonly [pattern: RegExp, ...allowed: readonly string[]])[] = [
  [/^(ipcMode|placementConstraints)$/],
  [/^pidMode$/, "task"],
  [/^volumes\.\d+\.(host\.sourcePath|dockerVolumeConfiguration|fsxWindowsFileServerVolumeConfiguration)$/],
  [/^containerDefinitions\.\d+\.(disableNetworking|dnsSearchDomains|dnsServers|dockerSecurityOptions)$/],
  [/^containerDefinitions\.\d+\.(extraHosts|hostname|privileged|resourceRequirements)$/],
  [/^containerDefinitions\.\d+\.linuxParameters\.(devices|maxSwap|sharedMemorySize|swappiness)$/],
  [/^containerDefinitions\.\d+\.linuxParameters\.capabilities\.add$/, "SYS_PTRACE"],
  [/^containerDefinitions\.\d+\.logConfiguration\.logDriver$/, "awslogs", "awsfirelens", "splunk"],
];

/** Yields a notice for each, not a problem: these lists change, and ECS refuses the task at registration. */
export function* checkUnsupported(task: JsonObject): Step {
  for (const [path, value] of walk(task)) {
    const place = joinedPath(path);
    const rule = REFUSED.find(([pattern]) => pattern.test(place));
    if (!rule) continue;
    const [, ...allowed] = rule;
    if ([value].flat().every((one) => one === false || allowed.includes(asText(one)))) continue;
    const choice = joinWords(allowed, "or");
    const rest = choice === "" ? "Fargate refuses it. Remove it." : `Fargate takes only ${choice}. Change it.`;
    yield notice(path)`is kept, but ECS documents that ${rest}`;
  }
}
