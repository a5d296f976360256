import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import pMap from "p-map";

import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { EXAMPLE, filesIn, run, start, temporaryFolders, variablesFor } from "../entry";

// A deployment takes the manifest as a run's result. A killed run must leave no manifest, or its own with all the files
// that belong to it. An earlier run's manifest is removed by the first line of scripts/run.cjs, and none of our code
// runs before that line: the kills begin after it.

let local: LocalConsole | undefined;

// After a failure, too: a listening server would keep the tests from ending.
afterEach(() => local?.close());

const newFolder = temporaryFolders();
const FAMILY = "this-run";
const STACK_FILE = "stacks/prisma-runtime-defense/cdk.tf.json";
const STACK = "cdktf.out/stacks/prisma-runtime-defense";
const FILES = [
  "cdktf.out/manifest.json",
  "cdktf.out/runtime-defense.json",
  "cdktf.out/runtime-defense.md",
  `${STACK}/cdk.tf.json`,
  `${STACK}/install_bundle.auto.tfvars.json`,
  `${STACK}/versions.tf`,
];

/** Makes a folder with the whole output of an earlier run with another task, and the task of this run. */
async function afterEarlierRun(environment: Record<string, string>): Promise<string> {
  const folder = newFolder();
  expect((await run(["synth"], { folder, environment })).status).toBe(0);
  expect(filesIn(folder)).toEqual(FILES);
  writeFileSync(
    join(folder, "task.json"),
    readFileSync(EXAMPLE, "utf8").replace('"prisma-runtime-defense"', `"${FAMILY}"`),
  );
  return folder;
}

/** Returns what cdktf, which reads the manifest, and Terraform, which reads the stack, would deploy. */
function outcomeIn(folder: string): "nothing" | "this run" {
  const hasManifest = existsSync(join(folder, FILES[0] ?? ""));
  if (!existsSync(join(folder, `${STACK}/cdk.tf.json`))) return "nothing";
  // The manifest is written last: without it, all other files of this run are there.
  if (!hasManifest) writeFileSync(join(folder, FILES[0] ?? ""), "");
  expect(filesIn(folder)).toEqual(expect.arrayContaining(FILES));
  const stack = JSON.parse(readFileSync(join(folder, `${STACK}/cdk.tf.json`), "utf8"));
  expect(Object.keys(stack.resource.aws_ecs_task_definition)).toEqual([`task-definition-${FAMILY}`]);
  const report = JSON.parse(readFileSync(join(folder, "cdktf.out/runtime-defense.json"), "utf8"));
  expect(report.tasks).toMatchObject([{ family: FAMILY }]);
  const values = JSON.parse(readFileSync(join(folder, `${STACK}/install_bundle.auto.tfvars.json`), "utf8"));
  expect(Object.keys(values)).toEqual(["install_bundle"]);
  return "this run";
}

test("kill -9 before any change of a file leaves nothing to deploy, or this run's whole output", async () => {
  local = await startLocalConsole();
  const environment = variablesFor(local);
  const earlier = await afterEarlierRun(environment);
  writeFileSync(join(earlier, "kill.cjs"), KILL);
  const killedAt = async (step: number) => {
    const folder = newFolder();
    cpSync(earlier, folder, { recursive: true });
    const variables = { ...environment, TASK_DEFINITION_PATH: "task.json", STEP: String(step) };
    const options = { NODE_OPTIONS: `--require ${join(folder, "kill.cjs")}` };
    const { signal, status } = await run(["synth"], { folder, environment: { ...variables, ...options } });
    const steps = existsSync(join(folder, "steps")) ? readFileSync(join(folder, "steps"), "utf8").split("\n") : [];
    return { signal, status, steps, outcome: outcomeIn(folder) };
  };

  const whole = await killedAt(Number.MAX_SAFE_INTEGER);
  expect(whole).toMatchObject({ status: 0, outcome: "this run" });
  const { steps } = whole;
  expect(steps.slice(0, 3)).toEqual(["mkdirSync ", `unlinkSync ${STACK_FILE}`, "unlinkSync manifest.json"]);
  expect(steps.length).toBeGreaterThan(20);

  // Before each removal, write or move of a file, and after the last one.
  const changes = /^(unlinkSync|mkdtempSync|writeFileSync|renameSync|rmSync \.staging)/;
  const moments = steps.flatMap((step, index) => (index > 1 && changes.test(step) ? [index] : []));
  expect(moments.length).toBeGreaterThanOrEqual(10);
  const killed = await pMap(moments, killedAt, { concurrency: 3 });

  expect(killed.filter(({ signal }) => signal !== "SIGKILL")).toEqual([]);
  const published = steps.indexOf("renameSync manifest.json");
  expect(steps.filter((step) => step.startsWith("renameSync")).slice(-2)).toEqual([
    `renameSync ${STACK_FILE}`,
    "renameSync manifest.json",
  ]);
  expect(killed.map(({ outcome }) => outcome)).toEqual(
    moments.map((step) => (step >= published ? "this run" : "nothing")),
  );
});

test.each(["authenticate", "version", "fargate.json"])(
  "kill -9 while the Console works on %s leaves nothing to deploy",
  async (path) => {
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    local = await startLocalConsole({
      intercept: async (c, next) => {
        if (armed && c.req.path.endsWith(path)) asked();
        return next();
      },
    });
    let armed = false;
    const folder = await afterEarlierRun(variablesFor(local));
    armed = true;
    const { child, finished } = start(["synth"], {
      folder,
      environment: { ...variablesFor(local), TASK_DEFINITION_PATH: "task.json" },
    });
    await Promise.race([isAsked, finished]);
    child.kill("SIGKILL");
    expect((await finished).signal).toBe("SIGKILL");
    expect(outcomeIn(folder)).toBe("nothing");
  },
);

// Counts the calls that change the output folder, and kills its own process before the one that STEP names.
const KILL = `
const fs = require("node:fs");
const path = require("node:path");
const out = path.join(__dirname, "cdktf.out");
let step = 0;
const names = [];
for (const name of ["writeFileSync", "renameSync", "mkdirSync", "mkdtempSync", "rmSync", "rmdirSync", "unlinkSync"]) {
  const real = fs[name];
  fs[name] = function (...args) {
    const target = path.resolve(String(name === "renameSync" ? args[1] : args[0]));
    if (target.startsWith(out) && !path.basename(target).startsWith(".lock")) {
      if (step === Number(process.env.STEP)) process.kill(process.pid, "SIGKILL");
      step++;
      names.push(name + " " + path.relative(out, target));
    }
    return real.apply(this, args);
  };
}
process.on("exit", () => fs.writeFileSync(path.join(__dirname, "steps"), names.join("\\n")));
`;
