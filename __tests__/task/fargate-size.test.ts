import * as v from "valibot";

import type { JsonObject } from "../../lib/json";
import { readDraft } from "../../lib/task/draft";
import { defenderShare, fitSize } from "../../lib/task/fargate-size";
import { checkLimits } from "../../lib/task/limits";
import { RuntimeDefenseSchema } from "../../lib/task/runtime-defense";
import { run, TASK } from "./read";

type Reserved = { readonly cpu?: number; readonly memory?: number; readonly memoryReservation?: number };

const policy = (members: object = {}) => v.parse(RuntimeDefenseSchema, members);
const task = (cpu: number, memory: number, ...containers: readonly Reserved[]): JsonObject => ({
  ...TASK,
  cpu: String(cpu),
  memory: String(memory),
  containerDefinitions: (containers.length > 0 ? containers : [{}]).map((reserved, index) => ({
    name: `c${index}`,
    image: "image",
    ...reserved,
  })),
});
const sizeOf = (definition: JsonObject, members: JsonObject = {}, defaults: readonly string[] = []) =>
  run(fitSize(readDraft(definition, members), new Set(defaults)));
const limits = (definition: JsonObject, members: JsonObject = {}) =>
  run(checkLimits(definition, readDraft(definition, members)), definition).findings;
const findings = (definition: JsonObject, members: JsonObject = {}) => [
  ...limits(definition, members),
  ...sizeOf(definition, members).findings,
];

test.each([
  [{}, { cpu: 0, memory: 256 }],
  [
    { cpu: 128, memory: 300 },
    { cpu: 128, memory: 300 },
  ],
  [
    { memory: 512, memoryReservation: 128 },
    { cpu: 0, memory: 128 },
  ],
])("the Defender's share with sidecar %j is %j", (sidecar, share) => {
  expect(defenderShare(policy({ sidecar }).sidecar)).toEqual(share);
});

// cpu, then the smallest and the largest memory, and the step between.
const FARGATE: readonly (readonly [number, number, number, number])[] = [
  [512, 1024, 4096, 1024],
  [1024, 2048, 8192, 1024],
  [2048, 4096, 16_384, 1024],
  [4096, 8192, 30_720, 1024],
  [8192, 16_384, 61_440, 4096],
  [16_384, 32_768, 122_880, 8192],
];

test.each(FARGATE)("cpu %i has memory from %i to %i in steps of %i", (cpu, from, to, step) => {
  for (let memory = from; memory <= to; memory += step) expect(findings(task(cpu, memory))).toEqual([]);
  for (const memory of [from - step, from + 1, to + step]) {
    expect(findings(task(cpu, memory))[0]).toMatchObject({
      kind: "problem",
      text: expect.stringContaining(`Fargate has no size of cpu ${cpu} and memory ${memory} MiB. `),
    });
  }
});

test.each([
  [256, 512],
  [256, 1024],
  [256, 2048],
  [32_768, 61_440],
  [32_768, 122_880],
  [32_768, 249_856],
])("cpu %i has memory %i", (cpu, memory) => {
  expect(findings(task(cpu, memory))).toEqual([]);
});

const NO_SIZE =
  "No Fargate size fits: the largest is cpu 32768 and memory 249856 MiB. Lower the task's cpu or memory, or what the containers reserve.";

test.each([
  [256, 1536, "The next size that fits is cpu 256 and memory 2048 MiB"],
  [256, 3072, "The next size that fits is cpu 512 and memory 3072 MiB"],
  [300, 512, "The next size that fits is cpu 512 and memory 1024 MiB"],
  [2048, 30_720, "The next size that fits is cpu 4096 and memory 30720 MiB"],
  [16_384, 131_072, "The next size that fits is cpu 32768 and memory 249856 MiB"],
  [32_768, 65_536, "The next size that fits is cpu 32768 and memory 122880 MiB"],
  [65_536, 249_856, NO_SIZE],
])("cpu %i with memory %i is not a Fargate size: %s", (cpu, memory, remedy) => {
  expect(findings(task(cpu, memory))).toEqual([
    {
      kind: "problem",
      text: expect.stringContaining(`Fargate has no size of cpu ${cpu} and memory ${memory} MiB. ${remedy}`),
    },
  ]);
});

test.each<[string, number, readonly Reserved[], JsonObject, "none" | "notice" | "problem"]>([
  ["256 MiB left", 512, [{ memoryReservation: 256 }], {}, "none"],
  ["255 MiB left", 512, [{ memoryReservation: 257 }], {}, "notice"],
  ["a reservation that counts in place of the limit", 512, [{ memory: 512, memoryReservation: 100 }], {}, "none"],
  ["nothing left", 512, [{ memory: 512 }], {}, "notice"],
  ["one MiB too much", 512, [{ memory: 256 }, { memory: 257 }], {}, "problem"],
  ["a limit above the task's memory", 512, [{ memory: 513, memoryReservation: 6 }], {}, "problem"],
  ["a sidecar that just fits", 512, [{ memory: 384 }], { memoryReservation: 128 }, "none"],
  ["a sidecar that just doesn't fit", 512, [{ memory: 385 }], { memoryReservation: 128 }, "problem"],
  ["a sidecar's limit above the task's memory", 512, [], { memory: 600, memoryReservation: 128 }, "problem"],
  ["all CPU taken", 512, [{ cpu: 128 }, { cpu: 128 }], {}, "none"],
  ["a CPU unit too much", 512, [{ cpu: 128 }, { cpu: 129 }], {}, "problem"],
  ["a sidecar's CPU that doesn't fit", 512, [{ cpu: 200 }], { cpu: 57 }, "problem"],
])("a task with %s gets the right finding, or none", (_kind, memory, containers, sidecar, kind) => {
  const [first, ...more] = findings(task(256, memory, ...containers), { sidecar });
  expect(more).toEqual([]);
  expect(first?.kind ?? "none").toBe(kind);
});

