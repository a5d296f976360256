"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const { startStandIn } = require("../scripts/stand-ins.cjs");
const { timeOf } = require("./measure.cjs");

const root = path.dirname(__dirname);
const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:install-bundle-AbCdEf";

/**
 * Times `status` on `tasks` running tasks, with every answer of ECS and the Console delayed by `latencyMs`.
 *
 * @param {{ tasks: number, services: number, latencyMs: number, folder: string }} options
 * @returns {Promise<{ ms: number, mebibytes: number }>} of one run, after a warm-up run
 */
exports.measureStatus = async ({ tasks, services, latencyMs, folder }) => {
  const families = Array.from({ length: services }, (_, index) => `family-${index}`);
  const count = tasks / services;
  const defenders = families.flatMap((family) => ["--defenders", `${family}:${count}`]);
  const latency = ["--latency-ms", String(latencyMs)];
  const running = [await startStandIn(["local-console/main.ts", "--port", "0", ...latency, ...defenders], "TL_PASS")];
  try {
    const [{ variables }] = running;
    const contents = path.join(folder, "contents.json");
    fs.writeFileSync(contents, JSON.stringify({ latencyMs, ...account(families, count, protectedTask(variables)) }));
    running.push(await startStandIn(["local-ecs/main.ts", contents], "AWS_SECRET_ACCESS_KEY"));
    const peakFile = path.join(folder, "peak-memory");
    const program = {
      name: "status",
      command: [process.execPath, "scripts/run.cjs", "main.ts", "status", "--fail-under", "100"],
      environment: {
        ...Object.assign({}, ...running.map((standIn) => standIn.variables)),
        NODE_OPTIONS: `--require ${path.join(__dirname, "peak-memory.cjs")}`,
        PEAK_MEMORY_FILE: peakFile,
      },
    };
    timeOf(program, root);
    return { ms: timeOf(program, root), mebibytes: Number(fs.readFileSync(peakFile, "utf8")) };
  } finally {
    for (const standIn of running) standIn.stop();
  }
};

function account(families, count, task) {
  const cluster = "prisma-runtime-cluster";
  return {
    registered: families.map((family) => JSON.parse(task.replaceAll("prisma-runtime-defense", family))),
    workloads: families.map((family) => ({ cluster, service: family, runs: `${family}:1`, count })),
  };
}

/** The example as `npm run protect` prints it. */
function protectedTask(variables) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/run.cjs", "main.ts", "protect", "local-console/example.json"],
    { cwd: root, encoding: "utf8", env: { ...process.env, ...variables, INSTALL_BUNDLE_SECRET_ARN: SECRET } },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
