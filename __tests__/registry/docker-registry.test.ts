import { spawnSync } from "node:child_process";

import { LOGIN, type RunningRegistry, startDockerRegistry } from "./docker-registry";
import { digest, image, indexOf, type Recipe } from "./made-up-images";
import { dockerFolders, read } from "./reading";

// Opt-in: these need Debian's docker-registry on PATH. The first test fails if it is asked for but not installed.
const wanted = process.env.REGISTRY_TESTS === "1";
const isThere = wanted && spawnSync("docker-registry", ["--version"]).status === 0;
const describeIf = isThere ? describe : describe.skip;

const E = ["/docker-entrypoint.sh", "--strict"];
const C = ["nginx", "-g", "daemon off;"];

const WORDS: Readonly<Record<string, Recipe>> = {
  "entry point and command": { entryPoint: E, command: C },
  "only an entry point": { entryPoint: E },
  "only a command": { command: C },
  "shell form": { entryPoint: ["/bin/sh", "-c", "exec serve $PORT"], command: ["/bin/sh", "-c", "ignored"] },
  "empty lists": { entryPoint: [], command: [] },
  nulls: { entryPoint: null, command: null },
};

test("docker-registry is installed if REGISTRY_TESTS=1 asks for it", () => {
  expect(isThere).toBe(wanted);
});

describeIf.each([
  ["without a password", false],
  ["with htpasswd", true],
])("Debian's docker-registry, %s (REGISTRY_TESTS=1)", (_, secured) => {
  const docker = dockerFolders();
  let registry: RunningRegistry;
  let dockerConfigFolder: string;

  beforeAll(async () => {
    registry = await startDockerRegistry({ secured });
    const auth = Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString("base64");
    dockerConfigFolder = docker.folder({ auths: secured ? { [registry.host]: { auth } } : {} });
  });

  afterAll(async () => {
    await registry.stop();
    docker.remove();
  });

  /** Pushes an image, and returns what is read of it. */
  async function pushAndRead(repository: string, made: ReturnType<typeof image>, options = { dockerConfigFolder }) {
    await registry.push(repository, "1", made);
    const name = `${registry.host}/${repository}:1`;
    return (await read([name], options)).get(name);
  }

  test.each(Object.entries(WORDS))("an image with %s is read", async (name, recipe) => {
    const repository = `words/${name.replaceAll(" ", "-")}`;
    const expected = { entryPoint: recipe.entryPoint ?? [], command: recipe.command ?? [] };
    for (const [kind, made] of [
      ["oci", image(recipe)],
      ["docker", image({ ...recipe, docker: true })],
      ["oci-index", indexOf({ architecture: "arm64", variant: "v8" }, recipe)],
      ["docker-list", indexOf({ architecture: "arm64", docker: true }, { ...recipe, docker: true })],
    ] as const) {
      const found = await pushAndRead(`${repository}/${kind}`, made);
      expect({ kind, found }).toEqual({ kind, found: expect.objectContaining(expected) });
      expect(found).toMatchObject({ digest: digest(made.top.body) });
    }
  });

  test("an image is read by its digest", async () => {
    const made = image({ entryPoint: E });
    await registry.push("digest/web", "1", made);
    const name = `${registry.host}/digest/web@${digest(made.top.body)}`;
    expect((await read([name], { dockerConfigFolder })).get(name)).toMatchObject({ entryPoint: E, pinned: name });
  });

  test.each([
    ["manifest", image({ architecture: "arm64", entryPoint: E }), '"linux/arm64"'],
    ["index", indexOf({ architecture: "arm64", variant: "v8", entryPoint: E }), '"linux/arm64/v8, unknown/unknown"'],
  ])("an image for ARM alone is refused, in a %s", async (kind, made, platforms) => {
    expect(await pushAndRead(`arm/${kind}`, made)).toMatchObject({
      message: expect.stringContaining(
        `arm/${kind}:1 is not built for linux/amd64, the only platform of Defenders in Fargate; it is for ${platforms}: `,
      ),
    });
  });

  test("a missing image is named", async () => {
    const name = `${registry.host}/missing/web:1`;
    expect((await read([name], { dockerConfigFolder })).get(name)).toMatchObject({
      message: expect.stringMatching(
        / has nothing at this address \(HTTP 404, "MANIFEST_UNKNOWN: manifest unknown"\): GET http/,
      ),
    });
  });

  test("an image is read without Docker's credentials only if none are required", async () => {
    const found = await pushAndRead("anonymous/web", image({ entryPoint: E }), { dockerConfigFolder: "/none" });
    if (!secured) expect(found).toMatchObject({ entryPoint: E });
    else
      expect(found).toMatchObject({
        message: expect.stringMatching(
          /refuses access \(HTTP 401, "UNAUTHORIZED: authentication required"\).*docker login/,
        ),
      });
  });
});
