import { withUnitsAndDefaults } from "../../lib/task/units";
import { run } from "./read";

const OTHERS = { networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"] };

test.each([
  [256, "256"],
  ["256", "256"],
  ["0512", "512"],
  ["1 vCPU", "1024"],
  ["1 vcpu", "1024"],
  [".25 vcpu", "256"],
  ["0.5vCPU", "512"],
  ["16 VCPU", "16384"],
])("cpu %j is %s CPU units", (cpu, units) => {
  expect(run(withUnitsAndDefaults({ ...OTHERS, cpu, memory: "512" }))).toEqual({
    value: { task: { ...OTHERS, cpu: units, memory: "512" }, missing: new Set() },
    findings: [],
  });
});

test.each([
  [512, "512"],
  ["2048", "2048"],
  ["0.5 GB", "512"],
  ["2 gb", "2048"],
  ["30GB", "30720"],
])("memory %j is %s MiB", (memory, mebibytes) => {
  expect(run(withUnitsAndDefaults({ ...OTHERS, cpu: "256", memory })).value.task.memory).toBe(mebibytes);
});

test.each([
  "",
  "0",
  -256,
  0.25,
  "1 cpu",
  "1 GB",
  "1 vCPUs",
  "1 avCPU",
  "1,5 vCPU",
  "0.3333 vCPU",
  "{{cpu}}",
  true,
  ["256"],
  "1e3",
])("cpu %j is refused", (cpu) => {
  const shown = typeof cpu === "object" ? JSON.stringify(cpu) : cpu;
  expect(run(withUnitsAndDefaults({ ...OTHERS, cpu, memory: "512" })).findings).toEqual([
    { kind: "problem", text: `cpu: must be CPU units such as 256, or "0.25 vCPU", got "${shown}".` },
  ]);
});

test.each(["", "0 GB", "512 MB", "2 GiB", "2 GBs", "2 aGB", "1 vCPU", "0.0001 GB", 512.5])(
  "memory %j is refused",
  (memory) => {
    expect(run(withUnitsAndDefaults({ ...OTHERS, cpu: "256", memory })).findings).toEqual([
      { kind: "problem", text: `memory: must be MiB such as 512, or "0.5 GB", got "${memory}".` },
    ]);
  },
);
