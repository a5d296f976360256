import * as v from "valibot";

import { placeOf } from "../arn";
import { AwsError } from "../errors";
import { quote, text } from "../text/safe-text";
import { checkComplete, readBatches, readList } from "./batches";
import type { Ecs } from "./ecs";

/** A task that runs, is about to, or is being stopped. */
export type RunningTask = Readonly<ReturnType<typeof parseRunningTask>>;

/**
 * Reads the cluster's tasks: also those that are being stopped, since their containers run until their connections are drained.
 *
 * @throws AwsError when a task can't be read.
 */
export async function readRunningTasks(ecs: Ecs, cluster: string): Promise<readonly RunningTask[]> {
  // RUNNING includes pending tasks. STOPPED is read after it, so that a task that changes between the calls is in one of them.
  const kept = await listTasks(ecs, cluster, "RUNNING");
  const stopped = await listTasks(ecs, cluster, "STOPPED");
  return readBatches(ecs, [...new Set([...kept, ...stopped])], 100, async (tasks) => {
    const answer = await ecs.ask("ecs:DescribeTasks", (client, options) =>
      client.describeTasks({ cluster, tasks }, options),
    );
    const described = (answer.tasks ?? []).map((task) => parseRunningTask(task, cluster, ecs.region));
    const answered = described.map(({ arn }) => arn);
    checkComplete("ecs:DescribeTasks", tasks, answered, answer.failures);
    return described.filter(({ lastStatus }) => !STOPPED.includes(lastStatus));
  });
}

function listTasks(ecs: Ecs, cluster: string, desiredStatus: "RUNNING" | "STOPPED"): Promise<readonly string[]> {
  return readList("ecs:ListTasks", async (nextToken) => {
    const answer = await ecs.ask("ecs:ListTasks", (client, options) =>
      // No launchType: whether that finds Fargate Spot isn't documented.
      client.listTasks({ cluster, desiredStatus, nextToken, maxResults: 100 }, options),
    );
    return { arns: answer.taskArns, nextToken: answer.nextToken };
  });
}

const STOPPED = ["DEPROVISIONING", "STOPPED", "DELETED"];
const STOPPING = ["DEACTIVATING", "STOPPING"];

function parseRunningTask(task: unknown, cluster: string, region: string) {
  const { success, output, issues } = v.safeParse(TaskSchema, task);
  if (!success) {
    const path = v.getDotPath(issues[0]) ?? "task";
    throw new AwsError([
      text`ECS described a task whose ${path} is missing or has the wrong type: ecs:DescribeTasks in ${region}. Check AWS_ENDPOINT_URL.`,
    ]);
  }
  const { taskArn, taskDefinitionArn, lastStatus, launchType, capacityProviderName, group, desiredStatus } = output;
  checkPlace([taskArn, taskDefinitionArn], cluster);
  const isFargate = launchType === "FARGATE" || /^FARGATE/.test(capacityProviderName);
  return {
    arn: taskArn,
    /** Whether it is on Fargate, runs or is about to, and should keep running. */
    counts: isFargate && desiredStatus !== "STOPPED" && !STOPPING.includes(lastStatus),
    /** The ARN of its cluster. */
    cluster,
    /** The service that started it; undefined for a standalone task. */
    service: /^service:(.+)$/.exec(group)?.[1],
    /** The ARN of its task definition. */
    taskDefinition: taskDefinitionArn,
    /** `PROVISIONING`, `PENDING`, `ACTIVATING` or `RUNNING`, if it counts. */
    lastStatus,
    containers: output.containers,
    overrides: output.overrides.containerOverrides.map(parseOverride),
  };
}

// The SDK doesn't check the types of an answer's lists and texts.
const optional = v.nullish(v.string(), "");
const list = <S extends v.GenericSchema>(element: S) => v.nullish(v.array(element), []);

const OverrideSchema = v.object({
  name: v.string(),
  command: list(v.unknown()),
  environment: list(v.object({ name: v.string() })),
  environmentFiles: list(v.unknown()),
});

const TaskSchema = v.object({
  taskArn: v.string(),
  taskDefinitionArn: v.string(),
  lastStatus: v.string(),
  desiredStatus: optional,
  launchType: optional,
  capacityProviderName: optional,
  group: optional,
  containers: list(
    v.object({
      name: optional,
      /** `PENDING`, `RUNNING`, `STOPPED`; empty when ECS doesn't say. */
      lastStatus: optional,
      /** `HEALTHY`, `UNHEALTHY` or `UNKNOWN`; also `UNKNOWN` when ECS doesn't say. */
      healthStatus: v.nullish(v.string(), "UNKNOWN"),
    }),
  ),
  overrides: v.nullish(v.object({ containerOverrides: list(OverrideSchema) }), {}),
});

/** The values that override one container's definition in this task, as far as they may affect the Defender. */
function parseOverride({ name, ...lists }: v.InferOutput<typeof OverrideSchema>) {
  return {
    container: name,
    /** The overridden fields, out of `command`, `environment` and `environmentFiles`. */
    fields: Object.entries(lists).flatMap(([field, elements]) => (elements.length > 0 ? [field] : [])),
    /** The names of the variables in `environment`. */
    variables: lists.environment.map((variable) => variable.name),
  };
}

function checkPlace(arns: readonly string[], cluster: string): void {
  const place = placeOf(cluster);
  for (const arn of arns) {
    const its = placeOf(arn);
    if (its && its.region === place?.region && its.account === place.account) continue;
    throw new AwsError([
      text`Two accounts or regions are mixed up: the cluster ${quote(cluster)} is said to run ${quote(arn)}. Check AWS_ENDPOINT_URL.`,
    ]);
  }
}
