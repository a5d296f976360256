import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isJsonObject, type JsonObject } from "../../lib/json";
import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { filesIn, run, temporaryFolders, variablesFor } from "../entry";
import { loopback } from "../http/servers";
import { LOGIN, startDockerRegistry } from "../registry/docker-registry";
import { digest, image, indexOf, type MadeUpImage } from "../registry/made-up-images";
import { registry } from "../registry/registry-server";

const WRAPPER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"];
const newFolder = temporaryFolders();
const servers = loopback();
let local: LocalConsole;

beforeAll(async () => {
  local = await startLocalConsole();
});

afterAll(() => local.close());
afterEach(() => servers.closeAll());

/** Makes a folder with one file per task, each with one container. */
function tasks(containers: Readonly<Record<string, JsonObject>>, more: JsonObject = {}): string {
  const folder = newFolder();
  mkdirSync(join(folder, "tasks"));
  for (const [family, container] of Object.entries(containers)) {
    const task = { family, cpu: "512", memory: "1024", containerDefinitions: [{ name: "app", ...container }], ...more };
    writeFileSync(join(folder, "tasks", `${family}.json`), JSON.stringify(task));
  }
  return folder;
}

async function synth(folder: string, environment = {}) {
  const before = local.requests.length;
  const variables = { ...variablesFor(local), TASK_DEFINITION_PATH: "tasks", HOME: folder, ...environment };
  const result = await run(["synth"], { folder, environment: variables });
  return { ...result, asked: local.requests.length - before };
}

/** The containers that the stack starts, by family. */
function synthesized(folder: string): Readonly<Record<string, JsonObject | undefined>> {
  const file = join(folder, "cdktf.out/stacks/prisma-runtime-defense/cdk.tf.json");
  const { aws_ecs_task_definition: definitions } = JSON.parse(readFileSync(file, "utf8")).resource;
  return Object.fromEntries(
    Object.values(definitions)
      .filter((one) => isJsonObject(one))
      .map(({ family, container_definitions: containers }) => {
        const all: unknown[] = JSON.parse(String(containers));
        return [String(family), all.filter(isJsonObject).find(({ name }) => name === "app")];
      }),
  );
}

const IMAGES: Readonly<Record<string, MadeUpImage>> = {
  both: indexOf({ architecture: "arm64" }, { entryPoint: ["/entrypoint.sh"], command: ["serve", "--all"] }),
  "entry-point": image({ entryPoint: ["/only"] }),
  command: image({ command: ["/bin/server", "--port=80"], docker: true }),
  shell: image({ command: ["/bin/sh", "-c", "exec serve"] }),
};

const STARTED: Readonly<Record<string, JsonObject>> = {
  both: { entryPoint: [...WRAPPER, "/entrypoint.sh"], command: ["serve", "--all"] },
  "entry-point": { entryPoint: [...WRAPPER, "/only"] },
  command: { entryPoint: [...WRAPPER, "/bin/server"], command: ["--port=80"] },
  shell: { entryPoint: [...WRAPPER, "/bin/sh"], command: ["-c", "exec serve"] },
};

function containersOf(host: string): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(Object.keys(IMAGES).map((name) => [name, { image: `${host}/${name}:1` }]));
}

async function serving(): Promise<string> {
  const images = Object.fromEntries(Object.entries(IMAGES).map(([name, made]) => [`${name}:1`, made]));
  return new URL(await servers.plain(registry({ images }))).host;
}

test("containers without an entry point get the one of their image, wrapped", async () => {
  const host = await serving();
  const folder = tasks(containersOf(host));
  const { status, stderr, stdout } = await synth(folder);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const [family, expected] of Object.entries(STARTED)) {
    expect(synthesized(folder)[family]).toMatchObject({ image: `${host}/${family}:1`, ...expected });
  }
  expect(synthesized(folder)["entry-point"]).not.toHaveProperty("command");
  expect(stdout).toContain("4 of 4 containers proven protected (100 %)");
});

test("a task's own command follows the image's entry point", async () => {
  const host = await serving();
  const folder = tasks({ both: { image: `${host}/both:1`, command: ["work"] } });
  expect(await synth(folder)).toMatchObject({ status: 0, stderr: "" });
  expect(synthesized(folder).both).toMatchObject({ ...STARTED.both, command: ["work"] });
});

test("with pin, the stack has the digest that was read", async () => {
  const host = await serving();
  const folder = tasks({ both: { image: `${host}/both:1` } }, { runtimeDefense: { entryPoint: { pin: true } } });
  expect(await synth(folder)).toMatchObject({ status: 0, stderr: "" });
  const { top } = IMAGES.both ?? image();
  expect(synthesized(folder).both).toMatchObject({ image: `${host}/both@${digest(top.body)}` });
});

test("the README's first task is synthesized and protected, with only its registry replaced", async () => {
  const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
  const [, section = ""] = readme.split("## Your first task\n");
  const [, task = ""] = /```json\n([\s\S]+?)```/.exec(section) ?? [];
  const images = { "shop:1": image({ entryPoint: ["/shop"] }) };
  const { host } = new URL(await servers.plain(registry({ images })));
  const folder = newFolder();
  mkdirSync(join(folder, "tasks"));
  writeFileSync(join(folder, "tasks/shop.json"), task.replace(/"[^"]+(?=\/shop:1")/, `"${host}`));
  const { status, stderr, stdout } = await synth(folder);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("1 of 1 containers proven protected (100 %)");
});

test("an image that can't be read ends the run before the login, and leaves no files", async () => {
  const host = await serving();
  const folder = tasks({ both: { image: `${host}/missing:1` } });
  const { status, stderr, asked } = await synth(folder);
  expect({ status, asked }).toEqual({ status: 1, asked: 0 });
  expect(stderr).toContain(
    `${host} has nothing at this address (HTTP 404, "MANIFEST_UNKNOWN: manifest unknown"): GET http://${host}/`,
  );
  expect(filesIn(folder)).toEqual(["tasks/both.json"]);
});

const wanted = process.env.REGISTRY_TESTS === "1" && spawnSync("docker-registry", ["--version"]).status === 0;

(wanted ? test : test.skip)(
  "the same holds for Debian's docker-registry with a password (REGISTRY_TESTS=1)",
  async () => {
    const server = await startDockerRegistry({ secured: true });
    try {
      for (const [name, made] of Object.entries(IMAGES)) await server.push(name, "1", made);
      const folder = tasks(containersOf(server.host));
      const docker = newFolder();
      const auth = Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString("base64");
      writeFileSync(join(docker, "config.json"), JSON.stringify({ auths: { [server.host]: { auth } } }));
      expect(await synth(folder, { DOCKER_CONFIG: docker })).toMatchObject({ status: 0, stderr: "" });
      for (const [family, expected] of Object.entries(STARTED)) {
        expect(synthesized(folder)[family]).toMatchObject(expected);
      }
      const refused = await synth(folder);
      expect(refused).toMatchObject({ status: 1, asked: 0 });
      expect(refused.stderr).toContain("Tried: without credentials, as Docker has none for ");
      expect(filesIn(folder).filter((file) => file.startsWith("cdktf.out"))).toEqual([]);
    } finally {
      await server.stop();
    }
  },
);
