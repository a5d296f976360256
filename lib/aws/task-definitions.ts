import pMap from "p-map";

import { AwsError } from "../errors";
import { clean, type JsonObject, objectOf } from "../json";
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
 * Reads each revision once. The keys are the names asked for: an ARN, or `family:revision`.
 *
 * @throws AwsError when one is not there.
 */
export async function readDefinitions(ecs: Ecs, names: readonly string[]): Promise<Definitions> {
  const found = await readAll(ecs, names);
  const missing = [...new Set(names)].filter((name) => !found.has(name));
  if (missing.length === 0) return found;
  throw new AwsError(
    missing.map(
      (name) =>
        text`ECS has no task definition ${quote(name)}: ecs:DescribeTaskDefinition in ${ecs.region}. Check its name, AWS_REGION and AWS_PROFILE.`,
    ),
  );
}

type Definitions = ReadonlyMap<string, RegisteredDefinition>;

/** Reads each family's newest active revision; a family with none left has no entry. @throws AwsError */
export function readNewest(ecs: Ecs, families: readonly string[]): Promise<Definitions> {
  return readAll(ecs, families);
}

async function readAll(ecs: Ecs, names: readonly string[]): Promise<Definitions> {
  const read = async (name: string) => [name, await readDefinition(ecs, name)] as const;
  const all = await pMap(new Set(names), read, { concurrency: ecs.concurrency });
  return new Map(all.flatMap(([name, definition]) => (definition ? [[name, definition] as const] : [])));
}

async function readDefinition(ecs: Ecs, taskDefinition: string): Promise<RegisteredDefinition | undefined> {
  const answer = await ecs.ask("ecs:DescribeTaskDefinition", (client, options) =>
    client.describeTaskDefinition({ taskDefinition }, options).catch(undefinedIfMissing),
  );
  if (answer === undefined) return undefined;
  const definition = objectOf(JSON.parse(JSON.stringify(answer.taskDefinition ?? null)));
  const { taskDefinitionArn: arn, family, revision } = definition;
  if (typeof arn === "string" && typeof family === "string" && typeof revision === "number") {
    return { arn, family, revision, definition: clean(definition) };
  }
  throw new AwsError([
    text`ECS described a task definition without its ARN, family or revision: ${quote(taskDefinition)}: ecs:DescribeTaskDefinition in ${ecs.region}. Check AWS_ENDPOINT_URL.`,
  ]);
}

function undefinedIfMissing(error: unknown): undefined {
  const isMissing = error instanceof Error && /unable to describe task definition/i.test(error.message);
  if (!isMissing) throw error;
}
