import type { RuntimeDefense } from "./runtime-defense";

/** CPU units and MiB. */
export type Size = { readonly cpu: number; readonly memory: number };

const DEFENDER_MEMORY = 256;

/** Returns the Defender's share of the task: as set in `sidecar`, else no CPU and 256 MiB. */
export function defenderShare(sidecar: RuntimeDefense["sidecar"]): Size {
  return { cpu: sidecar.cpu ?? 0, memory: reserved(sidecar) || DEFENDER_MEMORY };
}

type Limits = { readonly memory?: number | undefined; readonly memoryReservation?: number | undefined };

/** The MiB that ECS reserves for a container; 0 when it sets no limit. */
export function reserved({ memory = 0, memoryReservation = memory }: Limits): number {
  return memoryReservation;
}
