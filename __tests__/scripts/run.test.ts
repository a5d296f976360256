import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";

const PROJECT = path.resolve(__dirname, "../..");

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), "run-test-"))); // macOS' folder for temporary files is behind a link.
  cpSync(path.join(PROJECT, "scripts"), path.join(root, "scripts"), { recursive: true });
  symlinkSync(path.join(PROJECT, "node_modules"), path.join(root, "node_modules"));
  mkdirSync(path.join(root, "lib"));
  source("main.ts", 'import { word } from "./lib/word"; console.log(word); process.exitCode = 0;');
  source("lib/word.ts", 'export const word: string = "first";');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("the code that runs", () => {
  test("is built from the current sources, also after a change back", async () => {
    const words: string[] = [];
    for (const word of ["first", "second", "first", "first"]) {
      source("lib/word.ts", `export const word: string = "${word}";`);
      words.push((await launch()).stdout);
    }
    expect(words).toEqual(["first\n", "second\n", "first\n", "first\n"]);
  });

  test.each([
    ["a source", "lib/word.ts", 'export const word = "other";'],
    ["a source that takes precedence over an older one", "lib/word.tsx", 'export const word = "other";'],
    ["the bundling script", "scripts/bundle.cjs", undefined],
    ["esbuild's settings", "tsconfig.json", "{}"],
  ])("is bundled anew after a change of %s", async (_, file, content) => {
    await launch();
    const before = bundles();
    source(file, content ?? `${readFileSync(path.join(root, file), "utf8")}\n// Changed.\n`);
    await launch();
    expect(bundles()).toHaveLength(1);
    expect(bundles()).not.toEqual(before);
  });

  test("is built anew after a change that keeps the size and the time of a source", async () => {
    const file = path.join(root, "lib/word.ts");
    utimesSync(file, 1, 1);
    await launch();
    source("lib/word.ts", 'export const word: string = "other";');
    utimesSync(file, 1, 1);
    expect((await launch()).stdout).toBe("other\n");
  });

  test("is bundled anew after an installation of packages", async () => {
    unlinkSync(path.join(root, "node_modules"));
    mkdirSync(path.join(root, "node_modules"));
    for (const name of ["esbuild", "@esbuild"])
      symlinkSync(path.join(PROJECT, "node_modules", name), path.join(root, "node_modules", name));
    source("node_modules/.package-lock.json", "{}");
    await launch();
    const before = bundles();
    source("node_modules/.package-lock.json", '{"packages":{}}');
    await launch();
    expect(bundles()).not.toEqual(before);
  });

  test("is not bundled again while nothing changes", async () => {
    await launch();
    const files = build().map(written);
    expect(files).toHaveLength(2);
    expect(await launch()).toEqual({ status: 0, stdout: "first\n", stderr: "" });
    expect(build().map(written)).toEqual(files);
  });

  test("is built while an editor's lock, a link that leads nowhere, is among its sources", async () => {
    symlinkSync("somebody@machine.1:2", path.join(root, "lib/.#word.ts"));
    expect(await launch()).toEqual({ status: 0, stdout: "first\n", stderr: "" });
  });

  test("is kept compiled for each command, since each runs other functions of it", async () => {
    for (const args of [["check", "tasks"], ["check", "--help"], [], ["synth"]]) await launch(["main.ts", ...args]);
    expect(compiled().map((file) => /\.cjs\.([a-z]+)-/.exec(file)?.[1])).toEqual(["check", "help", "synth"]);
  });

  test("is that of the requested entry", async () => {
    source("lib/other.ts", 'console.log("nested");');
    source("lib-other.ts", 'console.log("flat");');
    for (let i = 0; i < 2; i++) {
      expect((await launch(["lib/other.ts"])).stdout).toBe("nested\n");
      expect((await launch(["lib-other.ts"])).stdout).toBe("flat\n");
    }
  });
});

test("an entry whose path has a link in it is run as the file it leads to", async () => {
  const link = `${root}-link`;
  symlinkSync(root, link);
  try {
    expect(await launch([path.join(link, "main.ts")])).toEqual({ status: 0, stdout: "first\n", stderr: "" });
  } finally {
    unlinkSync(link);
  }
});

