/** Where an ARN lies: `arn:aws:ecs:eu-west-1:111122223333:…`. */
export type Place = { readonly partition: string; readonly region: string; readonly account: string };

const ARN = /^arn:(?<partition>aws[\w-]*):ecs:(?<region>[a-z0-9-]+):(?<account>\d{12}):(?<resource>.+)$/;

/** Undefined for what is not the ARN of something in ECS. */
export function placeOf(arn: string): Place | undefined {
  const { partition, region, account } = ARN.exec(arn)?.groups ?? {};
  if (partition === undefined || region === undefined || account === undefined) return undefined;
  return { partition, region, account };
}

/** What follows the kind: `web` of a cluster's, `web:3` of a task definition's, the id of a task's. */
export function nameOf(arn: string): string {
  return (ARN.exec(arn)?.groups?.resource ?? arn).split("/").at(-1) ?? arn;
}
