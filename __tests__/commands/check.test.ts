import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { parse as parseJUnit } from "junit2json";

import { check } from "../../lib/commands/check";
import { synth } from "../../lib/commands/synth";
import { EXAMPLE, run, temporaryFolders } from "../entry";
import { invoke } from "./invoke";

const newFolder = temporaryFolders();

const GOOD = {
  cpu: "256",
  memory: "512",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  containerDefinitions: [{ name: "web", image: "nginx:1.27", entryPoint: ["/docker-entrypoint.sh"] }],
};

/** Makes a folder of 30 tasks; those with the given numbers are wrong. */
function fleet(wrong: readonly number[]): string {
  const folder = newFolder();
  for (let index = 0; index < 30; index++) {
    const task = {
      family: `task-${index}`,
      ...GOOD,
      ...(wrong.includes(index) && { memory: "much", pidMode: "guest" }),
    };
    writeFileSync(join(folder, `${index}.json`), JSON.stringify(task, null, 2));
  }
  return folder;
}

test("a good file passes without a Console and without credentials", async () => {
  const { status, stdout, stderr } = await invoke(check, [EXAMPLE, "--offline"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(
    /example\.json\n {2}1:1 +Notice: Not in the file, so the defaults apply: cpu 256, memory 512\.\n/,
  );
  expect(stdout).toMatch(/\nContainers: 1 to be protected\.\n1 file has no problem\.\n$/);
});

test("without PATH, TASK_DEFINITION_PATH is checked", async () => {
  const { status, stdout } = await invoke(check, ["--offline"], { TASK_DEFINITION_PATH: EXAMPLE });
  expect(status).toBe(0);
  expect(stdout).toContain("1 file has no problem.");
});

test.each(["", "$(TASK_DEFINITION_PATH)"])("PATH counts as missing if a pipeline passes %j", async (path) => {
  expect((await invoke(check, [path, "--offline"], { TASK_DEFINITION_PATH: EXAMPLE })).status).toBe(0);
});

test.each([[["--format", "json"]], [["--format=junit"]]])(
  "%j is on stdout even when the check can't start",
  async (format) => {
    const args = ["check", "none.json", "--offline", ...format];
    const { status, stdout, stderr } = await run(args, { folder: newFolder() });
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toMatch(/^[{<]/);
    expect(stdout).toContain("none.json: there is no such file or folder.");
  },
);

test("without --format, why the check can't start is on stderr", async () => {
  const { status, stdout, stderr } = await run(["check", "none.json", "--offline"], { folder: newFolder() });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toBe(
    "none.json: there is no such file or folder. Check the path. A relative path begins in the project's folder.\n",
  );
});

test("wrong files are named with the places of their problems and counted, with exit status 1", async () => {
  const { status, stdout } = await invoke(check, [fleet([3, 7, 11, 19, 29]), "--offline"]);
  expect(status).toBe(1);
  expect(stdout.match(/^.+\.json$/gm)).toHaveLength(5);
  expect(stdout).toMatch(/\/3\.json\n {2}4:3 +memory: .*\n {2}\d+:3 +pidMode: .*\n\n/);
  expect(stdout).toMatch(/\nContainers of the other files: 25 to be protected\.\n5 of 30 files have problems\.\n$/);
});

test("the containers of a file whose family another file has are not counted among those of the other files", async () => {
  const folder = newFolder();
  for (const name of ["prod", "staging"]) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ family: "shop", ...GOOD }));
  }
  const { stdout } = await invoke(check, [folder, "--offline"]);
  expect(stdout).toMatch(/\nContainers of the other files: 1 to be protected\.\n1 of 2 files has problems\.\n$/);
});

test.each([
  ["is excluded", { runtimeDefense: { exclude: { other: "it breaks" } } }, "1 to be protected, 1 left out"],
  [
    "is looked up by the Console",
    { runtimeDefense: { entryPoint: { extract: true } } },
    "1 to be protected, 1 whose entry point is still to be found",
  ],
  ["is looked up in its image", {}, "1 to be protected, 1 whose entry point is still to be found"],
])("a container that %s is not counted as protected", async (_, more, counted) => {
  const file = join(newFolder(), "task.json");
  const [web] = GOOD.containerDefinitions;
  const containerDefinitions = [web, { name: "other", image: "redis:7", essential: false }];
  writeFileSync(file, JSON.stringify({ family: "shop", ...GOOD, containerDefinitions, ...more }));
  const { status, stdout } = await invoke(check, [file, "--offline"]);
  expect(status).toBe(0);
  expect(stdout).toContain(`Containers: ${counted}.\n`);
});

