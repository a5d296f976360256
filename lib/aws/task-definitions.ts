import { DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import pMap from "p-map";

import { AwsError } from "../errors";
import { clean, isJsonObject, type JsonObject } from "../json";
import { quote, text } from "../text/safe-text";
import type { Ecs } from "./ecs";

/** A revision as ECS holds it. */
export type RegisteredDefinition = {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  /** As DescribeTaskDefinition gives it, dates as text; without nulls, empty lists and empty objects. */
  readonly definition: JsonObject;
};

/**
 * Each of the revisions once, by what it was asked for: an ARN, `family:revision`, or a family's name for its newest.
 *
 * @throws AwsError when one is not there.
 */
export async function readDefinitions(
  ecs: Ecs,
  names: readonly string[],
): Promise<ReadonlyMap<string, RegisteredDefinition>> {
  const read = async (name: string) => [name, await readDefinition(ecs, name)] as const;
  return new Map(await pMap(new Set(names), read, { concurrency: ecs.concurrency }));
}

async function readDefinition(ecs: Ecs, taskDefinition: string): Promise<RegisteredDefinition> {
  const answer = await ecs.ask("ecs:DescribeTaskDefinition", (client, options) =>
    client.send(new DescribeTaskDefinitionCommand({ taskDefinition }), options),
  );
  const definition: unknown = JSON.parse(JSON.stringify(answer.taskDefinition ?? null));
  if (isJsonObject(definition)) {
    const { taskDefinitionArn: arn, family, revision } = definition;
    if (typeof arn === "string" && typeof family === "string" && typeof revision === "number") {
      return { arn, family, revision, definition: clean(definition) };
    }
  }
  throw new AwsError([
    text`ECS described a task definition without its ARN, family or revision: ${quote(taskDefinition)}: ecs:DescribeTaskDefinition in ${ecs.region}. Check AWS_ENDPOINT_URL.`,
  ]);
}