test("a task that is too small is reported with what it needs and the next size that fits", () => {
  expect(findings(task(256, 512, { cpu: 10, memory: 200 }, { memoryReservation: 100 }))).toEqual([
    {
      kind: "notice",
      text:
        "Containers need cpu 10 and memory 300 MiB, the Defender cpu 0 and memory 256 MiB: more than the task's " +
        "cpu 256 and memory 512 MiB. The next size that fits is cpu 256 and memory 1024 MiB: set it, or runtimeDefense.raiseToFit to true.",
    },
  ]);
});

test("the sentence names a container's limit, and which values are defaults", () => {
  const definition = task(256, 512, { memory: 812, memoryReservation: 100 });
  const textOf = (defaults: readonly string[]) => sizeOf(definition, {}, defaults).findings[0]?.text;
  const needs =
    "Containers need cpu 0 and memory 100 MiB, the Defender cpu 0 and memory 256 MiB, one of them up to 812 MiB";
  const next = "The next size that fits is cpu 256 and memory 1024 MiB: ";
  expect(textOf([])).toContain(`${needs}: more than the task's cpu 256 and memory 512 MiB. ${next}`);
  expect(textOf(["cpu", "memory"])).toContain(
    `${needs}: more than the task's cpu 256 and memory 512 MiB, the default for a file without cpu and memory. ${next}`,
  );
  expect(sizeOf(task(300, 512), {}, ["memory"]).findings[0]?.text).toContain(
    "Fargate has no size of cpu 300 and memory 512 MiB, the default for a file without memory. The next size ",
  );
});

test.each([
  [256, 512, { memory: 512 }, "256", "1024"],
  [256, 2048, { memory: 2048 }, "512", "3072"],
  [256, 512, { cpu: 257 }, "512", "1024"],
  [300, 700, {}, "512", "1024"],
  [4096, 30_720, { memory: 30_720 }, "8192", "32768"],
])("cpu %i and memory %i with %j are raised to %s and %s by raiseToFit", (cpu, memory, reserved, toCpu, toMemory) => {
  const definition = task(cpu, memory, reserved);
  const { value, findings: found } = sizeOf(definition, { raiseToFit: true });
  expect(value).toEqual({ cpu: Number(toCpu), memory: Number(toMemory) });
  expect(found).toEqual([
    {
      kind: "notice",
      text: expect.stringMatching(
        new RegExp(` Raised from cpu ${cpu} and memory ${memory} MiB to cpu ${toCpu} and memory ${toMemory} MiB\\.$`),
      ),
    },
  ]);
});

test("raiseToFit keeps the size of a task that fits, and does not accept one that no size fits", () => {
  expect(sizeOf(task(256, 512), { raiseToFit: true })).toEqual({ value: { cpu: 256, memory: 512 }, findings: [] });
  expect(findings(task(32_768, 249_856, { memory: 249_857 }), { raiseToFit: true })).toEqual([
    { kind: "problem", text: expect.stringContaining(` MiB. ${NO_SIZE}`) },
  ]);
  expect(findings(task(32_768, 249_856, { memory: 249_856 }), { raiseToFit: true })[0]?.kind).toBe("notice");
});

test("memory below its own reservation is refused, for a container and for the sidecar", () => {
  const sidecar = { memory: 100, memoryReservation: 101 };
  expect(
    findings(task(256, 512, { memory: 50, memoryReservation: 51 }, { memory: 50, memoryReservation: 50 }), { sidecar }),
  ).toEqual([
    { kind: "problem", text: "containerDefinitions[c0].memory: must not be below memoryReservation, got 50 and 51." },
    { kind: "problem", text: "runtimeDefense.sidecar.memory: must not be below memoryReservation, got 100 and 101." },
  ]);
});

test("nine containers leave a place for the Defender, ten don't", () => {
  expect(findings(task(256, 512, ...Array(9).fill({})))).toEqual([]);
  expect(findings(task(256, 512, ...Array(10).fill({})))).toEqual([
    {
      kind: "problem",
      text: "containerDefinitions: with the Defender there are 11 containers, ECS takes 10. Split the task.",
    },
  ]);
});

test("a task definition of more than 64 KiB is refused", () => {
  const definition = task(256, 512);
  const padding = 64 * 1024 - JSON.stringify({ ...definition, taskRoleArn: "" }).length;
  const role = "arn:aws:iam::111122223333:role/".padEnd(padding, "a");
  expect(findings({ ...definition, taskRoleArn: role })).toEqual([]);
  expect(findings({ ...definition, taskRoleArn: `${role}a` })).toEqual([
    {
      kind: "problem",
      text: "The task definition has 65537 bytes without the Defender, ECS takes 65536. Split the task.",
    },
  ]);
});

test.each(["web", { memory: "256" }])("no size is proposed while what a container needs can't be read: %j", (wrong) => {
  const definition = { ...task(256, 512), containerDefinitions: [wrong, { memory: 4096 }] };
  expect(sizeOf(definition, { raiseToFit: true })).toEqual({ value: undefined, findings: [] });
});
