import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

const PROJECT = path.resolve(__dirname, "../..");

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "run-test-"));
  cpSync(path.join(PROJECT, "scripts"), path.join(root, "scripts"), { recursive: true });
  symlinkSync(path.join(PROJECT, "node_modules"), path.join(root, "node_modules"));
  mkdirSync(path.join(root, "lib"));
  source("main.ts", 'import { word } from "./lib/word"; console.log(word); process.exitCode = 0;');
  source("lib/word.ts", 'export const word: string = "first";');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("the code that runs", () => {
  test("is the sources' as they are now, forth and back", async () => {
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
    ["how it is bundled", "scripts/bundle.cjs", undefined],
  ])("is bundled anew after a change of %s", async (_, file, content) => {
    await launch();
    const before = bundles();
    source(file, content ?? `${readFileSync(path.join(root, file), "utf8")}\n// Changed.\n`);
    await launch();
    expect(bundles()).toHaveLength(1);
    expect(bundles()).not.toEqual(before);
  });

  test("is not bundled again while nothing changes", async () => {
    await launch();
    const files = build();
    expect(await launch()).toEqual({ status: 0, stdout: "first\n", stderr: "" });
    expect(build()).toEqual(files);
    expect(bundles()).toHaveLength(1);
    expect(compiled()).toHaveLength(isCompiledKept ? 1 : 0);
  });

  test("is the entry's that was asked for", async () => {
    source("lib/other.ts", 'console.log("nested");');
    source("lib-other.ts", 'console.log("flat");');
    for (let i = 0; i < 2; i++) {
      expect((await launch(["lib/other.ts"])).stdout).toBe("nested\n");
      expect((await launch(["lib-other.ts"])).stdout).toBe("flat\n");
    }
  });
});

describe("launches at once", () => {
  test("all run, and leave one whole bundle", async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => launch()));
    expect(results).toEqual(results.map(() => ({ status: 0, stdout: "first\n", stderr: "" })));
    expect(bundles()).toHaveLength(1);
    expect(await launch()).toEqual({ status: 0, stdout: "first\n", stderr: "" });
  });
});

// Node 20 has no compile cache.
const isCompiledKept = "enableCompileCache" in nodeModule;

describe("a damaged file in .build", () => {
  const damages: [string, (file: string) => void][] = [
    ["truncated", (file) => truncateSync(file, 40)],
    ["emptied", (file) => truncateSync(file, 0)],
    ["altered", (file) => writeFileSync(file, flipped(readFileSync(file)))],
    ["overwritten", (file) => writeFileSync(file, 'console.log("wrong")')],
  ];
  const kinds = ["bundle", ...(isCompiledKept ? ["compiled form"] : [])];

  test.each(kinds.flatMap((kind) => damages.map(([how, damage]) => [kind, how, damage] as const)))(
    "never runs: the %s %s",
    async (kind, _, damage) => {
      await launch();
      const file = path.join(root, ".build", (kind === "bundle" ? bundles() : compiled())[0] ?? "");
      damage(file);
      const damaged = readFileSync(file);
      expect(await launch()).toEqual({ status: 0, stdout: "first\n", stderr: "" });
      expect(readFileSync(file).equals(damaged)).toBe(false);
    },
  );

  test("that can't be written only costs time", async () => {
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

  test("is 1 when main.ts ends without having said that all went well", async () => {
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

  test("is 1 without installed packages, and the remedy is named", async () => {
    unlinkSync(path.join(root, "node_modules"));
    const { status, stderr } = await launch();
    expect(stderr).toContain("npm ci");
    expect(status).toBe(1);
  });
});

describe("the manifest of an earlier run", () => {
  test.each([
    ["cdktf.out", ["main.ts"], {}],
    ["cdktf.out", ["main.ts", "synth"], { CDKTF_OUTDIR: "" }],
    ["elsewhere", ["main.ts"], { CDKTF_OUTDIR: "elsewhere" }],
  ])("is gone from %s before anything else: %p", async (folder, args, environment) => {
    source(`${folder}/manifest.json`, "{}");
    source("lib/word.ts", "export const word: = 1;");
    expect((await launch(args, environment)).status).toBe(1);
    expect(existsSync(path.join(root, folder, "manifest.json"))).toBe(false);
  });

  test.each([[["main.ts", "protect"]], [["lib/word.ts"]]])("stays where nothing is synthesized: %p", async (args) => {
    source("cdktf.out/manifest.json", "{}");
    await launch(args);
    expect(existsSync(path.join(root, "cdktf.out/manifest.json"))).toBe(true);
  });

  test("that can't be removed stops the run in one line", async () => {
    source("cdktf.out", "A file where the folder should be.");
    expect(await launch()).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "cdktf.out/manifest.json, an earlier run's result, can't be removed (ENOTDIR). Remove it, or set CDKTF_OUTDIR.\n",
    });
  });
});

describe("the entry", () => {
  test("sees its own path and arguments", async () => {
    source("lib/arguments.ts", "console.log(JSON.stringify(process.argv.slice(1)));");
    const { stdout } = await launch(["lib/arguments.ts", "--out", "a b"]);
    expect(JSON.parse(stdout)).toEqual([path.join(root, "lib/arguments.ts"), "--out", "a b"]);
  });

  test("can import at run time, and text that isn't ASCII arrives whole", async () => {
    source("main.ts", 'import("./lib/word").then(({ word }) => console.log(word, "é → 🛡"));');
    expect((await launch()).stdout).toBe("first é → 🛡\n");
  });

  test.each(["1", undefined])("has stack traces with the sources' lines when DEBUG is %p", async (debug) => {
    source("main.ts", "\n\ntry {\n  throw new Error();\n} catch (error) {\n  console.log(error);\n}\n");
    for (let i = 0; i < 2; i++) {
      const { stdout } = await launch(["main.ts"], { DEBUG: debug });
      expect(stdout.includes(`${path.join(root, "main.ts")}:4:9`)).toBe(debug === "1");
    }
  });

  test("that uses what the bundle leaves out fails", async () => {
    source("main.ts", 'import archiver from "archiver"; console.log("loaded"); archiver("zip");');
    const { status, stdout, stderr } = await launch();
    expect(stdout).toBe("loaded\n");
    expect(stderr).toContain("This needs a package that scripts/bundle.cjs leaves out of the bundle.");
    expect(status).toBe(1);
  });
});

function source(file: string, content: string): void {
  mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}

// The last letter of the one word in the code, or a byte of its compiled form.
function flipped(content: Buffer): Buffer {
  const at = content.includes("first") ? content.indexOf("first") + 4 : content.length - 20;
  content.writeUInt8(content.readUInt8(at) ^ 1, at);
  return content;
}

const build = () => readdirSync(path.join(root, ".build")).sort();
const bundles = () => build().filter((file) => file.endsWith(".cjs"));

/** What Node itself keeps for each bundle. */
function compiled(): readonly string[] {
  return readdirSync(path.join(root, ".build"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".cjs"))
    .map((entry) => path.relative(path.join(root, ".build"), path.join(entry.parentPath ?? entry.path, entry.name)));
}

type Result = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

function launch(args: readonly string[] = ["main.ts"], environment: NodeJS.ProcessEnv = {}): Promise<Result> {
  const { CDKTF_OUTDIR: _, DEBUG: __, ...inherited } = process.env;
  const child = spawn(process.execPath, ["scripts/run.cjs", ...args], {
    cwd: root,
    env: { ...inherited, FORCE_COLOR: "0", ...environment },
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
