"use strict";

// npm run bench [-- --only a,b,c,d,e,f]
// Prints the ratios of one run and their limits, and ends with 1 when a ratio is over its limit. A limit applies to the
// minimum of rounds that were run in turn, so that other programs on the machine don't fail it.

const { spawn, spawnSync } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { isDeepStrictEqual, parseArgs } = require("node:util");

const esbuild = require("esbuild");

const { bundleOptions } = require("../scripts/bundle.cjs");
const { FLEET, withImages } = require("./look-ups.cjs");
const { median, minimum, rounds, timeOf } = require("./measure.cjs");
const { measureStatus } = require("./status.cjs");

const root = path.dirname(__dirname);
const { version: cdktf } = require("cdktf/package.json");
const { values } = parseArgs({
  options: { only: { type: "string", default: "a,b,c,d,e,f" }, help: { type: "boolean", short: "h", default: false } },
});
if (values.help) {
  console.log("Usage: npm run bench [-- --only a,b,c,d,e,f]");
  process.exit();
}
const work = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
const CDKTF_OUTDIR = path.join(work, "cdktf.out");
const FLEETS = [
  { tasks: 200, latencyMs: 100, runs: 3, ratio: 1.15, mebibytes: 256 },
  { tasks: 2000, latencyMs: 100, runs: 1, ratio: 1.08, mebibytes: 256 },
  // Judged by memory alone: as many files as one folder is expected to hold.
  { tasks: 10_000, latencyMs: 0, runs: 1, mebibytes: 512 },
];
// Enough to know how long a round of eight requests takes.
const BARE_TASKS = 200;
const LAUNCHER = [process.execPath, "scripts/run.cjs", "main.ts"];

main()
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => fs.rmSync(work, { recursive: true, force: true }));

async function main() {
  console.log(`Node ${process.version}, cdktf ${cdktf}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}\n`);
  const parts = { a: loading, b: cli, c: fleet, d: proof, e: lookUps, f: status };
  for (const part of values.only.split(",")) {
    if (!parts[part]) throw new Error(`--only takes ${Object.keys(parts).join(", ")}, got ${part}.`);
    await parts[part]();
  }
}

/** (a) The app, its Console on loopback, against the same resources from constants, less the local Console's CPU time. */
async function loading() {
  await withConsole(0, async (environment, cpuMs) => {
    const constants = path.join(work, "constants.cjs");
    esbuild.buildSync({
      ...bundleOptions(root, "bench/template/main.ts", { debug: false }),
      write: true,
      outfile: constants,
    });
    const programs = [
      { name: "constants, bundled as the app is", command: [process.execPath, constants] },
      { name: "the app as cdktf.json has it", command: LAUNCHER },
      { name: "node -e 0", command: [process.execPath, "-e", "0"] },
    ].map((program) => ({ ...program, environment }));
    sameOutput(programs.slice(0, 2));
    const counts = { rounds: 41, warmups: 3 };
    const before = await cpuMs();
    const times = rounds(programs, { ...counts, folder: root });
    const ofConsole = ((await cpuMs()) - before) / (counts.rounds + counts.warmups);
    const [, app] = programs;
    const less = `the same, less the Console's ${ofConsole.toFixed(1)} ms of CPU`;
    times.set(
      less,
      times.get(app.name).map((ms) => ms - ofConsole),
    );
    table("(a) The app, Console on loopback, one task; 41 rounds", times, { [less]: 1.35 });
  });
}

/** (b) `cdktf synth` of the app, against the same resources run as the CDKTF template does. */
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
    const times = rounds(programs, { rounds: 3, warmups: 1, folder: root });
    table("(b) The CLI; 3 rounds", times, { "npx cdktf synth": 0.6, "npm run synth": 0.15 });
  });
}

/** (c) Many tasks, a slow Console, eight requests at once. */
async function fleet() {
  const rows = [];
  for (const one of FLEETS) {
    rows.push(await withConsole(one.latencyMs, (environment, cpuMs) => fleetRow(one, environment, cpuMs)));
  }
  print(
    "(c) A fleet, the Console at 100 ms (10,000 tasks: at 0 ms); bare: a client that only logs in and sends as many tasks, 8 at once; the fastest of 3, 1 and 1 runs",
    [["tasks", "ms", "bare ms", "ratio", "peak MiB", "the Console's CPU ms"], ...rows],
  );
}

async function fleetRow({ tasks, latencyMs, runs, ratio, mebibytes }, environment, cpuMs) {
  const peakFile = path.join(work, "peak-memory");
  const program = (count) => ({
    name: `${count} tasks`,
    command: LAUNCHER,
    environment: {
      ...environment,
      TASK_DEFINITION_PATH: fleetFolder(count),
      NODE_OPTIONS: `--require ${path.join(__dirname, "peak-memory.cjs")}`,
      PEAK_MEMORY_FILE: peakFile,
    },
  });
  timeOf(program(1), root);
  const results = [];
  for (let run = 0; run < runs; run++) {
    const bare = latencyMs === 0 ? undefined : bareTime(tasks, environment);
    const before = await cpuMs();
    const ms = timeOf(program(tasks), root);
    results.push({ ms, bare, cpu: (await cpuMs()) - before, peak: Number(fs.readFileSync(peakFile, "utf8")) });
  }
  const least = (key) => minimum(results.map((run) => run[key]));
  const peak = judged(least("peak"), mebibytes, 0);
  const ratioCells = ratio ? [least("bare").toFixed(0), judged(least("ms") / least("bare"), ratio)] : ["-", "-"];
  return [String(tasks), least("ms").toFixed(0), ...ratioCells, peak, least("cpu").toFixed(0)];
}

