import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";

import type { MiddlewareHandler } from "hono";

import { PROVIDER_LOCK_FILE_NAME } from "../lib/stack/output-paths";
import { type LocalConsole, type LocalConsoleOptions, startLocalConsole } from "../local-console/server";
import { EXAMPLE, filesIn, type Place, type Run, run, start, temporaryFolders, variablesFor } from "./entry";

const STACK = "cdktf.out/stacks/prisma-runtime-defense";
const OUTPUT = [
  "cdktf.out/manifest.json",
  "cdktf.out/runtime-defense.json",
  "cdktf.out/runtime-defense.md",
  `${STACK}/cdk.tf.json`,
  `${STACK}/install_bundle.auto.tfvars.json`,
  `${STACK}/versions.tf`,
];

const newFolder = temporaryFolders();
const consoles: LocalConsole[] = [];

afterEach(async () => {
  await Promise.all(consoles.splice(0).map((local) => local.close()));
});

async function aConsole(options?: LocalConsoleOptions) {
  const local = await startLocalConsole(options);
  consoles.push(local);
  return { local, environment: variablesFor(local) };
}

async function good(environment: Place["environment"] = {}): Promise<{ folder: string; result: Run }> {
  const folder = newFolder();
  const { environment: variables } = await aConsole();
  return { folder, result: await run(["synth"], { folder, environment: { ...variables, ...environment } }) };
}

describe("a run that goes well", () => {
  test("ends with 0, says what is protected, and leaves the stack", async () => {
    const { folder, result } = await good();
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toMatch(/^prisma-runtime-defense\n {2}File[\s\S]+?\n {2}hello +protected\n/);
    expect(result.stdout).toContain("1 of 1 containers proven protected (100 %)");
    expect(filesIn(folder)).toEqual(OUTPUT);
    expect(statSync(join(folder, `${STACK}/install_bundle.auto.tfvars.json`)).mode & 0o777).toBe(0o600);
  });

  test("gives the same output without the command's name, and again, in the folder that CDKTF_OUTDIR names", async () => {
    const { environment } = await aConsole();
    const place = { folder: newFolder(), environment: { ...environment, CDKTF_OUTDIR: "elsewhere" } };
    const contents: (string | undefined)[][] = [];
    for (const args of [[], ["synth"]]) {
      expect(await run(args, place)).toMatchObject({ status: 0, stderr: "" });
      const files = filesIn(place.folder);
      expect(files).toEqual(OUTPUT.map((path) => path.replace("cdktf.out", "elsewhere")));
      contents.push(files.map((path) => readFileSync(join(place.folder, path), "utf8")));
    }
    expect(contents[1]).toEqual(contents[0]);
  });
});

test("a fleet's run says how far it is", async () => {
  const { environment } = await aConsole();
  const folder = newFolder();
  mkdirSync(join(folder, "tasks"));
  const task = JSON.parse(readFileSync(EXAMPLE, "utf8"));
  for (let index = 0; index < 12; index++)
    writeFileSync(join(folder, `tasks/${index}.json`), JSON.stringify({ ...task, family: `task-${index}` }));
  const { stdout } = await run(["synth"], { folder, environment: { ...environment, TASK_DEFINITION_PATH: "tasks" } });
  expect(stdout.match(/^The Console has answered for \d+ of 12 tasks\.$/gm)).toHaveLength(4);
});

test("the project's .terraform.lock.hcl is copied into the stack's folder", async () => {
  const { environment } = await aConsole();
  const folder = newFolder();
  writeFileSync(join(folder, ".terraform.lock.hcl"), "# hashes");
  expect(await run(["synth"], { folder, environment })).toMatchObject({ status: 0, stderr: "" });
  expect(readFileSync(join(folder, `${STACK}/.terraform.lock.hcl`), "utf8")).toBe("# hashes");
});

test("a reader that closes stdout early does not make the run fail", async () => {
  const { environment } = await aConsole();
  const folder = newFolder();
  const { child, finished } = start(["synth"], { folder, environment });
  child.stdout?.destroy();
  expect(await finished).toMatchObject({ status: 0, stderr: "" });
  expect(filesIn(folder)).toEqual(OUTPUT);
});

