"use strict";

// npm run bench [-- --only a,b,c,d]
// Prints ratios with both medians from one run, and ends with 1 when one is over its limit.

const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { isDeepStrictEqual, parseArgs } = require("node:util");

const esbuild = require("esbuild");

const { bundleOptions } = require("../scripts/bundle.cjs");
const { median, medians, timeOf } = require("./measure.cjs");

const root = path.dirname(__dirname);
const { version: cdktf } = require("cdktf/package.json");
const { values } = parseArgs({ options: { only: { type: "string", default: "a,b,c,d" } } });
const work = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
const CDKTF_OUTDIR = path.join(work, "cdktf.out");
const LAUNCHER = [process.execPath, "scripts/run.cjs", "main.ts"];

main()
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => fs.rmSync(work, { recursive: true, force: true }));

async function main() {
  console.log(`Node ${process.version}, cdktf ${cdktf}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}\n`);
  const parts = { a: loading, b: cli, c: fleet, d: proof };
  for (const part of values.only.split(",")) {
    if (!parts[part]) throw new Error(`--only takes ${Object.keys(parts).join(", ")}, got ${part}.`);
    await parts[part]();
  }
}

/** (a) The app, its Console on loopback, against the same resources from constants. */
async function loading() {
  await withConsole(0, (environment) => {
    const file = (name) => path.join(work, `${name}.cjs`);
    const template = path.join(root, "bench/template/main.ts");
    const plain = { entryPoints: [template], bundle: true, platform: "node", minify: true, logLevel: "error" };
    esbuild.buildSync({ ...plain, outfile: file("constants-plain") });
    for (const [name, entry] of [
      ["constants", "bench/template/main.ts"],
      ["app", "main.ts"],
    ]) {
      esbuild.buildSync({ ...bundleOptions(root, entry, { debug: false }), write: true, outfile: file(name) });
    }
    const programs = [
      { name: "constants, esbuild --bundle --minify", command: [process.execPath, file("constants-plain")] },
      { name: "constants, bundled as the app is", command: [process.execPath, file("constants")] },
      { name: "the app, bundled", command: [process.execPath, file("app")] },
      { name: "the app as cdktf.json has it", command: LAUNCHER },
      { name: "node -e 0", command: [process.execPath, "-e", "0"] },
    ].map((program) => ({ ...program, environment }));
    sameOutput(programs.slice(0, 4));
    const times = medians(programs, { rounds: 31, warmups: 3, folder: root });
    const [baseline, lean, app, launcher] = programs.map(({ name }) => name);
    table("(a) The app, Console on loopback, one task; 31 rounds", times, [baseline, lean], {
      [app]: 1.3,
      [launcher]: 1.6,
    });
  });
}

