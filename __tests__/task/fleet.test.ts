import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { TaskFileError } from "../../lib/errors";
import { type ReadOptions, readTasks } from "../../lib/task/read-tasks";
import { inFolder, TASK } from "./read";

type Files = Readonly<Record<string, unknown>>;

/** Reads one file by its path, several by their folder. `defaults.JSON`, if there is one, holds the defaults. */
async function readFleet(files: Files, options: ReadOptions = {}) {
  return await inFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    }
    const defaultsPath = "defaults.JSON" in files ? join(folder, "defaults.JSON") : undefined;
    const [path = ""] = Object.keys(files).filter((name) => name !== "defaults.JSON");
    const one = Object.keys(files).length === 1 || defaultsPath !== undefined;
    return await readTasks(one ? join(folder, path) : folder, { projectFolder: folder, defaultsPath, ...options });
  });
}

async function problemsOfFleet(files: Files, options: ReadOptions = {}): Promise<readonly string[]> {
  try {
    await readFleet(files, options);
    return [];
  } catch (error) {
    if (!(error instanceof TaskFileError)) throw error;
    return error.sentences;
  }
}

const router = { name: "log_router", image: "router:1", firelensConfiguration: { type: "fluentbit" } };
const app = { name: "app", image: "app:1", entryPoint: ["/app"] };
const task = (runtimeDefense: object = {}, containers: readonly object[] = [app, router]) => ({
  ...TASK,
  containerDefinitions: containers,
  runtimeDefense,
});
const defaults = (runtimeDefense: object) => ({ runtimeDefense });

describe("RUNTIME_DEFENSE_DEFAULTS", () => {
  test("applies to each key that the task itself does not set", async () => {
    const under = {
      excludeLogRouters: "routers break",
      sidecar: { cpu: 64, memoryReservation: 128 },
      raiseToFit: true,
      accept: ["environment:A"],
    };
    const over = { sidecar: { cpu: 32 }, raiseToFit: false, accept: ["environment:B"] };
    const [read] = await readFleet({ "task.json": task(over), "defaults.JSON": defaults(under) });
    expect(read?.runtimeDefense).toMatchObject({
      exclude: { log_router: "routers break" },
      sidecar: { cpu: 32, memoryReservation: 128, logs: false },
      raiseToFit: false,
      accept: ["environment:B"],
    });
  });

  test("excludes the containers that a task has, with the task's own reason first", async () => {
    const under = defaults({ exclude: { log_router: "a router", envoy: "a proxy" } });
    const over = { exclude: { log_router: "mine" } };
    const [first] = await readFleet({ "task.json": task(), "defaults.JSON": under });
    const [second] = await readFleet({ "task.json": task(over), "defaults.JSON": under });
    expect(first?.runtimeDefense.exclude).toEqual({ log_router: "a router" });
    expect(second?.runtimeDefense.exclude).toEqual({ log_router: "mine" });
  });

  test("is refused with the task's name if it excludes every container", async () => {
    const under = defaults({ exclude: { app: "why" } });
    expect(await problemsOfFleet({ "task.json": task({}, [app]), "defaults.JSON": under })).toEqual([
      "task.json: runtimeDefense.exclude: leaves every container out, so nothing would be protected. Keep one.",
    ]);
  });

  test.each([
    ["null", null, "null"],
    ["a text", "/app", "text"],
  ])("hides no entryPoint of %s in the task's own", async (_kind, entryPoint, got) => {
    const files = {
      "task.json": task({ entryPoint }, [app]),
      "defaults.JSON": defaults({ entryPoint: { pin: true } }),
    };
    expect(await problemsOfFleet(files)).toEqual([
      `task.json: runtimeDefense.entryPoint: must be an object, got ${got}.`,
    ]);
  });

  const EXPECTED =
    'defaults.JSON: must be an object with only the key runtimeDefense, such as {"runtimeDefense": {"excludeLogRouters": "log routers break when wrapped"}}.';
  test.each<[string, unknown, string]>([
    [
      "text that is not JSON",
      "{",
      "defaults.JSON: is not JSON: close brace expected at line 1, column 2. Correct it there.",
    ],
    ["lists nested 200,000 deep", "[".repeat(200_000), "defaults.JSON: is nested in more than 100 levels."],
    ["a list", [], EXPECTED],
    ["members of runtimeDefense at the top", { raiseToFit: true }, EXPECTED],
    ["another key beside runtimeDefense", { runtimeDefense: {}, family: "a" }, EXPECTED],
    [
      "an unknown member",
      defaults({ sidecar: { cpus: 1 } }),
      "defaults.JSON: runtimeDefense.sidecar.cpus: is not a known key. Write cpu.",
    ],
    [
      "a wrong value",
      defaults({ raiseToFit: "yes" }),
      "defaults.JSON: runtimeDefense.raiseToFit: must be true or false, got text.",
    ],
    [
      "a placeholder",
      defaults({ defenderImage: "<IMAGE>" }),
      'defaults.JSON: runtimeDefense.defenderImage: has the placeholder "<IMAGE>". Replace it with the value.',
    ],
  ])("with %s is refused under its own file's name", async (_kind, content, problem) => {
    expect(
      await problemsOfFleet({ "task.json": task({ exclude: { log_router: "x" } }), "defaults.JSON": content }),
    ).toEqual([problem]);
  });

  test("that is too large, or a device, is refused under its own file's name", async () => {
    const large = { "task.json": task({}, [app]), "defaults.JSON": " ".repeat(1024 * 1024 + 1) };
    expect(await problemsOfFleet(large)).toEqual([
      "defaults.JSON: is larger than 1 MiB, too large for the default runtimeDefense. Check the path (RUNTIME_DEFENSE_DEFAULTS).",
    ]);
    expect(await problemsOfFleet({ "task.json": task({}, [app]) }, { defaultsPath: "/dev/null" })).toEqual([
      "/dev/null: is neither a file nor a folder. Name a file with the default runtimeDefense.",
    ]);
  });

  test("that does not exist is refused", async () => {
    const options = { defaultsPath: "/nonexistent/defaults.json" };
    expect(await problemsOfFleet({ "task.json": task({}, [app]) }, options)).toEqual([
      "/nonexistent/defaults.json: there is no such file or folder. Check the path (RUNTIME_DEFENSE_DEFAULTS). A relative path begins in the project's folder.",
    ]);
  });
});

