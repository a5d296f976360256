import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

// The tools of `npm test` and the scripts in .ci, in checkouts that differ from this one.

const PROJECT = resolve(__dirname, "../..");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "checkout [1] "));
});

afterEach(() => rmSync(folder, { recursive: true }));

function take(...names: readonly string[]): void {
  for (const name of names) cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
}

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
}

test("scripts are checked out with the line ends that bash needs, whatever core.autocrlf is", () => {
  take(".gitattributes", ".ci");
  run("git", "init", "--quiet");
  run("git", "config", "core.autocrlf", "true");
  run("git", "add", "--all");
  rmSync(join(folder, ".ci"), { recursive: true });
  run("git", "checkout", "--quiet", "--", ".ci");
  expect(() => run(join(folder, ".ci/terraform"))).toThrow("Usage: .ci/terraform plan|apply ARTIFACT FOLDER");
});

test("Jest finds the tests in a folder whose path has brackets", () => {
  take("jest.config.cjs", "package.json");
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "__tests__"));
  writeFileSync(join(folder, "__tests__/one.test.ts"), "");
  expect(run(process.execPath, "node_modules/jest/bin/jest.js", "--listTests")).toMatch(/__tests__\/one\.test\.ts\n$/);
});

test("the linter checks a project that has links to files elsewhere", () => {
  take("biome.json", ".gitignore", "cdktf.json");
  symlinkSync(__filename, join(folder, "linked.json"));
  expect(run(join(PROJECT, "node_modules/.bin/biome"), "ci", "--colors=off", ".")).toMatch(/^Checked 2 files in /m);
});
