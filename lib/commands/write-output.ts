import { join } from "node:path";
import { setImmediate } from "node:timers/promises";

import type { ProtectedTasks } from "../protection/protect-tasks";
import type { ProtectedTask } from "../protection/protected-task";
import { toMarkdown } from "../report/markdown";
import { buildReport, type Report } from "../report/report";
import { styleOf } from "../report/style";
import { toSummary } from "../report/summary";
import type { Settings } from "../settings/settings";
import { pathsOf, REPORT_JSON, REPORT_MARKDOWN } from "../stack/output-paths";
import { statementsForRole } from "../stack/role-statements";
import { synthesize } from "../stack/synthesize";
import { print } from "../text/print";
import { wholeText } from "../text/safe-text";
import type { Invocation } from "./command";

/** The output folder, `cdktf.out`, and in it the folder where this run prepares its output. */
type OutputFolders = { readonly folder: string; readonly staging: string };

/**
 * Writes the stack and the report of proven tasks to the output folder, and prints the summary.
 *
 * @throws ProofError, OutputError; the signal's reason.
 */
export async function writeOutput(
  { version, tasks }: ProtectedTasks,
  settings: Settings,
  { folder, staging }: OutputFolders,
  { projectFolder, environment, stdout, signal }: Invocation,
): Promise<void> {
  const report = reportOn(settings, version, tasks);
  const files = [
    { path: REPORT_MARKDOWN, content: toMarkdown(report) },
    { path: REPORT_JSON, content: wholeText(`${JSON.stringify(report, null, 2)}\n`) },
  ];
  const publish = synthesize({ ...settings.stack, tasks, folder, staging, projectFolder, files });
  // Synthesizing blocks the event loop, which polls for signals only between these two: one that came earlier stops the run.
  await setImmediate();
  await setImmediate();
  signal.throwIfAborted();
  publish();
  const stack = join(folder, pathsOf(settings.stack.name).stackFile);
  const places = { stack, report: join(folder, REPORT_MARKDOWN) };
  await print(stdout, toSummary(report, places, styleOf(stdout, environment)));
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
