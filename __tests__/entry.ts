import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { DEFENDER_REGISTRY } from "../local-console/defender";
import type { LocalConsole } from "../local-console/server";

const PROJECT = resolve(__dirname, "..");
const COMMAND = [join(PROJECT, "scripts/run.cjs"), join(PROJECT, "main.ts")];

/** Not original_task_definition.json, which a user may change or remove. */
export const EXAMPLE = join(PROJECT, "local-console/example.json");

export type Run = {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Place = {
  /** The working folder, where cdktf.out will be. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Shell commands to run first, in the same process. */
  readonly shell?: string;
  /** Whether it leads a process group of its own. */
  readonly detached?: boolean;
};

/** Runs the real entry point as a process of its own. */
export function start(args: readonly string[], { folder, environment = {}, shell, detached = false }: Place) {
  const env = { PATH: process.env.PATH, FORCE_COLOR: "0", TL_RETRY_DELAY_MS: "1", ...environment };
  const [file, all] = shell
    ? ["/bin/sh", ["-c", `${shell}; exec "$0" "$@"`, process.execPath, ...COMMAND, ...args]]
    : [process.execPath, [...COMMAND, ...args]];
  const child = spawn(file, all, { cwd: folder, env, detached, stdio: ["ignore", "pipe", "pipe"] });
  return { child, finished: finished(child) };
}

export function run(args: readonly string[], place: Place): Promise<Run> {
  return start(args, place).finished;
}

function finished(child: ChildProcess): Promise<Run> {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((done, fail) => {
    child.once("error", fail).once("close", (status, signal) => {
      done({ status, signal, ...output });
    });
  });
}

/** The variables of a run with this Console and the example's task definition. */
export function variablesFor({ url, user, password }: Pick<LocalConsole, "url" | "user" | "password">) {
  return {
    TL_CONSOLE: url,
    TL_USER: user,
    TL_PASS: password,
    DEFENDER_REGISTRY,
    TASK_DEFINITION_PATH: EXAMPLE,
  };
}

/** The paths of all files in the folder, relative to it, sorted. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
}

/** Returns a function that makes temporary folders, which are removed after each test. */
export function temporaryFolders(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "entry-"));
    folders.push(folder);
    return folder;
  };
}
