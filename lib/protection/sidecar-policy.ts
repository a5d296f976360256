import { defined } from "../defined";
import type { ContainerDefinition } from "../task/schema";
import type { Task } from "../task/task";

export type SidecarPlace = {
  /** The AWS region, for the log driver. */
  readonly region: string;
};

/** The sidecar with what the task's file asks for it: size, and logs where the Console gave none. */
export function applySidecarPolicy(
  sidecar: ContainerDefinition,
  { definition, runtimeDefense }: Task,
  { region }: SidecarPlace,
): { readonly container: ContainerDefinition; readonly logGroup: string | undefined } {
  const { cpu, memory, memoryReservation, logs } = runtimeDefense.sidecar;
  const sized = { ...sidecar, ...defined({ cpu, memory, memoryReservation }) };
  if (!logs || sidecar.logConfiguration) return { container: sized, logGroup: undefined };
  const logGroup = `/prisma/defender/${definition.family}`;
  const options = { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "defender" };
  return { container: { ...sized, logConfiguration: { logDriver: "awslogs", options } }, logGroup };
}
