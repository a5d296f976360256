import { defined } from "../defined";
import type { ContainerDefinition } from "../task/schema";
import type { Task } from "../task/task";

export type SidecarPlace = {
  /** The AWS region, for the log driver. */
  readonly region: string;
};

/** The sidecar with what the task's file asks for it: size, ports, the registry's credentials, and logs of its own. */
export function applySidecarPolicy(
  sidecar: ContainerDefinition,
  { definition, runtimeDefense }: Task,
  { region }: SidecarPlace,
): { readonly container: ContainerDefinition; readonly logGroup: string | undefined } {
  const { logs, ...settings } = runtimeDefense.sidecar;
  const container = { ...sidecar, ...defined(settings) };
  // "own" replaces the log configuration that the Console copied from an application container.
  const hasOwnLogs = logs === "own" || (logs && !sidecar.logConfiguration);
  if (!hasOwnLogs) return { container, logGroup: undefined };
  const logGroup = `/prisma/defender/${definition.family}`;
  const options = { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "defender" };
  return { container: { ...container, logConfiguration: { logDriver: "awslogs", options } }, logGroup };
}
