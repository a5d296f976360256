import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { synth } from "../../lib/commands/synth";
import { DEFENDER_REGISTRY } from "../../local-console/defender";
import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { LOGIN, type RunningRegistry, startDockerRegistry } from "../registry/docker-registry";
import { image, indexOf, type MadeUpImage } from "../registry/made-up-images";
import { TASK } from "../task/read";
import { invoke } from "./invoke";

// Opt-in, like __tests__/registry/docker-registry.test.ts, which fails if the program is asked for but not installed.
const isThere = process.env.REGISTRY_TESTS === "1" && spawnSync("docker-registry", ["--version"]).status === 0;
const describeIf = isThere ? describe : describe.skip;

const WRAPPER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"];

/** Each container's image, its own command, and the words that start behind the Defender. */
const CONTAINERS: Readonly<Record<string, { made: MadeUpImage; command?: string[]; starts: [string[], string[]?] }>> = {
  both: { made: image({ entryPoint: ["/e"], command: ["c"] }), starts: [["/e"], ["c"]] },
  "both-and-command": { made: image({ entryPoint: ["/e"], command: ["c"] }), command: ["t"], starts: [["/e"], ["t"]] },
  "entry-point": { made: image({ entryPoint: ["/e", "x"] }), starts: [["/e", "x"]] },
  command: { made: image({ command: ["nginx", "-g", "daemon off;"] }), starts: [["nginx"], ["-g", "daemon off;"]] },
  shell: { made: image({ entryPoint: ["/bin/sh", "-c", "exec x"] }), starts: [["/bin/sh", "-c", "exec x"]] },
  empty: { made: image({ entryPoint: [], command: [] }), command: ["t", "u"], starts: [["t"], ["u"]] },
  index: { made: indexOf({ architecture: "arm64" }, { command: ["amd"] }), starts: [["amd"]] },
};

describeIf.each([
  ["without a password", false],
  ["with htpasswd", true],
])("with Debian's docker-registry, %s (REGISTRY_TESTS=1)", (_, secured) => {
  let registry: RunningRegistry;
  let console: LocalConsole;
  let folder: string;

  beforeAll(async () => {
    [registry, console] = await Promise.all([startDockerRegistry({ secured }), startLocalConsole()]);
    folder = await mkdtemp(join(tmpdir(), "docker-registry-"));
    const auth = Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString("base64");
    await writeFile(
      join(folder, "config.json"),
      JSON.stringify({ auths: secured ? { [registry.host]: { auth } } : {} }),
    );
    for (const [name, { made }] of Object.entries(CONTAINERS)) await registry.push(`shop/${name}`, "1", made);
    await registry.push("shop/arm", "1", image({ architecture: "arm64", entryPoint: ["/arm"] }));
  });
  afterAll(async () => {
    await Promise.all([registry.stop(), console.close(), rm(folder, { recursive: true })]);
  });

  async function synthOf(containers: readonly object[]) {
    const file = join(folder, "task");
    await writeFile(file, JSON.stringify({ ...TASK, containerDefinitions: containers }));
    return await invoke(synth, [], {
      ...{ TL_CONSOLE: console.url, TL_USER: console.user, TL_PASS: console.password, DEFENDER_REGISTRY },
      ...{ TASK_DEFINITION_PATH: file, CDKTF_OUTDIR: join(folder, "cdktf.out"), DOCKER_CONFIG: folder },
    });
  }

  test("a task definition without entry points is protected, with those of its images", async () => {
    const containers = Object.entries(CONTAINERS).map(([name, { command }]) => ({
      ...{ name, image: `${registry.host}/shop/${name}:1`, memory: 50 },
      ...(command && { command }),
    }));
    expect((await synthOf(containers)).problems).toEqual([]);
    const path = join(folder, "cdktf.out/stacks/prisma-runtime-defense/cdk.tf.json");
    const { resource } = JSON.parse(await readFile(path, "utf8"));
    const [definition] = Object.values<{ container_definitions: string }>(resource.aws_ecs_task_definition);
    const deployed: { name: string; entryPoint: string[]; command?: string[] }[] = JSON.parse(
      definition?.container_definitions ?? "[]",
    );
    const words = deployed
      .filter(({ name }) => name !== "TwistlockDefender")
      .map(({ name, entryPoint, command }) => [name, entryPoint, command]);
    expect(words).toEqual(
      Object.entries(CONTAINERS).map(([name, { starts }]) => [name, [...WRAPPER, ...starts[0]], starts[1]]),
    );
  });

  test("an image that is built for ARM alone is refused, with its place in the file", async () => {
    const { problems } = await synthOf([{ name: "arm", image: `${registry.host}/shop/arm:1` }]);
    expect(problems).toEqual([
      expect.stringMatching(/containerDefinitions\[arm\]: .*shop\/arm:1 is not built for linux\/amd64/),
    ]);
  });
});
