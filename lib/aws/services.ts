import { readBatches } from "./batches";
import type { Ecs } from "./ecs";

export type Service = {
  /** The ARN of its cluster. */
  readonly cluster: string;
  readonly name: string;
  /** The ARN of the task definition that its next tasks get. */
  readonly taskDefinition: string;
};

/** Reads the cluster's services with these names; services that are gone are left out. @throws AwsError */
export function readServices(ecs: Ecs, cluster: string, names: readonly string[]): Promise<readonly Service[]> {
  return readBatches(ecs, names, 10, async (services) => {
    const answer = await ecs.ask("ecs:DescribeServices", (client, options) =>
      client.describeServices({ cluster, services }, options),
    );
    return (answer.services ?? []).flatMap(({ serviceName: name, taskDefinition, status }) =>
      name && taskDefinition && status !== "INACTIVE" ? [{ cluster, name, taskDefinition }] : [],
    );
  });
}
