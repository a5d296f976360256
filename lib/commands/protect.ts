import { randomUUID } from "node:crypto";
import { existsSync, lstatSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

import { login } from "../console/client";
import { SettingsError } from "../errors";
import type { RunContext } from "../http/retry";
import { protectTasks } from "../protection/protect-tasks";
import type { ProtectedTask } from "../protection/protected-task";
import { parseSettings, type Settings } from "../settings/settings";
import { guarded } from "../stack/output-folder";
import { statementsForRole } from "../stack/role-statements";
import { readTasks } from "../task/read-tasks";
import { printLine, printSecretOnPurpose } from "../text/print";
import { type SafeText, text } from "../text/safe-text";
import type { Command, Invocation } from "./command";
import { contextOn } from "./run-context";
import { protectOptions, readOptions } from "./task-options";

export const protect: Command = {
  name: "protect",
  purpose:
    "one protected task definition as JSON, **with the bundle in clear** unless `INSTALL_BUNDLE_SECRET_ARN` is set",
  isPiped: true,
  operands: [{ name: "FILE", meaning: "a task definition file" }],
  options: [
    { name: "out", value: "FILE", meaning: "writes into a file that only its owner can read, instead of stdout" },
  ],
  run: async (invocation, { operands: [file = ""], value }) => {
    const out = value("out");
    if (out !== undefined) guarded(out, () => checkOut(out, file));
    const settings = parseSettings(invocation.environment);
    const context = contextOn(invocation.stderr, invocation.signal);
    const task = await protectOne(file, settings, invocation, context);
    for (const notice of [
      ...task.task.notices.map((notice) => notice.text),
      ...task.notices,
      ...whatItNeeds(task, settings),
    ])
      printLine(invocation.stderr, text`${file}: ${notice}`);
    const arn = settings.stack.installBundleSecretArn;
    const definition = arn ? task.withInstallBundleFrom(arn) : task.withInstallBundleInClear();
    const content = `${withoutCommands(JSON.stringify(definition, null, 2))}\n`;
    if (out === undefined) await printSecretOnPurpose(invocation.stdout, content);
    else writeForOwner(out, content);
    return 0;
  },
};

/** Refuses what the output would replace, such as /dev/stdout. The write itself refuses a folder. */
function checkOut(out: string, file: string): void {
  const there = statSync(out, { throwIfNoEntry: false });
  const given = existsSync(file) ? statSync(file) : undefined;
  if (there && there.dev === given?.dev && there.ino === given.ino)
    throw new SettingsError([text`--out names ${file} itself, which would be lost. Name another file.`]);
  const itself = lstatSync(out, { throwIfNoEntry: false });
  if (itself && !itself.isFile() && !itself.isDirectory()) {
    const what = text`--out names ${out}, which is a link, a pipe or a device.`;
    throw new SettingsError([text`${what} Name a file, or leave --out out to get the task on stdout.`]);
  }
}

/** Escapes text in the JSON that a terminal or pipeline would obey as a command: `##vso[…]`, an escape sequence. */
function withoutCommands(json: string): string {
  return json.replace(/#(?=#)|(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    found.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

async function protectOne(
  file: string,
  settings: Settings,
  invocation: Invocation,
  context: RunContext,
): Promise<ProtectedTask> {
  const tasks = await readTasks(file, readOptions(settings, undefined, invocation, context));
  if (tasks.length !== 1)
    throw new SettingsError([
      text`${file} holds ${tasks.length} task definitions, but protect needs one. Name a single file.`,
    ]);
  using console = await login(settings, context);
  const { tasks: protectedTasks } = await protectTasks(tasks, console, protectOptions(settings, context.signal));
  const [task] = protectedTasks;
  if (!task) throw new Error("protectTasks returns a proven task for each task");
  return task;
}

// Without the stack, the user has to provide these.
function whatItNeeds(protectedTask: ProtectedTask, { stack }: Settings): readonly SafeText[] {
  const { task, logGroup } = protectedTask;
  const role = task.definition.executionRoleArn;
  const needs = logGroup ? [text`The log group ${logGroup} has to exist.`] : [];
  if (!stack.installBundleSecretArn) {
    const clear = text`The output holds the install bundle, a credential of the whole tenant, in clear.`;
    return [...needs, text`${clear} Set INSTALL_BUNDLE_SECRET_ARN to refer to a secret instead.`];
  }
  if (!role)
    return [...needs, text`Set an executionRoleArn: its role must be allowed to read the install bundle's secret.`];
  return [...needs, text`${role} has to allow ${JSON.stringify(statementsForRole(role, [protectedTask], stack))}.`];
}

// Replaces the file instead of overwriting it: an existing one may be readable by others. The temporary name can't be
// guessed, so nobody can have placed a link there; packages for atomic files use names that can be guessed.
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
