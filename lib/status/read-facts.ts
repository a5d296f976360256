import pMap from "p-map";

import { placeOf } from "../arn";
import { type Cluster, readClusters } from "../aws/clusters";
import type { Ecs } from "../aws/ecs";
import { readServices } from "../aws/services";
import { type RegisteredDefinition, readDefinitions, readNewest } from "../aws/task-definitions";
import { type RunningTask, readTasks } from "../aws/tasks";
import type { Console } from "../console/console";
import { checkStructure, type StructureFacts } from "../protection/structure";
import { defendersByFamily } from "./connected";
import type { CheckedDefinition, Facts } from "./facts";
import { runningDefenders } from "./running";
import type { Status } from "./status";

export type Sources = {
  readonly ecs: Ecs;
  /** Names or ARNs. */
  readonly clusters: readonly string[] | "all";
  readonly console: Pick<Console, "version" | "defenders">;
  readonly expected: StructureFacts;
  /** @default the system's */
  readonly now?: () => Date;
};

/** What Defenders of Fargate tasks are called in the Console's list. */
const TYPES = ["fargate", "appEmbedded"];

/**
 * Reads both sides in full: the tasks first, so that a Defender that connects meanwhile counts for its task.
 *
 * @throws AwsError, ConsoleError when one of them can't be read.
 */
export async function readFacts(
  sources: Sources,
): Promise<{ readonly facts: Facts; readonly readAt: Status["readAt"] }> {
  const { ecs, console, expected, now = () => new Date() } = sources;
  const clusters = await readClusters(ecs, sources.clusters);
  const tasks = (await pMap(clusters, (cluster) => readTasks(ecs, cluster), { concurrency: ecs.concurrency })).flat();
  const services = (
    await pMap(clusters, (cluster) => readServices(ecs, cluster, serviceNames(tasks, cluster)), {
      concurrency: ecs.concurrency,
    })
  ).flat();
  const arns = [...tasks, ...services].map(({ taskDefinition }) => taskDefinition);
  const definitions = await readDefinitions(ecs, arns);
  const families = [...definitions.values()].map(({ family }) => family);
  const newest = await readNewest(ecs, families);
  const aws = now().toISOString();
  const [consoleVersion, defenders] = await Promise.all([console.version(), console.defenders({ types: TYPES })]);
  // One look at each revision, however many names it was found by.
  const checked = new Map<string, CheckedDefinition>();
  const check = (definition: RegisteredDefinition): CheckedDefinition => {
    const known = checked.get(definition.arn) ?? {
      ...definition,
      structure: checkStructure(definition.definition, expected),
    };
    checked.set(definition.arn, known);
    return known;
  };
  const checkAll = (found: ReadonlyMap<string, RegisteredDefinition>) =>
    new Map([...found].map(([name, definition]) => [name, check(definition)]));
  const checkedDefinitions = checkAll(definitions);
  return {
    facts: {
      tasks,
      services,
      definitions: checkedDefinitions,
      running: runningDefenders(tasks, checkedDefinitions),
      newest: checkAll(newest),
      defenders: defendersByFamily(defenders, { region: ecs.region, account: accountOf(clusters) }),
      consoleVersion,
    },
    readAt: { aws, console: now().toISOString() },
  };
}

function serviceNames(tasks: readonly RunningTask[], cluster: Cluster): readonly string[] {
  const ofCluster = tasks.filter((task) => task.cluster.arn === cluster.arn);
  return [...new Set(ofCluster.flatMap(({ service }) => service ?? []))];
}

function accountOf([cluster]: readonly Cluster[]): string {
  return (cluster && placeOf(cluster.arn)?.account) ?? "";
}