describe("excludeLogRouters", () => {
  test("excludes every container with a firelensConfiguration, with its own reason if it has one", async () => {
    const second = { ...router, name: "second" };
    const [read] = await readFleet({
      "task.json": task({ excludeLogRouters: "routers break", exclude: { second: "mine" } }, [app, router, second]),
    });
    expect(read?.runtimeDefense.exclude).toEqual({ log_router: "routers break", second: "mine" });
  });

  test("needs a reason", async () => {
    expect(await problemsOfFleet({ "task.json": task({ excludeLogRouters: true }) })).toContain(
      "task.json: runtimeDefense.excludeLogRouters: must be the reason for leaving it out, a text, got true or false.",
    );
  });

  test("may not exclude every container", async () => {
    expect(await problemsOfFleet({ "task.json": task({ excludeLogRouters: "x" }, [router]) })).toEqual([
      "task.json: runtimeDefense.exclude: leaves every container out, so nothing would be protected. Keep one.",
    ]);
  });
});

describe("CONTAINER_IMAGES", () => {
  const images = (entries: Readonly<Record<string, string>>) => ({ images: new Map(Object.entries(entries)) });
  const two = {
    "a.json": { ...task({}, [{ ...app, image: "<IMAGE1_NAME>" }]), family: "a" },
    "b.json": { ...task({}, [app]), family: "b" },
  };

  test("sets the images of containers: family/container before container", async () => {
    const read = await readFleet(two, images({ app: "app:2.0", "b/app": "app:3.0" }));
    expect(read.map(({ definition }) => definition.containerDefinitions[0]?.image)).toEqual(["app:2.0", "app:3.0"]);
  });

  test("with a misspelt container is refused with the one that was meant, among many", async () => {
    const many = Array.from({ length: 13 }, (_, n) => [`${n}.json`, { ...task({}, [app]), family: `family-${n}` }]);
    expect(await problemsOfFleet(Object.fromEntries(many), images({ "famly-12/app": "x:1", other: "x:1" }))).toEqual([
      'CONTAINER_IMAGES: no task has a container "famly-12/app". Did you mean family-12/app?',
      expect.stringMatching(
        /^CONTAINER_IMAGES: no task has a container "other"\. The tasks have family-0\/app, .* and 1 more\.$/,
      ),
    ]);
  });

  test("of 60 names that no task has, 50 are shown and the others are counted", async () => {
    const names = Array.from({ length: 60 }, (_, n) => [`web-${n}`, "web:1"]);
    const problems = await problemsOfFleet({ "a.json": task({}, [app]) }, images(Object.fromEntries(names)));
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe("10 more such names.");
  });

  test("with a container that no task has is refused", async () => {
    expect(await problemsOfFleet(two, images({ app: "app:2.0", web: "web:1", "c/app": "x:1" }))).toEqual([
      'CONTAINER_IMAGES: no task has a container "web". The tasks have a/app, b/app.',
      'CONTAINER_IMAGES: no task has a container "c/app". The tasks have a/app, b/app.',
    ]);
  });

  test.each([
    ["can't be read", "{", "is not JSON: close brace expected"],
    ["is a bare list", [app], "expected one task definition"],
    [
      "has a container without a name",
      { ...task({}, [{ ...app, name: 1 }]), family: "c" },
      "containerDefinitions[0].name",
    ],
    [
      "has its containers under another key",
      { ...TASK, family: "c", containerDefinitions: null, containers: [app] },
      "containers",
    ],
    [
      "has a placeholder as a container's name",
      { ...task({}, [{ ...app, name: "<NAME>" }]), family: "c" },
      'containerDefinitions[<NAME>].name: has the placeholder "<NAME>".',
    ],
  ])("is not checked while a file %s", async (_, content, problem) => {
    const found = await problemsOfFleet({ ...two, "c.json": content }, images({ app: "app:2.0", web: "web:1" }));
    expect(found).toContainEqual(expect.stringContaining(`c.json: ${problem}`));
    expect(found.join()).not.toContain("CONTAINER_IMAGES");
  });

  test.each([
    ["no family", undefined, "is required."],
    ["a placeholder as its family", "<NAME>", 'has the placeholder "<NAME>". Replace it with the value.'],
  ])("is checked only by containers' names while a file has %s", async (_, family, problem) => {
    const files = { ...two, "c.json": { ...task({}, [app]), family } };
    expect(await problemsOfFleet(files, images({ app: "app:2.0", web: "web:1", "c/app": "x:1" }))).toEqual([
      `c.json: family: ${problem}`,
      'CONTAINER_IMAGES: no task has a container "web". The tasks have a/app, b/app, app.',
    ]);
  });
});