test.each([
  ["github", /^::error file=.+\/3\.json,line=4,col=3::memory: .*$/m],
  ["azure", /^##vso\[task\.logissue type=error;sourcepath=.+\/3\.json;linenumber=4;columnnumber=3\]memory: .*$/m],
])("--format %s annotates the lines", async (format, annotation) => {
  const { status, stdout } = await invoke(check, [fleet([3]), "--offline", "--format", format]);
  expect(status).toBe(1);
  expect(stdout).toMatch(annotation);
});

test("--format junit has a case for each file, and JUnit's parser reads it", async () => {
  const { status, stdout } = await invoke(check, [fleet([3, 7]), "--offline", "--format", "junit"]);
  expect(status).toBe(1);
  expect(await parseJUnit(stdout)).toMatchObject({ tests: 30, failures: 2 });
});

test("a problem of the defaults' file is counted, and has its own case", async () => {
  const environment = { RUNTIME_DEFENSE_DEFAULTS: join(newFolder(), "defaults.json") };
  const file = fleet([]);
  const { stdout } = await invoke(check, [file, "--offline", "--format", "junit"], environment);
  expect(await parseJUnit(stdout)).toMatchObject({ tests: 31, failures: 1 });
  expect(stdout).toContain("there is no such file or folder");
  const { stdout: text } = await invoke(check, [file, "--offline"], environment);
  expect(text).toContain("1 of 31 files has problems");
});

test("--format json counts files and containers", async () => {
  const { stdout } = await invoke(check, [fleet([3]), "--offline", "--format", "json"]);
  const { summary, problems } = JSON.parse(stdout);
  expect(summary).toEqual({
    files: 30,
    filesWithProblems: 1,
    problems: problems.length,
    containers: { all: 29, leftOut: 0, open: 0 },
  });
  expect(problems[0]).toMatchObject({ line: 4, column: 3, text: expect.stringMatching(/^memory: /) });
});

test("a wrong variable is refused as in synth, unless it is the Console's", async () => {
  const asked = (environment: Record<string, string>) => invoke(check, [EXAMPLE, "--offline"], environment);
  const { problems } = await asked({ AWS_REGION: "Ireland", TL_CONSOLE: "ftp://x" });
  expect(problems).toEqual(['AWS_REGION must be a region such as eu-west-1, got "Ireland".']);
  expect((await asked({ AWS_DEFAULT_REGION: "us-east-1" })).problems).toEqual([
    expect.stringContaining('AWS_DEFAULT_REGION is "us-east-1", but this project reads only AWS_REGION'),
  ]);
});

test("a path that isn't there is refused, with the variable if that names it", async () => {
  const path = join(newFolder(), "none.json");
  const problem = `${path}: there is no such file or folder. Check the path`;
  const hint = "A relative path begins in the project's folder.";
  expect((await invoke(check, [path, "--offline"])).problems).toEqual([`${problem}. ${hint}`]);
  const { problems } = await invoke(check, ["--offline"], { TASK_DEFINITION_PATH: path });
  expect(problems).toEqual([`${problem} (TASK_DEFINITION_PATH). ${hint}`]);
});

describe("check --offline and synth", () => {
  const BROKEN: readonly (readonly [string, unknown])[] = [
    ["family", 7],
    ["family", "two words"],
    ["cpu", "300"],
    ["memory", "much"],
    ["pidMode", "guest"],
    ["networkMode", "bridge"],
    ["requiresCompatibilities", ["EC2"]],
    ["executionRoleArn", "role"],
    ["containerDefinitions", []],
    ["containerDefinitions", [{ name: "web", image: "nginx", entryPoint: "sh" }]],
    ["containerDefinitions", [{ name: "TwistlockDefender", image: "nginx", entryPoint: ["sh"] }]],
    ["runtimeDefense", { excluded: {} }],
    ["runtimeDefense", { exclude: { nobody: "reason" } }],
    ["volumes", [null]],
    ["unknownKey", 1],
    ["tags", "none"],
  ];
  const change = fc.constantFrom(...BROKEN);
  const task = fc
    .array(change, { maxLength: 3 })
    .map((changes) => ({ family: "shop", ...GOOD, ...Object.fromEntries(changes) }));
  const text = fc.oneof(
    { weight: 8, arbitrary: task.map((document) => JSON.stringify(document, null, 2)) },
    { weight: 1, arbitrary: task.map((document) => JSON.stringify(document).slice(0, -1)) },
    { weight: 1, arbitrary: fc.constantFrom("", "[]", "null", '{"family":"a","family":"b"}') },
  );

  test("report the same problems for any files", async () => {
    // Nothing listens there, so synth ends after it has read the files.
    const environment = {
      TL_CONSOLE: "http://127.0.0.1:9",
      TL_USER: "user",
      TL_PASS: "password",
      TL_RETRY_DELAY_MS: "1",
    };
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 3 }), async (files) => {
        const folder = newFolder();
        for (const [index, content] of files.entries()) writeFileSync(join(folder, `${index}.json`), content);
        const place = { TASK_DEFINITION_PATH: folder, CDKTF_OUTDIR: join(folder, "cdktf.out") };
        const checked = await invoke(check, ["--offline", "--format", "json"], place);
        const synthesized = await invoke(synth, [], { ...environment, ...place });
        const found: readonly { file?: string; text: string }[] = JSON.parse(checked.stdout).problems;
        const problems = found.map(({ file, text: what }) => (file === undefined ? what : `${file}: ${what}`));
        rmSync(folder, { recursive: true });
        if (problems.length > 0) refused += 1;
        expect(checked.status).toBe(problems.length > 0 ? 1 : 0);
        const isRefused = !synthesized.problems.some((problem) =>
          problem.includes("127.0.0.1:9 refuses the connection"),
        );
        expect(isRefused ? synthesized.problems : []).toEqual(problems);
      }),
      { numRuns: 60 },
    );
    expect(refused).toBeGreaterThan(20);
  });
});

test("the file is not changed", async () => {
  const before = readFileSync(EXAMPLE, "utf8");
  await invoke(check, [EXAMPLE, "--offline"]);
  expect(readFileSync(EXAMPLE, "utf8")).toBe(before);
});
