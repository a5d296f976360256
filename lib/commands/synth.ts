import { setImmediate } from "node:timers/promises";

import { login } from "../console/client";
import { ConsoleError } from "../errors";
import { runDeadline } from "../http/retry";
import { type ProtectedTasks, protectTasks } from "../protection/protect-tasks";
import { startProgress } from "../report/progress";
import { checkDefaultRegion } from "../settings/region";
import { parseSettings, type Settings } from "../settings/settings";
import { TASKS_VARIABLE } from "../settings/tasks";
import { discardOutput, prepareOutput } from "../stack/output-folder";
import { outputFolder } from "../stack/output-paths";
import { readTasks } from "../task/read-tasks";
import type { Task } from "../task/task";
import { printLine } from "../text/print";
import { text } from "../text/safe-text";
import type { Command, Invocation } from "./command";
import { contextOn } from "./run-context";
import { protectOptions, readOptions } from "./task-options";

/** Whatever goes wrong, the output folder holds no stack afterwards. */
export const synth: Command = {
  name: "synth",
  purpose:
    "protects the tasks, proves it, and leaves `cdktf.out` with the stack and the report (`runtime-defense.md`, [`.json`](docs/report.schema.json))",
  insteadOfOperands: "Set TASK_DEFINITION_PATH instead.",
  afterFailure: "Nothing was synthesized.",
  run: async (invocation) => {
    const folder = outputFolder(invocation.environment);
    const staging = prepareOutput(folder);
    try {
      const settings = parseSettings(invocation.environment, [checkDefaultRegion]);
      const context = contextOn(invocation.stdout, invocation.signal);
      const options = readOptions(settings, settings.stack, invocation, context);
      const unprotected = await readTasks(settings.tasks.path, { ...options, variable: TASKS_VARIABLE });
      if (unprotected.length > LARGE_FLEET) await tuneForLargeFleet();
      const [answered, { writeOutput }] = await Promise.all([
        askConsole(settings, unprotected, invocation),
        loadWriter(),
      ]);
      await writeOutput(answered, settings, { folder, staging }, invocation);
      return 0;
    } catch (error) {
      discardOutput(folder);
      // cdktf doesn't tell the app which of its commands runs it.
      if (error instanceof ConsoleError && invocation.environment.CDKTF_CONTEXT_JSON !== undefined)
        printLine(invocation.stderr, text`cdktf destroy needs the Console as well; npm run destroy does not.`);
      throw error;
    }
  },
};

const LARGE_FLEET = 1000;

// Between collections V8 lets garbage grow to a multiple of the memory in use. The first flag lowers the peak of 10,000 tasks
// by 30 %, but would make a small run a tenth slower. The second keeps code that isn't used for a while, such as CDKTF's while
// the Console answers.
async function tuneForLargeFleet(): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--no-flush-bytecode");
}

// CDKTF takes time to load, so it loads while the Console makes its first answer.
async function loadWriter(): Promise<typeof import("./write-output")> {
  await setImmediate();
  return import("./write-output");
}

async function askConsole(
  settings: Settings,
  unprotected: readonly Task[],
  invocation: Invocation,
): Promise<ProtectedTasks> {
  using limit = runDeadline(settings.network, invocation.signal, { Kind: ConsoleError, lookAt: "the Console" });
  const { signal } = limit;
  const context = contextOn(invocation.stdout, signal);
  using console = await login(settings, context);
  const progress = await startProgress(unprotected.length, invocation.stderr, context.notice);
  const options = protectOptions(settings, signal);
  try {
    return await protectTasks(unprotected, console, { ...options, onProgress: progress.update });
  } finally {
    progress.stop();
  }
}