test("cdktf synth writes the same bytes as synth alone", async () => {
  const { local, environment } = await aConsole();
  const folder = newFolder();
  const app = ["run.cjs", "../main.ts"].map((file) => JSON.stringify(join(__dirname, "../scripts", file))).join(" ");
  writeFileSync(join(folder, "cdktf.json"), JSON.stringify({ language: "typescript", app: `node ${app}` }));
  const quiet = { CI: "true", FORCE_COLOR: "0", CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1", HOME: folder };
  const outputs = () => OUTPUT.map((path) => readFileSync(join(folder, path), "utf8"));

  await promisify(execFile)(process.execPath, [require.resolve("cdktf-cli/bundle/bin/cdktf"), "synth"], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...quiet, ...environment },
  });
  const byCdktf = outputs();
  expect((await run(["synth"], { folder, environment: variablesFor(local) })).status).toBe(0);
  expect(outputs()).toEqual(byCdktf);
});

describe("a run ends with 1, a message on stderr and no output when", () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ["a variable is missing", { TL_PASS: "" }, /^TL_PASS is required: .*\n$/],
    ["a variable is malformed", { TL_CONSOLE: "https://" }, /^TL_CONSOLE must be a URL such as .*\n$/],
    [
      "the file does not exist",
      { TASK_DEFINITION_PATH: "none.json" },
      /^none\.json: there is no such file or folder\..*\n$/,
    ],
    [
      "the file is not JSON",
      { TASK_DEFINITION_PATH: __filename },
      /^.+main\.test\.ts\n {2}1:1 +is not JSON: .*\n\n1 of 1 file has problems\. Nothing was synthesized\.\n$/,
    ],
    ["the login is refused", { TL_PASS: "wrong" }, /^The Console refused the login \(HTTP 401, .*\n$/],
    [
      "the login is refused in a run by cdktf",
      { TL_PASS: "wrong", CDKTF_CONTEXT_JSON: "{}" },
      /^cdktf destroy needs the Console as well; npm run destroy does not\.\nThe Console refused the login \(HTTP 401, .*\n$/,
    ],
    [
      "the Console is down",
      { TL_CONSOLE: "http://127.0.0.1:9" },
      /^127\.0\.0\.1:9 refuses the connection, after 4 tries: POST .*\n$/,
    ],
    ["HCL output is requested", { SYNTH_HCL_OUTPUT: "true" }, /^HCL output can't be proven\..*\n$/],
  ])("%s", async (_, environment, stderr) => {
    const { folder, result } = await good(environment);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(stderr);
    expect(filesIn(folder)).toEqual([]);
    expect(existsSync(join(folder, "cdktf.out"))).toBe(false);
  });

  test("the answer isn't protected", async () => {
    const { environment } = await aConsole({
      intercept: answering("fargate.json", (body) => body.replace("fargate", "no")),
    });
    const folder = newFolder();
    const { status, stderr } = await run(["synth"], { folder, environment });
    expect(status).toBe(1);
    expect(stderr).toContain(`${EXAMPLE}\n  the Console's answer is not the protected task: container hello, `);
    expect(stderr).toMatch(
      /\n\n1 of 1 file has problems\. Nothing was synthesized\. Look up what to do in docs\/task-definitions\.md\.\n$/,
    );
    expect(filesIn(folder)).toEqual([]);
  });

  test("a file is in the place of a folder", async () => {
    const { environment } = await aConsole();
    const folder = newFolder();
    mkdirSync(join(folder, "cdktf.out"));
    writeFileSync(join(folder, "cdktf.out/stacks"), "the user's");
    const { status, stderr } = await run(["synth"], { folder, environment });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "cdktf.out can't be written: a file is in its place; move that away (EEXIST).\n",
    });
    expect(filesIn(folder)).toEqual(["cdktf.out/stacks"]);
  });

  test("a file would exceed the limit on file sizes, similar to a full disk", async () => {
    const { environment } = await aConsole();
    const folder = newFolder();
    const { status, stderr } = await run(["synth"], { folder, environment, shell: "ulimit -f 1" });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "cdktf.out can't be written: a file would exceed the limit on file sizes (ulimit -f); raise it (EFBIG).\n",
    });
    expect(filesIn(folder)).toEqual([]);
  });

  test("nothing at all can be written, which leaves no lock that blocks later runs", async () => {
    const { environment } = await aConsole();
    const folder = newFolder();
    // Through a pipe: a file for the output would have to be written, too.
    const { status } = await run(["synth"], { folder, environment, shell: "ulimit -f 0" });
    expect(status).toBe(1);
    expect(filesIn(folder)).toEqual([]);
    expect(await run(["synth"], { folder, environment })).toMatchObject({ status: 0, stderr: "" });
  });

  test("the provider's lock file can't be read", async () => {
    const { environment } = await aConsole();
    const folder = newFolder();
    const lockFile = join(folder, PROVIDER_LOCK_FILE_NAME);
    symlinkSync("/proc/self/mem", lockFile); // Reading it fails with EIO, for root, too.
    const { status, stderr } = await run(["synth"], { folder, environment });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `${lockFile} can't be read (EIO). Check it and its permissions, or synthesize again.\n`,
    });
    expect(existsSync(join(folder, "cdktf.out"))).toBe(false);
  });

  test("the summary can't be printed", async () => {
    const { environment } = await aConsole();
    const folder = newFolder();
    const { status, stderr } = await run(["synth"], { folder, environment, shell: "exec >/dev/full" });
    expect({ status, stderr }).toEqual({ status: 1, stderr: "The output can't be written (ENOSPC).\n" });
    expect(filesIn(folder)).toEqual([]);
  });

  test("check can't print its JSON", async () => {
    const { status, stderr } = await run(["check", EXAMPLE, "--format", "json"], {
      folder: newFolder(),
      shell: "exec >/dev/full",
    });
    expect(status).toBe(1);
    expect(JSON.parse(stderr).problems).toEqual([{ text: "The output can't be written (ENOSPC)." }]);
  });

  test("it gets arguments", async () => {
    const folder = newFolder();
    expect(await run(["synth", "my-task.json"], { folder })).toMatchObject({
      status: 1,
      stderr: "synth takes no arguments, got my-task.json. Set TASK_DEFINITION_PATH instead. Usage: npm run synth.\n",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("an argument holds a secret of the environment, which isn't shown", async () => {
    const environment = { TL_PASS: "pass-0815" };
    const { status, stdout, stderr } = await run(["check", "pass-0815"], { folder: newFolder(), environment });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "[redacted]: there is no such file or folder. Check the path. A relative path begins in the project's folder.\n",
    });
  });

  test("the command does not exist", async () => {
    const folder = newFolder();
    expect(await run(["\u001b[31msnyth"], { folder })).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(/^There is no command "snyth", only synth, .*\.\n$/),
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("an earlier run's output", () => {
  test.each([
    ["a variable is missing", { TL_USER: "" }],
    ["the Console is down", { TL_CONSOLE: "http://127.0.0.1:9" }],
  ])("is removed with its folders when %s", async (_, environment) => {
    const { folder, result } = await good();
    expect(result.status).toBe(0);
    expect((await run([], { folder, environment })).status).toBe(1);
    expect(existsSync(join(folder, "cdktf.out"))).toBe(false);
  });

  test("is removed after a failure, but Terraform's own files stay", async () => {
    const { folder } = await good();
    mkdirSync(join(folder, STACK, ".terraform"));
    writeFileSync(join(folder, STACK, ".terraform/providers"), "");
    writeFileSync(join(folder, STACK, ".terraform.lock.hcl"), "");
    expect((await run(["synth"], { folder })).status).toBe(1);
    expect(filesIn(folder)).toEqual([`${STACK}/.terraform.lock.hcl`, `${STACK}/.terraform/providers`]);
  });

  test("is replaced by a new run's output, but Terraform's own files stay", async () => {
    const { folder } = await good();
    writeFileSync(join(folder, STACK, ".terraform.lock.hcl"), "");
    const before = readFileSync(join(folder, STACK, "cdk.tf.json"), "utf8");
    const { environment } = await aConsole();
    const other = readFileSync(EXAMPLE, "utf8").replace('"family": "prisma-runtime-defense"', '"family": "other"');
    writeFileSync(join(folder, "other.json"), other);
    const changed = { ...environment, TASK_DEFINITION_PATH: "other.json" };
    expect((await run(["synth"], { folder, environment: changed })).status).toBe(0);
    expect(filesIn(folder)).toEqual([...OUTPUT, `${STACK}/.terraform.lock.hcl`, "other.json"].sort());
    expect(readFileSync(join(folder, STACK, "cdk.tf.json"), "utf8")).not.toBe(before);
  });
});

describe("while a Console does not answer", () => {
  const silentAt =
    (path: string, onRequest: () => void): MiddlewareHandler =>
    async (c, next) => {
      if (!c.req.path.endsWith(path)) return next();
      onRequest();
      await new Promise(() => {});
    };

  test.each([
    ["SIGINT", "authenticate"],
    ["SIGTERM", "fargate.json"],
  ] as const)("%s ends the run, in the call %s", async (signal, path) => {
    const folder = newFolder();
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { environment } = await aConsole({ intercept: silentAt(path, () => asked()) });
    const { child, finished } = start(["synth"], { folder, environment });
    await Promise.race([isAsked, finished]);
    child.kill(signal);
    const { status, stderr } = await finished;
    expect({ status, stderr }).toEqual({ status: 1, stderr: `Stopped by ${signal}.\n` });
    expect(filesIn(folder)).toEqual([]);
  });

  test("the run ends at its time limit", async () => {
    const folder = newFolder();
    const { environment } = await aConsole({ intercept: silentAt("authenticate", () => {}) });
    const { status, stderr } = await run(["synth"], {
      folder,
      environment: { ...environment, TL_TIMEOUT_MS: "100" },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^No complete answer within [\d.]+ s, (after 4 tries|no time is left for try \d of 4; a call may take 0.4 s \(4 times TL_TIMEOUT_MS\)): POST http:\S+\/api\/v1\/authenticate\. .* or raise TL_TIMEOUT_MS\.\n$/,
    );
    expect(filesIn(folder)).toEqual([]);
  });
});

test("SIGTERM while the stack is synthesized, which nothing can interrupt, ends the run before it publishes", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "stopped.cjs"), STOPPED);
  const { environment } = await aConsole();
  const NODE_OPTIONS = `--require ${join(folder, "stopped.cjs")}`;
  const { status, stderr } = await run(["synth"], { folder, environment: { ...environment, NODE_OPTIONS } });
  expect({ status, stderr }).toEqual({ status: 1, stderr: "Stopped by SIGTERM.\n" });
  expect(filesIn(folder)).toEqual(["stopped.cjs"]);
});

test.each(["/proc/x", "/proc/x/y"])("an output folder that can't be created is reported: %s", async (CDKTF_OUTDIR) => {
  const { status, stderr } = await run(["synth"], { folder: newFolder(), environment: { CDKTF_OUTDIR } });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "/proc/x can't be created at this place. Set CDKTF_OUTDIR to a folder elsewhere.\n",
  });
});

