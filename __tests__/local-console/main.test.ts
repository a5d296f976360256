import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import { buildSync } from "esbuild";

import { startLocalConsole } from "../../local-console/server";

const folder = mkdtempSync(path.join(tmpdir(), "local-console-"));
const main = path.join(folder, "main.cjs");
const children: ChildProcess[] = [];

beforeAll(() => {
  const entryPoints = [path.join(__dirname, "../../local-console/main.ts")];
  buildSync({ entryPoints, outfile: main, bundle: true, platform: "node", logLevel: "silent" });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...options: string[]) {
  const env = { PATH: process.env.PATH };
  const child = spawn(process.execPath, [main, ...options], { env, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  return child;
}

async function firstWords(child: { readonly stdout: NodeJS.ReadableStream }): Promise<string> {
  const [words] = await once(child.stdout, "data");
  return String(words);
}

test("it prints the variables as lines to paste, and that it protects nothing", async () => {
  const words = await firstWords(run("--port", "0", "--tenant", "us-2-158"));
  expect(words).toMatch(
    /^# Local Console 34\.04\.145\. It protects nothing: .*\nexport TL_CONSOLE=http:\/\/127\.0\.0\.1:\d+\/us-2-158\nexport DEFENDER_REGISTRY=registry-auth\.local\.invalid\nexport TL_USER=local-user\nexport TL_PASS=local-password\n# Ctrl-C stops it\.\n$/,
  );
});

test("the printed variables work", async () => {
  const words = await firstWords(run("--port", "0", "--latency-ms", "1"));
  const variable = (name: string) => new RegExp(`^export ${name}=(.+)$`, "m").exec(words)?.[1];
  const body = JSON.stringify({ username: variable("TL_USER"), password: variable("TL_PASS") });
  const response = await fetch(`${variable("TL_CONSOLE")}/api/v1/authenticate`, { method: "POST", body });
  expect(response.status).toBe(200);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s stops it at once, with calls in progress", async (signal) => {
  const child = run("--port", "0", "--latency-ms", "60000");
  const url = /TL_CONSOLE=(.+)/.exec(await firstWords(child))?.[1];
  const call = request(`${url}/api/v1/_ping`).end();
  const cutOff = once(call, "error");
  await once(call, "finish");
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([0, null]);
  await cutOff;
});

test("npm run console ends on SIGTERM and leaves no process", async () => {
  const folder = path.join(__dirname, "../..");
  const npm = spawn("npm", ["run", "--silent", "console", "--", "--port", "0"], { cwd: folder });
  children.push(npm);
  const url = /TL_CONSOLE=(.+)/.exec(await firstWords(npm))?.[1];
  npm.kill("SIGTERM");
  // Ends when the last process has closed the output.
  await text(npm.stdout);
  await expect(fetch(`${url}/api/v1/_ping`)).rejects.toThrow("fetch failed");
});

test.each([
  [["--host", "0.0.0.0"], "host must be a loopback address such as 127.0.0.1, got 0.0.0.0"],
  [["--port", "x"], "--port must be a whole number from 0 to 65535, got x"],
  [["--port", "65536"], "--port must be a whole number from 0 to 65535, got 65536"],
  [["--latency-ms", "-1"], "Option '--latency-ms' argument is ambiguous."],
  [["--latency-ms=1.5"], "--latency-ms must be a whole number from 0 to 60000, got 1.5"],
  [["--tenant", "a b"], "tenantPath must have letters, digits, -, _ and . between its slashes, got a b"],
  [["--colour"], "Unknown option '--colour'"],
])("%j is refused with the usage", async (options, message) => {
  const child = run(...options);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/\nUsage: npm run console -- .*\n$/);
});

test("a port in use is refused", async () => {
  const local = await startLocalConsole();
  const { port } = new URL(local.url);
  const child = run("--port", port);
  const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  await local.close();
  expect(stderr).toContain(`address already in use 127.0.0.1:${port}`);
  expect(status).toBe(1);
});