describe("launches at the same time", () => {
  test("all run, and leave one whole bundle", async () => {
    source("lib/alone.ts", 'import { word } from "./word"; console.log(word);');
    const results = await Promise.all(Array.from({ length: 4 }, () => launch(["lib/alone.ts"])));
    expect(results).toEqual(results.map(() => ({ status: 0, stdout: "first\n", stderr: "" })));
    expect(bundles()).toHaveLength(1);
    expect(await launch(["lib/alone.ts"])).toEqual({ status: 0, stdout: "first\n", stderr: "" });
  });
});

describe("a damaged .build", () => {
  const damages: [string, (file: string) => void][] = [
    ["truncated", (file) => truncateSync(file, 40)],
    ["emptied", (file) => truncateSync(file, 0)],
    ["altered", (file) => writeFileSync(file, flipped(readFileSync(file)))],
    ["overwritten", (file) => writeFileSync(file, 'console.log("wrong")')],
  ];
  const kinds = ["bundle", "compiled form"];

  test.each(kinds.flatMap((kind) => damages.map(([how, damage]) => [kind, how, damage] as const)))(
    "is noticed, and does not run: the %s %s",
    async (kind, _, damage) => {
      await launch();
      const file = path.join(root, ".build", (kind === "bundle" ? bundles() : compiled())[0] ?? "");
      damage(file);
      const damaged = readFileSync(file);
      expect(await launch()).toEqual({ status: 0, stdout: "first\n", stderr: "" });
      expect(readFileSync(file).equals(damaged)).toBe(false);
    },
  );

  test("costs only time if nothing can be saved in it, and keeps nothing unfinished", async () => {
    source(
      "refused.cjs",
      'require("node:fs").renameSync = () => { throw Object.assign(new Error("refused"), { syscall: "rename" }); };',
    );
    const environment = { NODE_OPTIONS: "--require ./refused.cjs" };
    expect(await launch(["main.ts"], environment)).toEqual({ status: 0, stdout: "first\n", stderr: "" });
    expect(readdirSync(path.join(root, ".build"))).toEqual([]);
  });

  test("costs only time if it is a file", async () => {
    source(".build", "A file where the folder should be.");
    expect(await launch()).toEqual({ status: 0, stdout: "first\n", stderr: "" });
  });
});

describe("the exit status", () => {
  test.each([0, 1, 7])("is the entry's: %d", async (status) => {
    source("lib/exit.ts", `process.exitCode = ${status};`);
    expect((await launch(["lib/exit.ts"])).status).toBe(status);
    expect((await launch(["lib/exit.ts"])).status).toBe(status);
  });

  test("is 1 for a source that doesn't parse, which is named", async () => {
    source("lib/word.ts", "export const word: = 1;");
    const { status, stderr } = await launch();
    expect(stderr).toContain("lib/word.ts:1:19");
    expect(stderr).not.toContain("at build");
    expect(status).toBe(1);
  });

  test("is 1 when main.ts ends without setting it", async () => {
    source("main.ts", "new Promise(() => {});");
    expect((await launch()).status).toBe(1);
  });

  test.each([[[]], [["nothing.ts"]], [["scripts/run.cjs"]], [["../outside.ts"]]])(
    "is 1 for the entry %p",
    async (entry) => {
      const { status, stderr } = await launch(entry);
      expect(stderr).toMatch(/^Usage: .*\n$/);
      expect(status).toBe(1);
    },
  );

  test("is 1 without a package that npm ci --omit=dev leaves out, and the remedy is named", async () => {
    source("lib/word.ts", 'export { word } from "left-out";');
    const { status, stderr } = await launch();
    expect(stderr).toContain('Could not resolve "left-out"');
    expect(stderr).toMatch(
      /^A package is missing\. Run npm ci without --omit=dev, and without NODE_ENV=production\.$/m,
    );
    expect(status).toBe(1);
  });

  test("is 1 without installed packages, and the remedy is named", async () => {
    unlinkSync(path.join(root, "node_modules"));
    const { status, stderr } = await launch();
    expect(stderr).toContain("npm ci");
    expect(status).toBe(1);
  });
});

test.each([
  ["18.20.8", false],
  ["20.18.3", false],
  ["20.19.0", true],
  ["21.7.3", false],
  ["22.14.0", false],
  ["22.15.0", true],
  ["23.11.1", false],
  ["24.0.0", true],
])("Node %s runs: %p; another is refused with the versions that do", async (version, runs) => {
  source("version.cjs", `Object.defineProperty(process.versions, "node", { value: "${version}" });`);
  const { status, stdout, stderr } = await launch(["main.ts"], { NODE_OPTIONS: `--require ${root}/version.cjs` });
  const refusal = `Node ${version} is not supported. Install Node 20.19, 22.15, 24 or 26, or a later release of these.\n`;
  expect({ status, stdout, stderr }).toEqual(
    runs ? { status: 0, stdout: "first\n", stderr: "" } : { status: 1, stdout: "", stderr: refusal },
  );
});

