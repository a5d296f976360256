/** The partition, region and account of an ARN: `arn:aws:ecs:eu-west-1:111122223333:…`. */
export type Place = { readonly partition: string; readonly region: string; readonly account: string };

const ARN = /^arn:(?<partition>aws[\w-]*):ecs:(?<region>[a-z0-9-]+):(?<account>\d{12}):(?<resource>.+)$/;

/** Undefined unless it is the ARN of an ECS resource. */
export function placeOf(arn: string): Place | undefined {
  const { partition, region, account } = ARN.exec(arn)?.groups ?? {};
  if (partition === undefined || region === undefined || account === undefined) return undefined;
  return { partition, region, account };
}

/** The account in the ARN of any service's resource; undefined when it has none. */
export function accountOf(arn: string): string | undefined {
  return /^arn:[^:]+:[^:]+:[^:]*:(\d{12}):/.exec(arn)?.[1];
}

/** The last part of an ARN: `web` for a cluster, `web:3` for a task definition, the id for a task. */
export function nameOf(arn: string): string {
  return (ARN.exec(arn)?.groups?.resource ?? arn).split("/").at(-1) ?? arn;
}
