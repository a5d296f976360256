import { nameOf } from "../arn";
import type { RunningTask } from "../aws/running-tasks";
import { DEFENDER, DEFENDER_VARIABLES } from "../defender";
import { isJsonObject, objectsIn } from "../json";
import { describe } from "../protection/deviation";
import { excerpt, join, type SafeText, text } from "../text/safe-text";
import { type CheckedDefinition, revisionName } from "./checked-definition";
import { NONE } from "./defenders";
import type { Facts } from "./read-facts";
import { remedyForOutdated, remedyForUnprotected } from "./revision-remedy";
import type { Verdict } from "./verdict";
import { isOlder, isUnsupported, SUPPORTED_BEFORE } from "./versions";

type Judgement = { readonly verdict: Verdict; readonly reason: SafeText; readonly remedy: SafeText };

type Check = (task: RunningTask, definition: CheckedDefinition, facts: Facts) => Omit<Judgement, "verdict"> | undefined;

/** Returns the worst verdict that applies to a task. An unknown fact never makes it protected. */
export function judge(task: RunningTask, definition: CheckedDefinition, facts: Facts): Judgement {
  for (const [verdict, check] of CHECKS) {
    const found = check(task, definition, facts);
    if (found) return { verdict, ...found };
  }
  const version = versionOf(definition, facts);
  const reason = text`Every container is wrapped, and the Defender ${version ?? ""} is healthy and connected.`;
  return { verdict: "protected", reason, remedy: text`Nothing to do.` };
}

const unprotected: Check = (task, definition, facts) => {
  const [first, ...others] = definition.structure.deviations;
  if (!first) return undefined;
  const what = text`${revisionName(definition)} is not a protected task definition: ${describe(first)}`;
  const reason = others.length === 0 ? what : text`${what} (${others.length} more)`;
  return { reason, remedy: remedyForUnprotected(task, definition, facts) };
};

const overridden: Check = (task) => {
  const changed = protectionOverrides(task);
  if (changed.length === 0) return undefined;
  return {
    reason: text`The task was started with overrides of its protection: ${join(changed, "; ")}.`,
    remedy: text`Run it again without them: look at what starts it, such as a schedule, a state machine or a script.`,
  };
};

/**
 * Lists the overrides of its protection that a task was started with: container and field. Another command of an
 * application isn't one, since the wrapper is the entry point, which no override replaces.
 */
function protectionOverrides({ overrides }: RunningTask): readonly SafeText[] {
  return overrides.flatMap(({ container, fields, variables }) => {
    const changed =
      container === DEFENDER
        ? fields
        : variables.filter((name) => DEFENDER_VARIABLES.includes(name)).map((name) => `environment ${name}`);
    return changed.map((field) => text`container ${excerpt(container, 120)}, ${field}`);
  });
}

const notHealthy: Check = (task, definition) => {
  const sidecar = task.containers.find(({ name }) => name === DEFENDER);
  const wait = text`Wait until it has started. If it doesn't, look at the events of ${ownerOf(task)}.`;
  if (task.lastStatus !== "RUNNING")
    return { reason: text`The task is ${task.lastStatus}, not RUNNING yet.`, remedy: wait };
  const look = text`Look at the logs of ${DEFENDER} and whether the task reaches the Console, then replace the task ${nameOf(task.arn)}.`;
  if (!sidecar) return { reason: text`The running task has no container ${DEFENDER}.`, remedy: look };
  const { lastStatus, healthStatus } = sidecar;
  if (lastStatus !== "RUNNING") {
    return { reason: text`${DEFENDER} is ${lastStatus || "in no known state"}, not RUNNING.`, remedy: look };
  }
  if (healthStatus === "HEALTHY" || !hasHealthCheck(definition)) return undefined;
  return { reason: text`${DEFENDER} is RUNNING, but its health is ${healthStatus}.`, remedy: look };
};

// Old Consoles add no health check, and then ECS reports no health.
function hasHealthCheck({ definition }: CheckedDefinition): boolean {
  const containers = objectsIn(definition.containerDefinitions);
  return containers.some(({ name, healthCheck }) => name === DEFENDER && isJsonObject(healthCheck));
}

const notConnected: Check = (_, { family }, facts) => {
  const running = facts.running.get(family) ?? 0;
  const { connected, stale, elsewhere } = facts.defenders.get(family) ?? NONE;
  if (connected >= running) return undefined;
  const counts = [
    text`${running} run`,
    text`${connected} connected`,
    ...(stale > 0 ? [text`${stale} disconnected within the last hour`] : []),
    ...(elsewhere > 0 ? [text`${elsewhere} connected from another account or region`] : []),
  ];
  return {
    reason: text`Family ${family}, Defenders: ${join(counts)}. The Console doesn't say which tasks they belong to.`,
    remedy: text`Check that the tasks reach the Console (egress, DNS, proxy), and that their install bundle is this Console's.`,
  };
};

const unsupported: Check = (task, definition, facts) => {
  const version = versionOf(definition, facts);
  if (version === undefined || !isUnsupported(version, facts.consoleVersion)) return undefined;
  const what = text`The Defender is ${version}, but a Console ${facts.consoleVersion} supports only Defenders up to ${SUPPORTED_BEFORE} releases older.`;
  return { reason: what, remedy: remedyForOutdated(task, definition, facts) };
};

const outdated: Check = (task, definition, facts) => {
  const version = versionOf(definition, facts);
  const remedy = remedyForOutdated(task, definition, facts);
  if (version === undefined) {
    return {
      reason: text`The Defender's version is not known: neither its image's tag nor the Console says it.`,
      remedy,
    };
  }
  if (!isOlder(version, facts.consoleVersion)) return undefined;
  const what = text`The Defender is ${version}, older than the Console, ${facts.consoleVersion}.`;
  return { reason: text`${what} A Fargate Defender is never upgraded in place.`, remedy };
};

const leftOut: Check = (_, { structure }) => {
  const names = structure.containers.filter(({ state }) => state === "left-out").map(({ name }) => excerpt(name, 80));
  if (names.length === 0) return undefined;
  const remedy = text`Remove them from runtimeDefense.exclude of the task's file, unless you leave them out on purpose.`;
  return { reason: text`Not under runtime defense: ${join(names)}.`, remedy };
};

const CHECKS: readonly (readonly [Verdict, Check])[] = [
  ["unprotected", unprotected],
  ["unprotected", overridden],
  ["defender-not-healthy", notHealthy],
  ["not-connected", notConnected],
  ["unsupported-defender", unsupported],
  ["outdated-defender", outdated],
  ["left-out", leftOut],
];

/** Returns the version in the image's tag or, if a mirror's tag has none, the oldest of the family's connected Defenders. */
function versionOf({ structure, family }: CheckedDefinition, { defenders }: Facts): string | undefined {
  if (structure.defenderVersion !== undefined) return structure.defenderVersion;
  const [first, ...others] = (defenders.get(family) ?? NONE).versions;
  return first && others.reduce((oldest, version) => (isOlder(version, oldest) ? version : oldest), first);
}

function ownerOf({ service, arn }: RunningTask): SafeText {
  return service === undefined ? text`the task ${nameOf(arn)}` : text`the service ${service}`;
}
