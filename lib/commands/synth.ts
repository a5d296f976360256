import { login } from "../console/login";
import { ConsoleError } from "../errors";
import { protectTasks } from "../protection/protect";
import type { ProtectedTask } from "../protection/protected-task";
import { toMarkdown } from "../report/markdown";
import { startProgress } from "../report/progress";
import { buildReport, type Report } from "../report/report";
import { toSummary } from "../report/summary";
import { parseSettings, type Settings } from "../settings";
import { installBundleStatements } from "../stack/install-bundle-secret";
import { BUNDLE_SECRET_PREFIX, STACK } from "../stack/names";
import {
  discardOutput,
  type OutputFile,
  prepareOutput,
  REPORT_JSON,
  REPORT_MARKDOWN,
  SECRET_FILE,
} from "../stack/output-folder";
import { synthesize } from "../stack/synthesize";
import { readTasks } from "../task/read-tasks";
import { type Invocation, outputFolder, talkOn } from "./invocation";

// A run may take as long as this many tries of one call.
const RUN_LIMIT = 30;

/**
 * Reads the task definitions, has them protected, proves it, and synthesizes the stack. Whatever goes
 * wrong, the output folder holds no stack afterwards.
 */
export async function synth(invocation: Invocation): Promise<void> {
  const folder = outputFolder(invocation);
  const staging = prepareOutput(folder);
  try {
    const settings = parseSettings(invocation.environment);
    const tasks = await readTasks(settings.taskDefinitionPath);
    const signal = withinLimit(invocation.signal, RUN_LIMIT * settings.console.timeoutMs);
    const talk = talkOn(invocation.stdout, signal);
    const console = await login(settings.console, talk);
    const progress = await startProgress(tasks.length, invocation.stderr, talk.notice);
    try {
      const options = {
        consoleAddress: settings.console.consoleAddress,
        region: settings.stack.region,
        concurrency: settings.concurrency,
        signal,
        onProgress: progress.update,
      };
      const [version, proven] = await Promise.all([console.version(), protectTasks(tasks, console, options)]);
      progress.stop();
      const report = reportOn(settings, version, proven);
      const publish = synthesize({
        ...settings.stack,
        tasks: proven,
        folder,
        staging,
        projectFolder: invocation.folder,
        files: reportFiles(report),
      });
      await lastChanceToStop(signal);
      publish();
      invocation.stdout.write(`${toSummary(report, invocation.stdout.isTTY === true)}\n`);
    } finally {
      progress.stop();
      console.close();
    }
  } catch (error) {
    discardOutput(folder);
    throw error;
  }
}

function withinLimit(signal: AbortSignal, limitMs: number): AbortSignal {
  const limit = new AbortController();
  const tooLong = `The run took longer than ${limitMs / 1000} seconds. Look at the Console, or raise TL_TIMEOUT_MS.`;
  setTimeout(() => limit.abort(new ConsoleError([tooLong])), limitMs).unref();
  return AbortSignal.any([signal, limit.signal]);
}

// Synthesizing is synchronous: a signal that came meanwhile is seen only now.
async function lastChanceToStop(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

function reportOn({ console, stack }: Settings, version: string, tasks: readonly ProtectedTask[]): Report {
  const existing = stack.installBundleSecretArn;
  return buildReport({
    stack: STACK,
    region: stack.region,
    console: { url: console.apiUrl.replace(/\/api\/v[\d.]+$/, ""), version },
    installBundle: existing ? { kind: "existing", arn: existing } : { kind: "managed", file: SECRET_FILE },
    tasks,
    statementsFor: (roleArn) => {
      const account = roleArn.split(":")[4];
      const managed = `arn:${stack.partition}:secretsmanager:${stack.region}:${account}:secret:${BUNDLE_SECRET_PREFIX}*`;
      return installBundleStatements(existing ?? managed, stack.installBundleKmsKeyArn);
    },
  });
}

function reportFiles(report: Report): readonly OutputFile[] {
  return [
    { path: REPORT_MARKDOWN, content: toMarkdown(report) },
    { path: REPORT_JSON, content: `${JSON.stringify(report, null, 2)}\n` },
  ];
}
