import { join } from "node:path";

import { login } from "../console/login";
import { defined } from "../defined";
import { ConsoleError } from "../errors";
import { deadline } from "../http/deadline";
import { type ProtectedTasks, protectTasks } from "../protection/protect-tasks";
import type { ProtectedTask } from "../protection/protected-task";
import { toMarkdown } from "../report/markdown";
import { startProgress } from "../report/progress";
import { buildReport, type Report } from "../report/report";
import { styleOf } from "../report/style";
import { toSummary } from "../report/summary";
import { parseSettings, type Settings } from "../settings/settings";
import { discardOutput, type OutputFile, prepareOutput } from "../stack/output-folder";
import { pathsOf, REPORT_JSON, REPORT_MARKDOWN } from "../stack/output-paths";
import { statementsForRole } from "../stack/role-statements";
import { synthesize } from "../stack/synthesize";
import type { Task } from "../task/task";
import { print, printLine } from "../text/print";
import { text, wholeText } from "../text/safe-text";
import type { Command, Invocation } from "./command";
import { outputFolder } from "./output-folder";
import { readUnprotected } from "./read-unprotected";
import { talkOn } from "./talk";

// A run may take as long as this many tries of one call.
const RUN_LIMIT = 30;

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
      const settings = parseSettings(invocation.environment);
      const talk = talkOn(invocation.stdout, invocation.signal);
      const unprotected = await readUnprotected(
        settings.tasks.path,
        settings,
        settings.stack.secretArns,
        invocation,
        talk,
      );
      if (unprotected.length > LARGE_FLEET) await collectEarlier();
      const { version, tasks } = await askConsole(settings, unprotected, invocation);
      const report = reportOn(settings, version, tasks);
      const files = reportFiles(report);
      const publish = synthesize({
        ...settings.stack,
        tasks,
        folder,
        staging,
        projectFolder: invocation.folder,
        files,
      });
      await lastChanceToStop(invocation.signal);
      publish();
      const places = {
        stack: join(folder, pathsOf(settings.stack.name).stackFile),
        report: join(folder, REPORT_MARKDOWN),
      };
      await print(invocation.stdout, toSummary(report, places, styleOf(invocation.stdout, invocation.environment)));
      return 0;
    } catch (error) {
      discardOutput(folder);
      if (error instanceof ConsoleError && isRunByCdktf(invocation))
        printLine(invocation.stderr, text`cdktf destroy needs the Console as well; npm run destroy does not.`);
      throw error;
    }
  },
};

// Which of its commands runs the app, cdktf doesn't say.
function isRunByCdktf({ environment }: Invocation): boolean {
  return environment.CDKTF_CONTEXT_JSON !== undefined;
}

const LARGE_FLEET = 1000;

// V8 lets the heap grow to a multiple of what is in use before it collects. Collecting earlier takes 40 % off the peak
// of 10,000 tasks; a small run it would make a tenth slower.
async function collectEarlier(): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  setFlagsFromString("--heap-growing-percent=5");
}

async function askConsole(
  settings: Settings,
  unprotected: readonly Task[],
  invocation: Invocation,
): Promise<ProtectedTasks> {
  const { consoleAddress } = settings.console;
  const limitMs = RUN_LIMIT * settings.network.timeoutMs;
  const tooLong = text`The run took longer than ${limitMs / 1000} seconds. Look at the Console, or raise TL_TIMEOUT_MS.`;
  const { signal, release } = deadline(limitMs, invocation.signal, new ConsoleError([tooLong]));
  const talk = talkOn(invocation.stdout, signal);
  try {
    const console = await login(settings, talk);
    const progress = await startProgress(unprotected.length, invocation.stderr, talk.notice);
    const { defenderRegistry, stack } = settings;
    const { concurrency } = settings.network;
    const onProgress = progress.update;
    const options = defined({
      consoleAddress,
      defenderRegistry,
      region: stack.region,
      concurrency,
      signal,
      onProgress,
    });
    try {
      return await protectTasks(unprotected, console, options);
    } finally {
      progress.stop();
      console.close();
    }
  } finally {
    release();
  }
}

// Synthesizing is synchronous: a signal that came meanwhile is seen only now.
async function lastChanceToStop(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

function reportOn({ console, stack }: Settings, version: string, tasks: readonly ProtectedTask[]): Report {
  const existing = stack.installBundleSecretArn;
  return buildReport({
    stack: stack.name,
    region: stack.region,
    console: { url: console.url, version },
    installBundle: existing ? { arn: existing } : { file: pathsOf(stack.name).secretFile },
    tasks,
    statementsFor: (roleArn) => statementsForRole(roleArn, tasks, stack),
    grantsRoles: stack.grantExecutionRoles,
  });
}

function reportFiles(report: Report): readonly OutputFile[] {
  return [
    { path: REPORT_MARKDOWN, content: toMarkdown(report) },
    { path: REPORT_JSON, content: wholeText(`${JSON.stringify(report, null, 2)}\n`) },
  ];
}