test("a working directory that no longer exists is reported", async () => {
  const folder = newFolder();
  const { status, stderr } = await run(["synth"], { folder, shell: 'rmdir "$PWD"' });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "The working directory no longer exists. Change to another one.\n",
  });
});

test("a process that a credential helper leaves behind does not keep a failed run from ending", async () => {
  const folder = newFolder();
  const registry = createServer((_, response) =>
    response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end(),
  ).listen(0, "127.0.0.1");
  await once(registry, "listening");
  const address = registry.address();
  const image = `127.0.0.1:${typeof address === "object" ? address?.port : ""}/shop/web:1`;
  const task = { family: "web", cpu: "256", memory: "512", containerDefinitions: [{ name: "web", image }] };
  writeFileSync(join(folder, "task.json"), JSON.stringify(task));
  writeFileSync(join(folder, "config.json"), JSON.stringify({ credsStore: "hanging" }));
  writeFileSync(join(folder, "docker-credential-hanging"), "#!/bin/sh\nsleep 60 &\necho $! > pid\nwait\n", {
    mode: 0o755,
  });
  const { environment } = await aConsole();
  const variables = { TASK_DEFINITION_PATH: "task.json", DOCKER_CONFIG: folder, TL_TIMEOUT_MS: "1000" };
  const PATH = `${folder}:${process.env.PATH}`;
  const { status, stderr } = await run(["synth"], { folder, environment: { ...environment, ...variables, PATH } });
  registry.close();
  // The process is still running, so the run did not wait for it.
  expect(process.kill(Number(readFileSync(join(folder, "pid"), "utf8")), "SIGKILL")).toBe(true);
  expect(status).toBe(1);
  expect(stderr).toContain("Docker's credential helper docker-credential-hanging");
  expect(stderr).toContain("did not answer within 1 s. Install or fix it");
});

