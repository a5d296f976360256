/** Where an ARN lies: `arn:aws:ecs:eu-west-1:111122223333:…`. */
export type Place = { readonly region: string; readonly account: string };

const ARN = /^arn:aws[\w-]*:ecs:([a-z0-9-]+):(\d{12}):(.+)$/;

/** Undefined for what is not the ARN of something in ECS. */
export function placeOf(arn: string): Place | undefined {
  const [, region, account] = ARN.exec(arn) ?? [];
  return region !== undefined && account !== undefined ? { region, account } : undefined;
}

/** What follows the kind: `web` of a cluster's, `web:3` of a task definition's, the id of a task's. */
export function nameOf(arn: string): string {
  return (ARN.exec(arn)?.[3] ?? arn).split("/").at(-1) ?? arn;
}
