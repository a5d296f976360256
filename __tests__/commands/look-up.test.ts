import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { check } from "../../lib/commands/check";
import { synth } from "../../lib/commands/synth";
import { DEFENDER_REGISTRY } from "../../local-console/defender";
import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { loopback } from "../http/servers";
import { image, indexOf } from "../registry/made-up-images";
import { registry } from "../registry/registry-server";
import { CONTAINER, TASK } from "../task/read";
import { invoke } from "./invoke";

const WRAPPER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"];
const servers = loopback();
let console: LocalConsole;
let host: string;
let folder: string;

beforeAll(async () => {
  console = await startLocalConsole();
  const images = {
    "shop/web:1": indexOf({ architecture: "arm64" }, { entryPoint: ["/entry.sh"], command: ["serve", "--all"] }),
    "shop/tool:1": image({ command: ["tool", "run"] }),
    "shop/script:1": image({ entryPoint: ["sh", "-c", "serve --token=s3cr3t"], command: ["s3cr3t too"] }),
    "shop/arm:1": image({ architecture: "arm64", entryPoint: ["/arm"] }),
  };
  host = new URL(await servers.plain(registry({ images }))).host;
});
afterAll(async () => {
  await console.close();
  await servers.closeAll();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "look-up-"));
});
afterEach(() => rm(folder, { recursive: true }));

const container = (name: string, repository: string, more: object = {}) => ({
  ...{ name, image: `${host}/shop/${repository}`, memory: 100 },
  ...more,
});

async function synthOf(containers: readonly object[], runtimeDefense: object = {}, environment = {}) {
  const file = join(folder, "task.json");
  await writeFile(file, JSON.stringify({ ...TASK, containerDefinitions: containers, runtimeDefense }));
  const output = join(folder, "cdktf.out");
  const outcome = await invoke(synth, [], {
    ...{ TL_CONSOLE: console.url, TL_USER: console.user, TL_PASS: console.password, TL_RETRY_DELAY_MS: "1" },
    DEFENDER_REGISTRY,
    ...{ TASK_DEFINITION_PATH: file, CDKTF_OUTDIR: output, DOCKER_CONFIG: folder },
    ...environment,
  });
  return { ...outcome, output };
}

async function deployedContainers(output: string) {
  const stack = JSON.parse(await readFile(join(output, "stacks/prisma-runtime-defense/cdk.tf.json"), "utf8"));
  const [definition] = Object.values<{ container_definitions: string }>(stack.resource.aws_ecs_task_definition);
  return JSON.parse(definition?.container_definitions ?? "[]");
}

test("entry points are looked up, wrapped, proven, and shown in summary and report", async () => {
  const containers = [container("web", "web:1"), container("tool", "tool:1", { command: ["tool", "check"] })];
  const { status, problems, stdout, output } = await synthOf(containers);
  expect(problems).toEqual([]);
  expect(status).toBe(0);
  expect(await deployedContainers(output)).toEqual([
    expect.objectContaining({ name: "web", entryPoint: [...WRAPPER, "/entry.sh"], command: ["serve", "--all"] }),
    expect.objectContaining({ name: "tool", entryPoint: [...WRAPPER, "tool"], command: ["check"] }),
    expect.objectContaining({ name: "TwistlockDefender" }),
  ]);
  expect(stdout.replace(/\s+/g, " ")).toMatch(
    /web protected, starts \/entry\.sh serve --all, as its image sha256:[0-9a-f]{12} says/,
  );
  const report = JSON.parse(await readFile(join(output, "runtime-defense.json"), "utf8"));
  expect(report.tasks[0].containers[0].lookedUp).toEqual({
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    entryPoint: ["/entry.sh"],
    command: ["serve", "--all"],
  });
  const markdown = await readFile(join(output, "runtime-defense.md"), "utf8");
  expect(markdown).toMatch(/\| web \| yes, `starts \/entry\.sh serve --all, as its image sha256:[0-9a-f]{12} says/);
});

test("of a script that an image starts, nothing is shown: it may hold credentials", async () => {
  const { stdout, output } = await synthOf([container("web", "script:1")]);
  const report = await readFile(join(output, "runtime-defense.json"), "utf8");
  expect(JSON.parse(report).tasks[0].containers[0].lookedUp).toMatchObject({
    entryPoint: ["sh", "-c", "…"],
    command: ["…"],
  });
  expect(stdout + report + (await readFile(join(output, "runtime-defense.md"), "utf8"))).not.toContain("s3cr3t");
});

test("with pin the task is deployed with the image's digest", async () => {
  const { output } = await synthOf([container("web", "web:1")], { entryPoint: { pin: true } });
  const [web] = await deployedContainers(output);
  expect(web.image).toMatch(new RegExp(`^${host}/shop/web@sha256:[0-9a-f]{64}$`));
});

test("images from the pipeline, and defaults, are read from the environment", async () => {
  const defaults = join(folder, "defaults");
  await writeFile(defaults, JSON.stringify({ runtimeDefense: { excludeLogRouters: "routers break" } }));
  const router = { ...CONTAINER, name: "log_router", firelensConfiguration: { type: "fluentbit" } };
  const { status, stdout, output } = await synthOf(
    [{ name: "web", image: "<IMAGE1_NAME>" }, router],
    {},
    { RUNTIME_DEFENSE_DEFAULTS: defaults, CONTAINER_IMAGES: JSON.stringify({ "shop/web": `${host}/shop/web:1` }) },
  );
  expect(status).toBe(0);
  expect(stdout).toContain("left out: routers break");
  expect((await deployedContainers(output))[0]).toMatchObject({ name: "web", image: `${host}/shop/web:1` });
});

test("all images that can't be looked up are refused at once, before the login", async () => {
  const containers = [container("a", "arm:1"), container("b", "none:1"), container("web", "web:1")];
  const { problems } = await synthOf(containers, {}, { TL_CONSOLE: "http://127.0.0.1:1" });
  expect(problems).toEqual([
    expect.stringMatching(/task\.json: containerDefinitions\[a\]: .* is not built for linux\/amd64/),
    expect.stringMatching(/task\.json: containerDefinitions\[b\]: .*404/),
  ]);
});

test("an image that could not start in Fargate is not to be hidden behind an entryPoint in the file", async () => {
  const { problems } = await synthOf([container("a", "arm:1")]);
  expect(problems).toEqual([
    expect.stringMatching(/ Build and push it with --platform linux\/amd64\. [^.]* would not start either\.$/),
  ]);
});

test("check looks them up, too, but not with --offline", async () => {
  const file = join(folder, "task.json");
  await writeFile(file, JSON.stringify({ ...TASK, containerDefinitions: [container("b", "none:1")] }));
  const environment = { TL_RETRY_DELAY_MS: "1", DOCKER_CONFIG: folder };
  const { status, stdout } = await invoke(check, [file], environment);
  expect(status).toBe(1);
  expect(stdout).toMatch(/containerDefinitions\[b\]: .*404/);
  expect(await invoke(check, [file, "--offline"], environment)).toMatchObject({ status: 0 });
});
