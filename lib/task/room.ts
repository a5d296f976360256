import { notice, problem, type Step } from "./finding";
import type { RuntimeDefense } from "./runtime-defense";
import type { TaskDefinition } from "./schema";

/** CPU units and MiB. */
export type Size = { readonly cpu: number; readonly memory: number };

const DEFENDER_MEMORY = 256;
const MAX_CONTAINERS = 10;
/** What RegisterTaskDefinition takes at most, as JSON. */
export const MAX_BYTES = 64 * 1024;

/** Every size that Fargate has, small to large: cpu, then memory from, to, step. */
const SIZES: readonly Size[] = [
  [256, 512, 1024, 512],
  [256, 2048, 2048, 1024],
  [512, 1024, 4096, 1024],
  [1024, 2048, 8192, 1024],
  [2048, 4096, 16384, 1024],
  [4096, 8192, 30720, 1024],
  [8192, 16384, 61440, 4096],
  [16384, 32768, 122880, 8192],
].flatMap(([cpu = 0, from = 0, to = 0, step = 0]) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => ({ cpu, memory: from + index * step })),
);

/** What the Defender takes of the task: what `sidecar` says, else nothing of the CPU and 256 MiB. */
export function defenderShare({ sidecar }: RuntimeDefense): Size {
  return { cpu: sidecar.cpu ?? 0, memory: reserved(sidecar) || DEFENDER_MEMORY };
}

/** The task, raised to the next size of Fargate that holds the Defender too where it was asked for. */
export function* withRoom(task: TaskDefinition, runtimeDefense: RuntimeDefense): Step<TaskDefinition> {
  yield* checkLimits(task, runtimeDefense);
  const { sidecar, raiseToFit } = runtimeDefense;
  const containers = task.containerDefinitions;
  const size: Size = { cpu: Number(task.cpu), memory: Number(task.memory) };
  const share = defenderShare(runtimeDefense);
  const taken: Size = { cpu: sum(containers.map(({ cpu = 0 }) => cpu)), memory: sum(containers.map(reserved)) };
  const largest = Math.max(...[...containers, sidecar].map(({ memory = 0 }) => memory));
  const needed = (memory: number) => ({ cpu: taken.cpu + share.cpu, memory: Math.max(taken.memory + memory, largest) });

  const isLegal = SIZES.some((legal) => holds(legal, size) && holds(size, legal));
  if (isLegal && holds(size, needed(share.memory))) return task;
  const why = isLegal
    ? `The containers take ${sizeText(taken)}${largest > taken.memory ? ` (one up to ${largest} MiB)` : ""}, ` +
      `the Defender ${sizeText(share)}: more than the task's ${sizeText(size)}.`
    : `Fargate has no size of ${sizeText(size)}.`;
  const next = SIZES.find((legal) => holds(legal, size) && holds(legal, needed(share.memory)));
  if (next && raiseToFit) {
    yield notice(`${why} Raised from ${sizeText(size)} to ${sizeText(next)}.`);
    return { ...task, cpu: String(next.cpu), memory: String(next.memory) };
  }
  const remedy = next
    ? `The next size that fits is ${sizeText(next)}: set it, or runtimeDefense.raiseToFit.`
    : "No size of Fargate fits. Lower what the containers reserve.";
  // ECS itself doesn't know of the 256 MiB.
  const registers = isLegal && holds(size, needed(reserved(sidecar)));
  yield (registers ? notice : problem)(`${why} ${remedy}`);
  return task;
}

function* checkLimits(task: TaskDefinition, { sidecar }: RuntimeDefense): Step {
  const count = task.containerDefinitions.length + 1;
  if (count > MAX_CONTAINERS) {
    yield problem(`With the Defender the task has ${count} containers, ECS takes ${MAX_CONTAINERS}. Split the task.`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(task));
  if (bytes > MAX_BYTES) {
    const limit = `ECS takes ${MAX_BYTES}. Split the task.`;
    yield problem(`The task definition has ${bytes} bytes without the Defender, ${limit}`);
  }
  for (const { name, memory, memoryReservation } of [...task.containerDefinitions, { name: undefined, ...sidecar }]) {
    if (memory === undefined || memory >= (memoryReservation ?? 0)) continue;
    const at = name === undefined ? "runtimeDefense.sidecar" : `containerDefinitions[${name}]`;
    yield problem(`${at}: memory must not be below memoryReservation, got ${memory} and ${memoryReservation}.`);
  }
}

type Limits = { readonly memory?: number | undefined; readonly memoryReservation?: number | undefined };

const reserved = ({ memory = 0, memoryReservation = memory }: Limits) => memoryReservation;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const holds = (outer: Size, inner: Size) => outer.cpu >= inner.cpu && outer.memory >= inner.memory;
const sizeText = ({ cpu, memory }: Size) => `cpu ${cpu} and memory ${memory} MiB`;
