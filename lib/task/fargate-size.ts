import { type SafeText, text } from "../text/safe-text";
import type { Draft } from "./draft";
import { notice, problem, type Step } from "./finding";
import type { RuntimeDefense } from "./runtime-defense";
import type { ContainerDefinition } from "./schema";

/** CPU units and MiB. */
type Size = { readonly cpu: number; readonly memory: number };

/** Every Fargate size, smallest first. Each row: cpu, then memory from, to, step. */
const SIZES: readonly Size[] = [
  [256, 512, 1024, 512],
  [256, 2048, 2048, 1024],
  [512, 1024, 4096, 1024],
  [1024, 2048, 8192, 1024],
  [2048, 4096, 16384, 1024],
  [4096, 8192, 30720, 1024],
  [8192, 16384, 61440, 4096],
  [16384, 32768, 122880, 8192],
  // 60, 120 and 244 GB.
  [32768, 61440, 122880, 61440],
  [32768, 249856, 249856, 1024],
].flatMap(([cpu = 0, from = 0, to = 0, step = 0]) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => ({ cpu, memory: from + index * step })),
);

const LARGEST = SIZES.reduce((_, size) => size); // the last

/**
 * Checks that the Defender has room in the task. Returns the task's size, with `raiseToFit` raised to the next Fargate
 * size that fits; undefined when the sizes can't be read.
 *
 * @param missing the keys that the file doesn't name
 */
export function* fitSize(draft: Draft, missing: ReadonlySet<string>): Step<Size | undefined> {
  const { sidecar, raiseToFit = false } = draft.runtimeDefense;
  const { cpu, memory } = draft.task.values;
  const isUnclear = draft.containers.some((container) => container.isUnclear("cpu", "memory", "memoryReservation"));
  if (!sidecar || isUnclear || !draft.isComplete || cpu === undefined || memory === undefined) return undefined;
  const containers = draft.containers.map(({ values }) => values);
  const size: Size = { cpu: Number(cpu), memory: Number(memory) };
  const share = defenderShare(sidecar);
  const taken: Size = { cpu: sum(containers.map(({ cpu = 0 }) => cpu)), memory: sum(containers.map(reserved)) };
  const largest = [...containers, sidecar].reduce((most, { memory = 0 }) => Math.max(most, memory), 0);
  const needed = (memory: number) => ({ cpu: taken.cpu + share.cpu, memory: Math.max(taken.memory + memory, largest) });

  const isLegal = SIZES.some((legal) => holds(legal, size) && holds(size, legal));
  if (isLegal && holds(size, needed(share.memory))) return size;
  const byDefault = defaultsText(missing);
  const why = isLegal
    ? text`Containers need ${sizeText(taken)}, the Defender ${sizeText(share)}${largest > taken.memory ? `, one of them up to ${largest} MiB` : ""}: more than the task's ${sizeText(size)}${byDefault}.`
    : text`Fargate has no size of ${sizeText(size)}${byDefault}.`;
  const next = SIZES.find((legal) => holds(legal, size) && holds(legal, needed(share.memory)));
  if (next && raiseToFit) {
    yield notice([])`${why} Raised from ${sizeText(size)} to ${sizeText(next)}.`;
    return next;
  }
  const remedy = next
    ? text`The next size that fits is ${sizeText(next)}: set it, or runtimeDefense.raiseToFit to true.`
    : text`No Fargate size fits: the largest is ${sizeText(LARGEST)}. Lower the task's cpu or memory, or what the containers reserve.`;
  // ECS doesn't know about the default 256 MiB, so it may still register the task.
  const registers = isLegal && holds(size, needed(reserved(sidecar)));
  yield (registers ? notice : problem)([])`${why} ${remedy}`;
  return size;
}

const DEFENDER_MEMORY = 256;

/** Returns the Defender's share of the task: as set in `sidecar`, else no CPU and 256 MiB. */
export function defenderShare(sidecar: RuntimeDefense["sidecar"]): Size {
  return { cpu: sidecar.cpu ?? 0, memory: reserved(sidecar) || DEFENDER_MEMORY };
}

/** The MiB that ECS reserves for a container; 0 when it sets no limit. */
function reserved({ memory = 0, memoryReservation = memory }: Partial<ContainerDefinition>): number {
  return memoryReservation;
}

function defaultsText(missing: ReadonlySet<string>): SafeText {
  const names = ["cpu", "memory"].filter((key) => missing.has(key));
  return names.length > 0 ? text`, the default for a file without ${names.join(" and ")}` : text``;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const holds = (outer: Size, inner: Size) => outer.cpu >= inner.cpu && outer.memory >= inner.memory;
const sizeText = ({ cpu, memory }: Size) => `cpu ${cpu} and memory ${memory} MiB`;
