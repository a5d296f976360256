import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { OutputError, SettingsError } from "../errors";
import { codeOf } from "../regular-file";
import { withoutSecrets } from "../settings/secrets";
import { parseStackSettings } from "../settings/settings";
import type { StackSettings } from "../settings/stack";
import { terraformProgram } from "../settings/terraform-program";
import { localStateFile, PROVIDER_LOCK_FILE_NAME, pathsOf } from "../stack/output-paths";
import { synthesizeEmpty } from "../stack/stack-base";
import { TERRAFORM_VERSION } from "../stack/terraform-version";
import { text } from "../text/safe-text";
import type { Command, Invocation } from "./command";

export const destroy: Command = {
  name: "destroy",
  purpose: "removes everything that was deployed from AWS. Needs only its state: no Console, no task definitions",
  options: [{ name: "auto-approve", meaning: "does not ask before it destroys" }],
  run: async (invocation, { has }) => {
    const settings = parseStackSettings(invocation.environment);
    const localStatePath = resolve(invocation.projectFolder, localStateFile(settings.name));
    refuseMissingState(settings, localStatePath);
    const folder = newFolder();
    try {
      const paths = pathsOf(settings.name);
      synthesizeEmpty(settings, folder, localStatePath);
      writeFileSync(join(folder, paths.versionFile), TERRAFORM_VERSION);
      const lockFile = join(invocation.projectFolder, PROVIDER_LOCK_FILE_NAME);
      if (existsSync(lockFile)) copyFileSync(lockFile, join(folder, paths.lockFile));
      const stackFolder = join(folder, paths.folder);
      await terraform(["init"], stackFolder, invocation);
      await terraform(["destroy", ...(has("auto-approve") ? ["-auto-approve"] : [])], stackFolder, invocation);
      return 0;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function newFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "runtime-defense-destroy-"));
  } catch (error) {
    throw new OutputError([
      text`No folder can be made in ${tmpdir()} (${codeOf(error)}). Set TMPDIR to a folder that can be written.`,
    ]);
  }
}

// Terraform would treat a missing file as an empty state, and destroy nothing.
function refuseMissingState({ state, name }: StackSettings, localStatePath: string): void {
  if (state.kind !== "local" || existsSync(localStatePath)) return;
  throw new SettingsError([
    text`There is no state of the stack ${name}: ${localStatePath} is missing. Set the TF_STATE_… variables and STACK_NAME as they were for the deployment.`,
  ]);
}

/** @throws OutputError when Terraform is missing, or fails; it has then printed the reason itself. */
async function terraform(args: readonly string[], folder: string, { environment }: Invocation): Promise<void> {
  const program = terraformProgram(environment);
  const child = spawn(program, args, { cwd: folder, env: withoutSecrets(environment), stdio: "inherit" });
  const status = await new Promise<number | null>((done, fail) => {
    child.once("close", done).once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "ENOENT" ? text`it is not on PATH` : text`${error.message}`;
      fail(new OutputError([text`${program} can't be started: ${reason}. Install Terraform 1.11 or later.`]));
    });
  });
  if (status !== 0) throw new OutputError([text`terraform ${args[0] ?? ""} failed. What it said is above.`]);
}