/** The bare client's milliseconds for so many tasks, extrapolated from BARE_TASKS. */
function bareTime(tasks, environment) {
  const command = [process.execPath, path.join(__dirname, "bare-client.cjs"), String(BARE_TASKS)];
  let rounds;
  const onOutput = (stdout) => {
    rounds = JSON.parse(stdout).tasks;
  };
  const ms = timeOf({ name: "the bare client", command, environment, onOutput }, root);
  return ms + rounds * (tasks / BARE_TASKS - 1);
}

/** (d) The proof and the escaping alone. */
function proof() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/run.cjs", "bench/proof.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`bench/proof.ts ended with ${status}: ${stderr}`);
  const results = JSON.parse(stdout);
  // Below eight containers, a task's fixed cost is higher than that of its containers.
  const linear = results.find(({ tasks, containers }) => tasks === 1 && containers === 8).microseconds;
  print(
    "(d) Proof and escaping alone; linear: a container costs at most 1.3 of what it costs among eight of one task",
    [
      ["tasks", "containers each", "µs/container", "ratio"],
      ...results.map(({ tasks, containers, microseconds }) => [
        String(tasks),
        String(containers),
        tasks === 1 && containers === 8 ? judged(microseconds, 100, 1) : microseconds.toFixed(1),
        tasks * containers > 8 ? judged(microseconds / linear, 1.3) : (microseconds / linear).toFixed(2),
      ]),
    ],
  );
}

/** (e) Entry points read from images, against the same ones in the files. */
async function lookUps() {
  const latencyMs = 200;
  await withConsole(latencyMs, (environment) =>
    withImages(work, (tasks) => {
      const programs = [
        { name: "entry points written", folder: tasks.written },
        { name: "entry points looked up", folder: tasks.lookedUp },
      ].map(({ name, folder }) => ({
        name,
        command: LAUNCHER,
        environment: { ...environment, TASK_DEFINITION_PATH: folder },
      }));
      sameOutput(programs);
      const times = rounds(programs, { rounds: 2, warmups: 0, folder: root });
      table(`(e) ${FLEET}, the Console at ${latencyMs} ms`, times, { "entry points looked up": 1.15 });
    }),
  );
}

/** (f) `status`, with ECS and the Console at 20 ms per call. */
async function status() {
  const { ms, mebibytes } = await measureStatus({ tasks: 5000, services: 40, latencyMs: 20, folder: work });
  print("(f) status of 5000 running tasks in 40 services, each answer 20 ms late", [
    ["ms", "peak MiB"],
    [judged(ms, 10_000, 0), judged(mebibytes, 256, 0)],
  ]);
}

// The Console has its own process, so that it and the timed programs don't wait for each other.
async function withConsole(latencyMs, use) {
  const child = spawn(
    process.execPath,
    [
      ...["--require", path.join(__dirname, "cpu-time.cjs"), "scripts/run.cjs", "local-console/main.ts"],
      ...["--port", "0", "--latency-ms", String(latencyMs)],
    ],
    { cwd: root, stdio: ["ignore", "pipe", "inherit", "ipc"] },
  );
  const cpuMs = () => {
    child.send("cpu");
    return once(child, "message").then(([ms]) => ms);
  };
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
    return await use({ ...settings, CDKTF_OUTDIR }, cpuMs);
  } finally {
    child.kill();
  }
}

function fleetFolder(tasks) {
  const folder = path.join(work, `fleet-${tasks}`);
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(folder);
  const text = fs.readFileSync(path.join(root, "local-console/example.json"), "utf8");
  for (let index = 0; index < tasks; index++) {
    const definition = { ...JSON.parse(text), family: `fleet-${String(index).padStart(4, "0")}` };
    fs.writeFileSync(path.join(folder, `${definition.family}.json`), JSON.stringify(definition));
  }
  return folder;
}

// Only programs with the same output can be compared. The path of the local state may differ.
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

function table(title, times, limits) {
  const [baseline] = times.values();
  const rows = [...times].map(([name, samples]) => {
    const ratio = minimum(samples) / minimum(baseline);
    const [least, middle] = [minimum(samples), median(samples)].map((ms) => ms.toFixed(1));
    return [name, least, middle, limits[name] ? judged(ratio, limits[name]) : ratio.toFixed(2)];
  });
  print(title, [["", "least ms", "median ms", "to the first"], ...rows]);
}

function judged(value, limit, digits = 2) {
  if (value > limit) process.exitCode = 1;
  return `${value.toFixed(digits)} ${value > limit ? ">" : "≤"} ${limit}`;
}

function print(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ");
  console.log([title, ...rows.map(line), ""].join("\n"));
}