/** (b) `cdktf synth` around the app, and around the CDKTF template's way of running the same resources. */
async function cli() {
  const folder = path.join(root, "bench/template");
  if (!fs.existsSync(path.join(folder, "node_modules"))) {
    const { status, stderr } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm ci in bench/template failed: ${stderr}`);
  }
  await withConsole(0, (environment) => {
    const synth = ["npx", "cdktf", "synth", "--output", CDKTF_OUTDIR];
    const template = ["--app", "cd bench/template && npx ts-node main.ts"];
    const programs = [
      { name: "npx cdktf synth, npx ts-node main.ts", command: [...synth, ...template] },
      { name: "npx cdktf synth", command: synth },
      { name: "npm run synth", command: ["npm", "run", "--silent", "synth"] },
    ].map((program) => ({ ...program, environment }));
    sameOutput(programs);
    const times = medians(programs, { rounds: 9, warmups: 1, folder: root });
    table("(b) The CLI; 9 rounds", times, [programs[0].name], { "npx cdktf synth": 0.6, "npm run synth": 0.15 });
  });
}

/** (c) Many tasks, a Console that takes its time, eight requests at once. */
async function fleet() {
  const latencyMs = 100;
  const rows = await withConsole(latencyMs, (environment) =>
    [
      { tasks: 20, rounds: 5 },
      { tasks: 200, rounds: 5 },
      { tasks: 2000, rounds: 1 },
    ].map(({ tasks, rounds }) => {
      const peakFile = path.join(work, "peak-memory");
      const program = {
        name: `${tasks} tasks`,
        command: LAUNCHER,
        environment: {
          ...environment,
          TASK_DEFINITION_PATH: fleetFolder(tasks),
          NODE_OPTIONS: `--require ${path.join(__dirname, "peak-memory.cjs")}`,
          PEAK_MEMORY_FILE: peakFile,
        },
      };
      timeOf({ ...program, environment: { ...program.environment, TASK_DEFINITION_PATH: fleetFolder(1) } }, root);
      const runs = Array.from({ length: rounds }, () => ({
        ms: timeOf(program, root),
        peak: Number(fs.readFileSync(peakFile, "utf8")),
      }));
      const ms = median(runs.map((run) => run.ms));
      const ideal = (1 + Math.ceil(tasks / 8)) * latencyMs;
      const ratio = judged(ms / ideal, tasks === 200 ? 1.3 : Number.POSITIVE_INFINITY);
      return [String(tasks), ms.toFixed(0), String(ideal), ratio, median(runs.map((run) => run.peak)).toFixed(0)];
    }),
  );
  print("(c) A fleet, 100 ms latency; ideal is one login and a round for every 8 tasks", [
    ["tasks", "ms", "ideal ms", "ratio", "peak MiB"],
    ...rows,
  ]);
}

/** (d) The proof and the escaping alone. */
function proof() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/run.cjs", "bench/proof.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`bench/proof.ts ended with ${status}: ${stderr}`);
  const results = JSON.parse(stdout).map((result) => ({
    ...result,
    microseconds: 1e6 / result.tasksPerSecond / result.containers,
  }));
  // Below eight, what each task costs anyway weighs more than its containers.
  const linear = results.find(({ containers }) => containers === 8).microseconds;
  print("(d) Proof and escaping alone; linear: a container costs at most 1.3 of what it costs among eight", [
    ["containers", "tasks/s", "µs/container", "ratio"],
    ...results.map(({ containers, tasksPerSecond, microseconds }) => [
      String(containers),
      tasksPerSecond.toFixed(0),
      microseconds.toFixed(1),
      judged(microseconds / linear, containers > 8 ? 1.3 : Number.POSITIVE_INFINITY),
    ]),
  ]);
}

// Under a process of its own: it must not wait for the programs that are timed, nor they for it.
async function withConsole(latencyMs, use) {
  const child = spawn(
    process.execPath,
    ["scripts/run.cjs", "local-console/main.ts", "--port", "0", "--latency-ms", String(latencyMs)],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const settings = await new Promise((resolve, reject) => {
      let text = "";
      child.once("exit", () => reject(new Error("The local Console didn't start.")));
      child.stdout.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
        const found = Object.fromEntries(
          [...text.matchAll(/^export (\w+)=(.*)\n/gm)].map(([, name, value]) => [name, value]),
        );
        if (found.TL_PASS) resolve(found);
      });
    });
    return await use({ ...settings, CDKTF_OUTDIR });
  } finally {
    child.kill();
  }
}

function fleetFolder(tasks) {
  const folder = path.join(work, `fleet-${tasks}`);
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(folder);
  const text = fs.readFileSync(path.join(root, "original_task_definition.json"), "utf8");
  for (let index = 0; index < tasks; index++) {
    const definition = { ...JSON.parse(text), family: `fleet-${String(index).padStart(4, "0")}` };
    fs.writeFileSync(path.join(folder, `${definition.family}.json`), JSON.stringify(definition));
  }
  return folder;
}

// Programs that synthesize something else would be no comparison. Where local state lies is each one's own matter.
function sameOutput(programs) {
  const [first, ...others] = programs.map((program) => {
    fs.rmSync(CDKTF_OUTDIR, { recursive: true, force: true });
    timeOf(program, root);
    const file = path.join(CDKTF_OUTDIR, "stacks/prisma-runtime-defense/cdk.tf.json");
    const output = JSON.parse(fs.readFileSync(file, "utf8"));
    delete output.terraform.backend.local.path;
    return { name: program.name, output };
  });
  for (const { name, output } of others) {
    if (isDeepStrictEqual(output, first.output)) continue;
    const where = Object.keys({ ...first.output, ...output }).filter(
      (part) => !isDeepStrictEqual(output[part], first.output[part]),
    );
    throw new Error(
      `${name} doesn't synthesize what ${first.name} does: ${where.join(", ")}. Adapt bench/template/main.ts.`,
    );
  }
}

function table(title, times, baselines, limits) {
  const rows = [...times].map(([name, ms]) => [
    name,
    ms.toFixed(1),
    ...baselines.map((baseline, index) =>
      judged(
        ms / times.get(baseline),
        index === 0 ? (limits[name] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
      ),
    ),
  ]);
  print(title, [["", "median ms", ...baselines.map((_, index) => `to ${index + 1}.`)], ...rows]);
}

function judged(ratio, limit) {
  if (limit === Number.POSITIVE_INFINITY) return ratio.toFixed(2);
  if (ratio > limit) process.exitCode = 1;
  return `${ratio.toFixed(2)} ${ratio > limit ? ">" : "≤"} ${limit}`;
}

function print(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ");
  console.log([title, ...rows.map(line), ""].join("\n"));
}