describe("DEBUG=1", () => {
  test("adds the stack trace to an expected failure", async () => {
    const { result } = await good({ DEBUG: "1", TL_PASS: "wrong" });
    const [line, ...stack] = result.stderr.trimEnd().split("\n");
    expect(line).toMatch(/^The Console refused the login/);
    expect(stack.filter((frame) => /^ {2}at .*lib\/console\/\S+\.ts:\d+:\d+\)$/.test(frame)).length).toBeGreaterThan(0);
    expect(stack.every((frame) => frame.startsWith("  "))).toBe(true);
  });
});

describe("an unexpected error", () => {
  test("is called a defect, and ends the run with 1 and without output", async () => {
    const { folder, result } = await good({ CDKTF_CONTEXT_JSON: "{ broken" });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^This is a defect: .*JSON.* \(DEBUG=1 shows where; please report it\)\n$/);
    expect(filesIn(folder)).toEqual([]);
  });

  test.each(["0", "1"])("shows nothing that is attached to it, with DEBUG=%s", async (debug) => {
    const folder = newFolder();
    writeFileSync(join(folder, "break.cjs"), BREAK);
    const { environment } = await aConsole();
    const variables = { ...environment, DEBUG: debug, NODE_OPTIONS: `--require ${join(folder, "break.cjs")}` };
    const { status, stdout, stderr } = await run(["synth"], { folder, environment: variables });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^This is a defect: broken by \[redacted\] \(DEBUG=1 shows/);
    expect(stderr.includes("break.cjs:")).toBe(debug === "1");
    expect(stdout + stderr).not.toMatch(/local-password|local-user|bearer|eyJ|authorization/i);
    expect(filesIn(folder)).toEqual(["break.cjs"]);
  });
});

// Sends the signal while cdk.tf.json is written.
const STOPPED = `
const fs = require("node:fs");
const { writeFileSync } = fs;
fs.writeFileSync = (file, ...more) => {
  if (String(file).endsWith("/cdk.tf.json")) process.kill(process.pid, "SIGTERM");
  return writeFileSync(file, ...more);
};`;

// Throws an error that holds the whole request, where no code of ours can catch it.
const BREAK = `
const http = require("node:http");
const { request } = http;
http.request = function (...args) {
  const sent = request.apply(this, args);
  sent.once("response", () => {
    const error = new Error("broken by " + process.env.TL_PASS);
    throw Object.assign(error, { request: sent, args, headers: sent.getHeaders(), cause: process.env.TL_PASS });
  });
  return sent;
};`;

function answering(path: string, change: (body: string) => string): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.req.path.endsWith(path)) c.res = new Response(change(await c.res.text()), c.res);
  };
}
