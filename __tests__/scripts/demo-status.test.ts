import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

const PROJECT = resolve(__dirname, "../..");

test("npm run demo:status shows what status says, on this machine alone, and ends with 0", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/demo-status.cjs"], {
    cwd: PROJECT,
    encoding: "utf8",
    // The demo's own settings override these.
    env: {
      PATH: process.env.PATH,
      AWS_PROFILE: "nobody",
      CONTAINER_IMAGES: '{"nobody":"x:1"}',
      STACK_NAME: "not a name",
      TL_CONSOLE: "https://nowhere.invalid",
      FORCE_COLOR: "0",
    },
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  for (const line of [
    /^prisma-runtime-cluster\/api +0 of 2 protected, 2 unprotected: .* api:2 is protected: update the service api\.$/m,
    /^prisma-runtime-cluster\/report +0 of 1 protected, 1 outdated Defender: /m,
    /^prisma-runtime-cluster\/router +0 of 1 protected, 1 left out: Not under runtime defense: log_router\. /m,
    /^prisma-runtime-cluster\/web +3 of 3 protected$/m,
    /^prisma-runtime-cluster\/worker +0 of 1 protected, 1 not connected: /m,
    /^Coverage +3 of 8 running tasks protected \(37 %\)$/m,
  ]) {
    expect(stdout).toMatch(line);
  }
});

test.each(["SIGTERM", "SIGHUP"] as const)(
  "%s leaves neither its local Console nor its temporary folder",
  async (signal) => {
    const temporary = mkdtempSync(join(tmpdir(), "demo-status-test-"));
    const demo = spawn(process.execPath, ["scripts/demo-status.cjs"], {
      cwd: PROJECT,
      env: { PATH: process.env.PATH, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(demo.stdout.setEncoding("utf8"), "data");
    demo.kill(signal);
    expect(await once(demo, "exit")).toEqual([1, null]);
    expect(readdirSync(temporary)).toEqual([]);
    rmdirSync(temporary);
    const [url] = /http:\S+\d/.exec(String(line)) ?? [];
    // The Console got the signal before the demo ended, and may need a moment longer.
    const isUp = () =>
      fetch(String(url)).then(
        () => true,
        () => false,
      );
    for (let tries = 0; tries < 500 && (await isUp()); tries++) await setTimeout(20);
    expect(await isUp()).toBe(false);
  },
);

test("npm run demo takes cdktf with it when it is stopped", async () => {
  const demo = spawn(process.execPath, ["scripts/demo.cjs"], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output: string[] = [];
  demo.stdout.setEncoding("utf8").on("data", (chunk) => {
    output.push(chunk);
    demo.kill("SIGTERM");
  });
  // It closes when cdktf has ended, too, which writes to the same stream.
  await once(demo, "close");
  expect(output.join("")).toMatch(/^A local Console listens at \S+\nIt protects nothing: .*\n$/);
});

test("Ctrl-C, which npm repeats, doesn't keep a demo from cleaning up", async () => {
  const cleansUp = `process.once("exit", () => {
    const say = (word) => require("node:fs").writeSync(1, word);
    say("begun");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    say("done");
  });
  require("./scripts/stand-ins.cjs").runDemo("", () => new Promise(() => setInterval(() => {}, 1000)));
  console.log("running");`;
  const demo = spawn(process.execPath, ["-e", cleansUp], { cwd: PROJECT, stdio: ["ignore", "pipe", "inherit"] });
  const words = demo.stdout.setEncoding("utf8")[Symbol.asyncIterator]();
  expect((await words.next()).value).toBe("running\n");
  demo.kill("SIGINT");
  expect((await words.next()).value).toBe("begun");
  demo.kill("SIGINT");
  expect((await words.next()).value).toBe("done");
});
