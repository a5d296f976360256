import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { login } from "../console/login";
import { SettingsError } from "../errors";
import { protectTasks } from "../protection/protect";
import type { ProtectedTask } from "../protection/protected-task";
import { parseSettings, type Settings } from "../settings/settings";
import { guarded } from "../stack/output-folder";
import { statementsForRole } from "../stack/role-statements";
import { readTasks } from "../task/read-tasks";
import { type Invocation, print, talkOn } from "./invocation";

const USAGE = "Usage: npm run --silent protect -- FILE [--out FILE].";

/** Prints one task definition, protected and proven, as RegisterTaskDefinition takes it; or writes it, readable by its owner alone. */
export async function protect(invocation: Invocation): Promise<void> {
  const { file, out } = parse(invocation.args);
  const settings = parseSettings({ ...invocation.environment, TASK_DEFINITION_PATH: file });
  const talk = talkOn(invocation.stderr, invocation.signal);
  const tasks = await readTasks(file);
  if (tasks.length !== 1)
    throw new SettingsError([`${file} holds ${tasks.length} task definitions, and protect takes one. ${USAGE}`]);
  const console = await login(settings, talk);
  try {
    const { consoleAddress } = settings.console;
    const options = { consoleAddress, region: settings.stack.region, concurrency: 1, signal: invocation.signal };
    const [task] = await protectTasks(tasks, console, options);
    if (!task) throw new Error("protectTasks returns a proven task for each task");
    for (const notice of [...task.task.notices, ...whatItNeeds(task, settings)]) talk.notice(`${file}: ${notice}`);
    const arn = settings.stack.installBundleSecretArn;
    const definition = arn ? task.withInstallBundleFrom(arn) : task.withInstallBundleInClear();
    const content = `${JSON.stringify(definition, null, 2)}\n`;
    if (out === undefined) await print(invocation.stdout, content);
    else writeForOwner(out, content);
  } finally {
    console.close();
  }
}

// What the stack would have provided.
function whatItNeeds(protectedTask: ProtectedTask, { stack }: Settings): readonly string[] {
  const { task, logGroup } = protectedTask;
  const role = task.definition.executionRoleArn;
  const needs = logGroup ? [`The log group ${logGroup} has to exist.`] : [];
  if (!stack.installBundleSecretArn) {
    const clear = "The output holds the install bundle, a credential of the whole tenant, in clear.";
    return [...needs, `${clear} Set INSTALL_BUNDLE_SECRET_ARN to refer to a secret instead.`];
  }
  if (!role) return [...needs, "It reads a secret, so it needs an executionRoleArn whose role may."];
  return [...needs, `${role} has to allow ${JSON.stringify(statementsForRole(role, [protectedTask], stack))}.`];
}

function parse(args: readonly string[]): { readonly file: string; readonly out?: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: "string" } },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0)
      throw new SettingsError([`protect takes one file, got ${positionals.length}. ${USAGE}`]);
    return { file, ...values };
  } catch (error) {
    if (error instanceof TypeError) throw new SettingsError([`${error.message}. ${USAGE}`]);
    throw error;
  }
}

// A file that was there before may be readable by others, so it is replaced rather than written into.
function writeForOwner(path: string, content: string): void {
  const temporary = `${path}.${randomUUID()}`;
  guarded(path, () => {
    try {
      writeFileSync(temporary, content, { mode: 0o600, flag: "wx" });
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
  });
}
