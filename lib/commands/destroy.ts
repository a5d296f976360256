import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { accountOf } from "../arn";
import { OutputError, SettingsError } from "../errors";
import { asText, isJsonArray, type JsonObject, objectOf, objectsIn, parseJson } from "../json";
import { codeOf } from "../regular-file";
import { withoutSecrets } from "../settings/secrets";
import { parseStackSettings } from "../settings/settings";
import { terraformProgram } from "../settings/terraform-program";
import { attempt, guarded, providerLockFile } from "../stack/output-folder";
import { localStateFile, OLDEST_TERRAFORM, pathsOf, VERSION_FILE_CONTENT } from "../stack/output-paths";
import { synthesizeEmpty } from "../stack/stack-base";
import { text } from "../text/safe-text";
import type { Command, Invocation } from "./command";

export const destroy: Command = {
  name: "destroy",
  purpose:
    "removes from AWS what the stack created, except [task definition revisions](docs/aws-account.md#destroying). Needs only its state: no Console, no task definitions",
  options: [{ name: "auto-approve", meaning: "does not ask before it destroys" }],
  endsItself: true,
  run: async (invocation, { has }) => {
    const settings = parseStackSettings(invocation.environment);
    const localStatePath = resolve(invocation.projectFolder, localStateFile(settings.name));
    // Terraform would treat a missing state as an empty one, and destroy nothing.
    if (settings.state.kind === "local" && !existsSync(localStatePath)) {
      throw noState(settings.name, `${localStatePath} is missing`);
    }
    const folder = newFolder();
    const remove = () => rmSync(folder, { recursive: true, force: true });
    const paths = pathsOf(settings.name);
    const stackFolder = join(folder, paths.folder);
    try {
      const files = [
        { path: paths.versionFile, content: VERSION_FILE_CONTENT },
        ...providerLockFile(paths.lockFile, invocation.projectFolder),
      ];
      guarded(folder, () => {
        synthesizeEmpty(settings, folder, localStatePath);
        for (const { path, content } of files) writeFileSync(join(folder, path), content);
      });
      await terraform(["init"], stackFolder, invocation);
      const state = await pullState(stackFolder, invocation);
      if (!isThere(state)) throw noState(settings.name, "it is empty, or not there");
      // In another account Terraform would find nothing, forget what the state holds, and call it destroyed.
      const override = { provider: { aws: { allowed_account_ids: accountsIn(state) } } };
      guarded(folder, () => writeFileSync(join(stackFolder, "override.tf.json"), JSON.stringify(override)));
      await terraform(["destroy", ...(has("auto-approve") ? ["-auto-approve"] : [])], stackFolder, invocation);
    } catch (error) {
      refuseRescuedState(folder, stackFolder, terraformProgram(invocation.environment));
      attempt(remove);
      throw error;
    }
    guarded(folder, remove);
    return 0;
  },
};

// Terraform writes the state here when it can't store it. Without it nothing knows what is left in AWS.
function refuseRescuedState(folder: string, stackFolder: string, program: string): void {
  const file = "errored.tfstate";
  if (!existsSync(join(stackFolder, file))) return;
  const push = `${program} -chdir=${stackFolder} state push ${file}`;
  throw new OutputError([
    text`Terraform could not store the state. It is in ${join(stackFolder, file)}: store it with ${push}, then remove ${folder}.`,
  ]);
}

function newFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "runtime-defense-destroy-"));
  } catch (error) {
    throw new OutputError([
      text`No folder can be created in ${tmpdir()} (${codeOf(error)}). Set TMPDIR to a writable folder.`,
    ]);
  }
}

function noState(name: string, what: string): SettingsError {
  const remedy = "Set the TF_STATE_… variables, STACK_NAME and TF_WORKSPACE as they were for the deployment.";
  return new SettingsError([text`There is no state of the stack ${name}: ${what}. ${remedy}`]);
}

async function pullState(folder: string, invocation: Invocation): Promise<JsonObject> {
  let state = "";
  await terraform(["state", "pull"], folder, invocation, (output) => {
    state += output;
  });
  return objectOf(parseJson(state));
}

/**
 * Whether there is a state, even one whose resources are gone. If there is none, Terraform prints nothing, or one without
 * lineage; in a workspace (TF_WORKSPACE) it makes an empty one first, serial 1.
 */
function isThere({ lineage, serial, resources }: JsonObject): boolean {
  return Boolean(lineage) && !(serial === 1 && isJsonArray(resources) && resources.length === 0);
}

/** The accounts in the ARNs of what a state holds. */
function accountsIn({ resources }: JsonObject): readonly string[] {
  const instances = objectsIn(resources).flatMap((resource) => objectsIn(resource.instances));
  return [...new Set(instances.flatMap(({ attributes }) => accountOf(asText(objectOf(attributes).arn)) ?? []))];
}

/**
 * Runs Terraform to its end, also after a signal.
 *
 * @param onOutput gets its output, which is not printed then
 * @throws OutputError when Terraform is missing, or fails; it has then printed the reason itself. The signal's reason.
 */
async function terraform(
  args: readonly string[],
  folder: string,
  { environment, signal }: Invocation,
  onOutput?: (output: Buffer) => void,
): Promise<void> {
  const program = terraformProgram(environment);
  const child = spawn(program, args, {
    cwd: folder,
    env: withoutSecrets(environment),
    stdio: ["inherit", onOutput ? "pipe" : "inherit", "inherit"],
    // A process group of its own: Ctrl-C reaches only this process, which passes one signal on. A second signal would make
    // Terraform drop what it has begun.
    detached: true,
  });
  if (onOutput) child.stdout?.on("data", onOutput);
  // SIGHUP, which Terraform doesn't handle, would kill it in the middle.
  const pass = () => child.kill("SIGTERM");
  signal.addEventListener("abort", pass, { once: true });
  const status = await new Promise<number | null>((done, fail) => {
    child.once("close", done).once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "ENOENT" ? text`it is not on PATH` : text`${error.message}`;
      const remedy = text`Install Terraform ${OLDEST_TERRAFORM} or later.`;
      fail(new OutputError([text`${program} can't be started: ${reason}. ${remedy}`]));
    });
  });
  signal.removeEventListener("abort", pass);
  signal.throwIfAborted();
  if (status !== 0) throw new OutputError([text`terraform ${args[0] ?? ""} failed. Its output is above.`]);
}