describe("two runs in one output folder", () => {
  const WAITS = 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1e6); console.log("waiting");';

  test("don't run at the same time: the second names the first, and changes nothing", async () => {
    source("main.ts", WAITS);
    const first = spawn(process.execPath, ["scripts/run.cjs", "main.ts"], {
      cwd: root,
      env: { PATH: process.env.PATH },
    });
    await once(first.stdout, "data");
    source("cdktf.out/manifest.json", "{}");
    const { status, stdout, stderr } = await launch();
    expect(stderr).toMatch(
      new RegExp(
        `^cdktf\\.out is in use by another run: process ${first.pid} on \\S+, since \\d{4}-\\S+Z\\. Wait for it, or set ` +
          "CDKTF_OUTDIR\\. If there is no such run, remove cdktf\\.out/\\.lock\\.\n$",
      ),
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(existsSync(path.join(root, "cdktf.out/manifest.json"))).toBe(true);

    first.kill();
    await once(first, "exit");
    expect(existsSync(path.join(root, "cdktf.out/.lock"))).toBe(false);
    source("main.ts", "process.exitCode = 0;");
    expect((await launch()).status).toBe(0);
    expect(existsSync(path.join(root, "cdktf.out"))).toBe(false);
  });

  test("block neither a run in another folder nor another command", async () => {
    source("cdktf.out/.lock", lockOf(process.pid, hostname()));
    expect((await launch(["main.ts"], { CDKTF_OUTDIR: "elsewhere" })).status).toBe(0);
    expect((await launch(["main.ts", "protect"])).status).toBe(0);
    expect((await launch()).status).toBe(1);
  });

  test("can follow each other after a kill, which leaves a stale lock", async () => {
    source("main.ts", WAITS);
    const killed = spawn(process.execPath, ["scripts/run.cjs", "main.ts"], {
      cwd: root,
      env: { PATH: process.env.PATH },
    });
    await once(killed.stdout, "data");
    killed.kill("SIGKILL");
    await once(killed, "exit");
    expect(readdirSync(path.join(root, "cdktf.out"))).toEqual([".lock"]);
    source("main.ts", "process.exitCode = 0;");
    expect(await launch()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(existsSync(path.join(root, "cdktf.out"))).toBe(false);
  });

  test("can follow each other if a lock can't be removed, which is not a failure", async () => {
    source("main.ts", "process.exitCode = 0;");
    source(
      "kept.cjs",
      'require("node:fs").rmSync = () => { throw Object.assign(new Error("busy"), { syscall: "unlink" }); };',
    );
    const done = { status: 0, stdout: "", stderr: "" };
    expect(await launch(["main.ts"], { NODE_OPTIONS: "--require ./kept.cjs" })).toEqual(done);
    expect(readdirSync(path.join(root, "cdktf.out"))).toEqual([".lock"]);
    expect(await launch()).toEqual(done);
    expect(existsSync(path.join(root, "cdktf.out"))).toBe(false);
  });

  test("can follow each other after a crash that leaves a lock empty", async () => {
    source("cdktf.out/.lock", "");
    const minutesAgo = Date.now() / 1000 - 120;
    utimesSync(path.join(root, "cdktf.out/.lock"), minutesAgo, minutesAgo);
    source("main.ts", "process.exitCode = 0;");
    expect(await launch()).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("can follow each other after a kill while a stale lock is taken over: what it leaves is removed as a run's own", async () => {
    source("cdktf.out/.lock", lockOf(2 ** 22, hostname()));
    source(
      "killed.cjs",
      `
      const fs = require("node:fs");
      const { renameSync } = fs;
      fs.renameSync = (from, to) => {
        renameSync(from, to);
        process.kill(process.pid, "SIGKILL");
      };`,
    );
    await launch(["main.ts"], { NODE_OPTIONS: "--require ./killed.cjs" });
    expect(readdirSync(path.join(root, "cdktf.out"))).toEqual([expect.stringMatching(/^\.staging-/)]);
  });

  test.each([
    ["moved", "fs.unlinkSync(from)", "one that has just begun"],
    [
      "taken over",
      `fs.writeFileSync(from, ${JSON.stringify(lockOf(process.pid, hostname()))})`,
      `process ${process.pid} on ${hostname()}`,
    ],
  ])("don't both take over a stale lock: the one that finds it %s is refused", async (_, otherRun, holder) => {
    source("cdktf.out/.lock", lockOf(2 ** 22, hostname()));
    // Another run does this just before this one would move the lock.
    source(
      "other-run.cjs",
      `
      const fs = require("node:fs");
      const { renameSync } = fs;
      fs.renameSync = (from, to) => {
        if (from.endsWith(".lock")) ${otherRun};
        renameSync(from, to);
      };`,
    );
    expect(await launch(["main.ts"], { NODE_OPTIONS: "--require ./other-run.cjs" })).toEqual({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining(`cdktf.out is in use by another run: ${holder}`),
    });
  });

  test.each([
    ["of another host", lockOf(1, "another-machine"), "process 1 on another-machine, since 2026-01-01T00:00:00.000Z"],
    ["that is not written yet", "", "one that has just begun"],
    ["of no process", JSON.stringify({ host: "another-machine" }), "one that the lock does not describe"],
    [
      "full of commands",
      lockOf(1, "machine\u001b[2J\u009b\n##vso[task.complete]\n::set-output name=x::y"),
      "one that the lock does not describe",
    ],
  ])("a lock %s blocks the run", async (_, content, holder) => {
    source("cdktf.out/.lock", content);
    const { status, stderr } = await launch();
    expect(stderr).toContain(`cdktf.out is in use by another run: ${holder}. Wait for it, or set CDKTF_OUTDIR.`);
    expect(status).toBe(1);
    expect(readFileSync(path.join(root, "cdktf.out/.lock"), "utf8")).toBe(content);
  });
});

describe("a link in the output folder", () => {
  test.each(["cdktf.out/stacks", "cdktf.out/stacks/prisma-runtime-defense"])("is refused: %s", async (link) => {
    source("elsewhere/prisma-runtime-defense/cdk.tf.json", "{}");
    source("elsewhere/cdk.tf.json", "{}");
    mkdirSync(path.join(root, path.dirname(link)), { recursive: true });
    symlinkSync(path.join(root, "elsewhere"), path.join(root, link));
    expect(await launch()).toEqual({
      status: 1,
      stdout: "",
      stderr: `${link} is a link, which leads out of the output. Remove it.\n`,
    });
    expect(existsSync(path.join(root, "elsewhere/cdk.tf.json"))).toBe(true);
    expect(existsSync(path.join(root, "elsewhere/prisma-runtime-defense/cdk.tf.json"))).toBe(true);
  });
});

test("a named path is not a command for a terminal or a pipeline", async () => {
  const link = "cdktf.out/stacks/\n##vso[task.complete result=Succeeded;]\u001b[2J\u202e\n::error::x";
  mkdirSync(path.join(root, "cdktf.out/stacks"), { recursive: true });
  symlinkSync(root, path.join(root, link));
  const shown = "cdktf.out/stacks/ # #vso[task.complete result=Succeeded;] [2J : :error: :x";
  expect((await launch()).stderr).toBe(`${shown} is a link, which leads out of the output. Remove it.\n`);
});

describe("the manifest of an earlier run", () => {
  test("is removed after every stack, so that a kill in between leaves nothing to deploy", async () => {
    source("cdktf.out/stacks/one/cdk.tf.json", "{}");
    source("cdktf.out/stacks/two/cdk.tf.json", "{}");
    mkdirSync(path.join(root, "cdktf.out/manifest.json"));
    const { stderr } = await launch();
    expect(stderr).toMatch(/^cdktf\.out\/manifest\.json, an earlier run's result, can't be removed \(\w+\)\./);
    for (const name of ["one", "two"])
      expect(existsSync(path.join(root, `cdktf.out/stacks/${name}/cdk.tf.json`))).toBe(false);
  });

  test.each([
    ["cdktf.out", ["main.ts"], {}],
    ["cdktf.out", ["main.ts", "synth"], { CDKTF_OUTDIR: "" }],
    ["elsewhere", ["main.ts"], { CDKTF_OUTDIR: "elsewhere" }],
  ])("is removed from %s before anything else: %p", async (folder, args, environment) => {
    source(`${folder}/manifest.json`, "{}");
    source("lib/word.ts", "export const word: = 1;");
    expect((await launch(args, environment)).status).toBe(1);
    expect(existsSync(path.join(root, folder, "manifest.json"))).toBe(false);
  });

  test.each([
    [["main.ts", "protect"]],
    [["main.ts", "synth", "--help"]],
    [["main.ts", "synth", "-h"]],
    [["lib/word.ts"]],
  ])("is kept if nothing is synthesized: %p", async (args) => {
    source("cdktf.out/manifest.json", "{}");
    await launch(args);
    expect(existsSync(path.join(root, "cdktf.out/manifest.json"))).toBe(true);
  });

  test("that can't be removed stops the run in one line", async () => {
    mkdirSync(path.join(root, "cdktf.out/manifest.json"), { recursive: true });
    expect(await launch()).toEqual({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^cdktf\.out\/manifest\.json, an earlier run's result, can't be removed \((EISDIR|EPERM)\)\. Remove it, or set CDKTF_OUTDIR\.\n$/,
      ),
    });
  });

  test("isn't there if the output folder is a file, which the app refuses", async () => {
    source("cdktf.out", "A file where the folder should be.");
    expect(await launch()).toMatchObject({ status: 0, stderr: "" });
  });
});

test("npm's scripts start Node by exec, since a shell in between would not pass on signals", () => {
  const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8"));
  const withNode = Object.values(scripts).filter((script) => /\bnode\b/.test(String(script)));
  expect(withNode.length).toBeGreaterThan(8);
  expect(withNode.filter((script) => !/^exec node \S+\.cjs\b[^&|;]*$/.test(String(script)))).toEqual([]);
});

describe("the entry", () => {
  test("sees its own path and arguments", async () => {
    source("lib/arguments.ts", "console.log(JSON.stringify(process.argv.slice(1)));");
    const { stdout } = await launch(["lib/arguments.ts", "--out", "a b"]);
    expect(JSON.parse(stdout)).toEqual([path.join(root, "lib/arguments.ts"), "--out", "a b"]);
  });

  test("can import at run time, and print non-ASCII text", async () => {
    source("main.ts", 'import("./lib/word").then(({ word }) => console.log(word, "é → 🛡"));');
    expect((await launch()).stdout).toBe("first é → 🛡\n");
  });

  test("has stack traces with the sources' lines only with DEBUG=1", async () => {
    source("main.ts", "\n\ntry {\n  throw new Error();\n} catch (error) {\n  console.log(error);\n}\n");
    for (const debug of [undefined, "1", undefined, "1"]) {
      const { stdout } = await launch(["main.ts"], { DEBUG: debug });
      expect(stdout.includes(`${path.join(root, "main.ts")}:4:9`)).toBe(debug === "1");
    }
  });

  test("that uses a package that the bundle leaves out fails", async () => {
    source("main.ts", 'import archiver from "archiver"; console.log("loaded"); archiver("zip");');
    const { status, stdout, stderr } = await launch();
    expect(stdout).toBe("loaded\n");
    expect(stderr).toContain("This needs a package that scripts/bundle.cjs leaves out of the bundle.");
    expect(status).toBe(1);
  });
});

function lockOf(pid: number, host: string): string {
  return JSON.stringify({ pid, host, since: "2026-01-01T00:00:00.000Z" });
}

function source(file: string, content: string): void {
  mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}

// Flips a bit in the last letter of the word in the code, or in a byte of the compiled form.
function flipped(content: Buffer): Buffer {
  const at = content.includes("first") ? content.indexOf("first") + 4 : content.length - 20;
  content.writeUInt8(content.readUInt8(at) ^ 1, at);
  return content;
}

const build = () => readdirSync(path.join(root, ".build")).sort();
/** Which file it is, and when it was written: a file that is written anew with the same content differs. */
function written(file: string) {
  const { ino, mtimeNs } = statSync(path.join(root, ".build", file), { bigint: true });
  return { file, ino, mtimeNs };
}

const bundles = () => build().filter((file) => file.endsWith(".cjs"));

const compiled = () => build().filter((file) => file.endsWith(".compiled"));

type Result = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

function launch(args: readonly string[] = ["main.ts"], environment: NodeJS.ProcessEnv = {}): Promise<Result> {
  const child = spawn(process.execPath, ["scripts/run.cjs", ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, FORCE_COLOR: "0", ...environment },
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (status) => resolve({ status, ...output }));
  });
}
