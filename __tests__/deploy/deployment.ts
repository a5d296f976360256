import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { startLocalConsole } from "../../local-console/server";
import { type Emulator, REGION } from "./emulator";

const PROJECT = resolve(__dirname, "..", "..");
export const STACK = "prisma-runtime-defense";

/** The folder of a `filesystem_mirror` with the AWS provider. If it isn't set, Terraform gets the provider by itself. */
const MIRROR = process.env.TEST_PROVIDER_MIRROR;

/** What this machine lacks, as sentences; empty if nothing is missing. */
export function whatIsMissing(): readonly string[] {
  const works = (program: string, argument: string) => spawnSync(program, [argument]).status === 0;
  return [
    ...(works("terraform", "-version") ? [] : ["Terraform 1.11 or later isn't on PATH."]),
    ...(works("moto_server", "--help") ? [] : ["moto_server isn't on PATH: pip install 'moto[server]'."]),
    ...(MIRROR === undefined || existsSync(join(MIRROR, "registry.terraform.io/hashicorp/aws"))
      ? []
      : ["TEST_PROVIDER_MIRROR names no folder with registry.terraform.io/hashicorp/aws in it."]),
  ];
}

export type Result = { readonly status: number | null; readonly output: string };

/** Fails with the program's output unless its status is 0. */
export function succeeds({ status, output }: Result): void {
  if (status !== 0) throw new Error(`It ended with ${status}:\n${output}`);
}

/** A user's project in its own folder, with a Console and an account to deploy to. */
export type Project = {
  readonly folder: string;
  /** Replaces the task definitions. */
  tasks(...definitions: readonly object[]): void;
  /** Makes the Console answer with this install bundle from now on. */
  rotate(installBundle: string): Promise<void>;
  stopConsole(): Promise<void>;
  /** Sets variables of the user for every later command. */
  set(variables: Readonly<Record<string, string | undefined>>): void;
  npm(command: string, ...args: readonly string[]): Promise<Result>;
  cdktf(...args: readonly string[]): Promise<Result>;
  terraform(...args: readonly string[]): Promise<Result>;
  /** Runs a script of the project as a pipeline does. */
  script(path: string, ...args: readonly string[]): Promise<Result>;
  /** The stack's folder in the output. */
  readonly stackFolder: string;
  readonly consoleFacts: { readonly password: string; readonly installBundle: string };
  files(): readonly string[];
  close(): Promise<void>;
};

export async function newProject(emulator: Emulator, stackName = STACK): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "deploy-"));
  let local = await startLocalConsole();
  let variables: Readonly<Record<string, string | undefined>> = {};
  const out = join(folder, "cdktf.out");
  const stackFolder = join(out, "stacks", stackName);
  const app = `node ${join(PROJECT, "scripts/run.cjs")} ${join(PROJECT, "main.ts")}`;
  writeFileSync(
    join(folder, "cdktf.json"),
    JSON.stringify({ language: "typescript", app, projectId: "test", sendCrashReports: "false" }),
  );
  const programs = join(folder, "bin");
  mkdirSync(programs);
  symlinkSync(join(__dirname, "terraform-of-mirror.cjs"), join(programs, "terraform"));
  const cliConfiguration = join(folder, "terraform.rc");
  writeFileSync(cliConfiguration, MIRROR ? `provider_installation { filesystem_mirror { path = "${MIRROR}" } }\n` : "");

  const environment = () => ({
    ...{ PATH: `${programs}:${process.env.PATH}`, HOME: folder, CI: "true", FORCE_COLOR: "0", CHECKPOINT_DISABLE: "1" },
    ...{ DISABLE_VERSION_CHECK: "1", TF_INPUT: "0", TF_IN_AUTOMATION: "1", TF_CLI_CONFIG_FILE: cliConfiguration },
    ...{ AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: REGION, AWS_ENDPOINT_URL: emulator.url },
    ...{
      TL_CONSOLE: local.url,
      TL_USER: local.user,
      TL_PASS: local.password,
      TASK_DEFINITION_PATH: join(folder, "tasks"),
    },
    ...{
      DEFENDER_REGISTRY: "registry-auth.local.invalid",
      TEST_PROVIDER_MIRROR: MIRROR,
      TEST_PATH: process.env.PATH,
      STACK_NAME: stackName,
      TL_RETRY_DELAY_MS: "1",
    },
    // cdktf has Terraform look up the provider's hashes, which would ask the registry.
    ...(MIRROR && { TF_CLI_ARGS_providers_lock: `-fs-mirror=${MIRROR}` }),
    ...variables,
  });
  const run = (file: string, args: readonly string[], cwd = folder) => runProgram(file, args, cwd, environment());
  return {
    folder,
    stackFolder,
    tasks: (...definitions) => {
      rmSync(join(folder, "tasks"), { recursive: true, force: true });
      writeTasks(join(folder, "tasks"), definitions);
    },
    rotate: async (installBundle) => {
      await local.close();
      local = await startLocalConsole({ installBundle });
    },
    stopConsole: () => local.close(),
    set: (more) => {
      variables = { ...variables, ...more };
    },
    npm: (...args) => run("node", [join(PROJECT, "scripts/run.cjs"), join(PROJECT, "main.ts"), ...args]),
    cdktf: (...args) => run("node", [join(PROJECT, "node_modules/cdktf-cli/bundle/bin/cdktf"), ...args]),
    script: (path, ...args) => run("bash", [join(PROJECT, path), ...args]),
    terraform: (...args) => run("terraform", args, stackFolder),
    get consoleFacts() {
      return { password: local.password, installBundle: local.installBundle };
    },
    files: () => filesIn(folder),
    close: async () => {
      await local.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeTasks(folder: string, definitions: readonly object[]): void {
  mkdirSync(folder);
  for (const [index, definition] of definitions.entries()) {
    writeFileSync(join(folder, `${String(index).padStart(3, "0")}.json`), JSON.stringify(definition));
  }
}

function runProgram(
  file: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv,
): Promise<Result> {
  const child = spawn(file, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((done, fail) => {
    child.once("error", fail).once("close", (status) => done({ status, output }));
  });
}

// Leaves out the providers that Terraform downloads.
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => !file.includes("/.terraform/providers/"))
    .sort();
}

/** Whether a file holds a text. */
export function holds(file: string, text: string): boolean {
  return readFileSync(file).includes(text);
}
