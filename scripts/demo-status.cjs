"use strict";

// npm run demo:status: shows what runs and whether it is protected, on this machine alone. The local Console protects a
// few tasks, a local ECS reports them as running, and `status` reads both.

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const { environmentOf, runDemo, say, startStandIn } = require("./stand-ins.cjs");

const root = path.dirname(__dirname);
const CLUSTER = "prisma-runtime-cluster";
const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:install-bundle-AbCdEf";

runDemo("npm run demo:status", async () => {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "demo-status-"));
  process.once("exit", () => fs.rmSync(work, { recursive: true, force: true }));
  const defenders = ["web:3", "worker:1:stale", "report:1", "router:1"].flatMap((group) => ["--defenders", group]);
  const { variables: console } = await startStandIn(["local-console/main.ts", "--port", "0", ...defenders], "TL_PASS");
  say(`A local Console listens at ${console.TL_CONSOLE}. Its Defenders are made up.`);
  const tasks = Object.fromEntries(
    ["web", "api", "worker", "report", "router"].map((family) => [family, protectedBy(family, work, console)]),
  );
  const contents = path.join(work, "contents.json");
  fs.writeFileSync(contents, JSON.stringify(contentsOf(tasks)));
  const { variables: ecs } = await startStandIn(["local-ecs/main.ts", contents], "AWS_SECRET_ACCESS_KEY");
  say(`A local ECS listens at ${ecs.AWS_ENDPOINT_URL}.`);
  say("It runs nothing, and says that these tasks run:\n");
  const status = run(["status"], { ...console, ...ecs }, "inherit");
  if (status.status !== 0) throw new Error(`status ended with ${status.status}.`);
});

/** The account's registered task definitions and services: one service for each of five verdicts. */
function contentsOf({ web, api, worker, report, router }) {
  const old = JSON.parse(JSON.stringify(report).replace(/:defender_\d+_\d+_\d+/, ":defender_34_00_100"));
  const service = (name, runs, more = {}) => ({ cluster: CLUSTER, service: name, runs, count: 1, ...more });
  const withRouter = { ...router, containerDefinitions: [...router.containerDefinitions, { name: "log_router" }] };
  return {
    registered: [web, original("api"), api, worker, old, withRouter],
    workloads: [
      service("web", "web:1", { count: 3 }),
      service("api", "api:1", { count: 2 }),
      service("worker", "worker:1"),
      service("report", "report:1"),
      service("router", "router:1"),
    ],
  };
}

function original(family) {
  return {
    ...JSON.parse(fs.readFileSync(path.join(root, "local-console/example.json"), "utf8")),
    family,
  };
}

/** The example under another name, protected by the command `protect`. */
function protectedBy(family, work, variables) {
  const file = path.join(work, `${family}.json`);
  fs.writeFileSync(file, JSON.stringify(original(family)));
  const { status, stdout, stderr } = run(
    ["protect", file],
    { ...variables, INSTALL_BUNDLE_SECRET_ARN: SECRET },
    "pipe",
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function run(args, variables, stdio) {
  return spawnSync(process.execPath, ["scripts/run.cjs", "main.ts", ...args], {
    cwd: root,
    env: environmentOf(variables),
    encoding: "utf8",
    stdio: ["ignore", stdio, stdio],
  });
}
