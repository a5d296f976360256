import pMap from "p-map";

import { placeOf } from "../arn";
import { readClusters } from "../aws/clusters";
import type { Ecs } from "../aws/ecs";
import { type RunningTask, readRunningTasks } from "../aws/running-tasks";
import { readServices } from "../aws/services";
import { type RegisteredDefinition, readDefinitions, readNewest } from "../aws/task-definitions";
import type { Console } from "../console/client";
import { checkStructure, type StructureFacts } from "../protection/structure";
import { type CheckedDefinition, isCurrent } from "./checked-definition";
import { defendersByFamily, runningDefenders } from "./defenders";

type Sources = {
  readonly ecs: Ecs;
  /** Names or ARNs. */
  readonly clusters: readonly string[] | "all";
  readonly console: Pick<Console, "version" | "defenders">;
  readonly expected: StructureFacts;
};

/** The types of Fargate Defenders in the Console's list. */
const TYPES = ["fargate", "appEmbedded"];

/** Everything read from ECS and from the Console. */
export type Facts = Readonly<Awaited<ReturnType<typeof readFacts>>>;

/**
 * Reads ECS and the Console in full, the tasks first, so that a Defender that connects meanwhile counts for its task.
 *
 * @throws AwsError, ConsoleError when one of them can't be read.
 */
export async function readFacts(sources: Sources) {
  const { ecs, console, expected } = sources;
  const clusters = await readClusters(ecs, sources.clusters);
  const allTasks = (
    await pMap(clusters, (cluster) => readRunningTasks(ecs, cluster), { concurrency: ecs.concurrency })
  ).flat();
  const tasks = allTasks.filter(({ counts }) => counts);
  const check = checker(expected);
  const [{ services, definitions }, { consoleVersion, defenders, consoleAt }] = await Promise.all([
    readDeployed(ecs, clusters, tasks, check),
    readConsole(console),
  ]);
  // A current revision needs no better one.
  const waiting = [...definitions.values()].filter((one) => !isCurrent(one, consoleVersion));
  const newest = check(await readNewest(ecs, [...new Set(waiting.map(({ family }) => family))]));
  return {
    tasks,
    services,
    /** By ARN: the revisions of the tasks, and of the services' next tasks. */
    definitions,
    /** By family: its newest revision, for families with a revision that isn't current. */
    newest,
    /** By family: how many tasks have a Defender that may be connected. */
    running: runningDefenders(allTasks),
    defenders: defendersByFamily(defenders, { region: ecs.region, account: placeOf(clusters[0] ?? "")?.account ?? "" }),
    consoleVersion,
    /** Time of the last answer of each side, in RFC 3339. */
    readAt: { aws: new Date().toISOString(), console: consoleAt },
  };
}

type Check = (found: ReadonlyMap<string, RegisteredDefinition>) => ReadonlyMap<string, CheckedDefinition>;

/** Reads the services of the tasks, and the revisions of both, each once. */
async function readDeployed(ecs: Ecs, clusters: readonly string[], tasks: readonly RunningTask[], check: Check) {
  const ofCluster = (cluster: string) => readServices(ecs, cluster, serviceNames(tasks, cluster));
  const services = (await pMap(clusters, ofCluster, { concurrency: ecs.concurrency })).flat();
  const arns = [...tasks, ...services].map(({ taskDefinition }) => taskDefinition);
  return { services, definitions: check(await readDefinitions(ecs, arns)) };
}

async function readConsole(console: Sources["console"]) {
  const [consoleVersion, defenders] = await Promise.all([console.version(), console.defenders(TYPES)]);
  return { consoleVersion, defenders, consoleAt: new Date().toISOString() };
}

function checker(expected: StructureFacts): Check {
  return (found) =>
    new Map(
      [...found].map(([name, definition]) => [
        name,
        { ...definition, structure: checkStructure(definition.definition, expected) },
      ]),
    );
}

function serviceNames(tasks: readonly RunningTask[], cluster: string): readonly string[] {
  const ofCluster = tasks.filter((task) => task.cluster === cluster);
  return [...new Set(ofCluster.flatMap(({ service }) => service ?? []))];
}
