import pMap from "p-map";

import type { Console } from "../console/console";
import { defined } from "../defined";
import { ConsoleError, ExpectedError, ProofError, TaskFileError } from "../errors";
import { oneLine } from "../outside-text";
import { MAX_BYTES } from "../task/room";
import type { Task } from "../task/task";
import { ProtectedTask, toSend } from "./protected-task";

export type ProtectOptions = {
  /** The host that Defenders dial. */
  readonly consoleAddress: string;
  readonly region: string;
  /** How many requests are under way at once, at most. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called after each task, proven or not. */
  readonly onProgress?: (done: number) => void;
};

/**
 * Has every task protected and proves it, in the order of `tasks`.
 *
 * @throws ExpectedError with the problems of all tasks when one isn't proven.
 */
export async function protectTasks(
  tasks: readonly Task[],
  console: Console,
  options: ProtectOptions,
): Promise<readonly ProtectedTask[]> {
  let done = 0;
  const protectOne = async (task: Task): Promise<ProtectedTask | Failure> => {
    try {
      return await protectTask(task, console, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof ExpectedError)) throw error;
      return { task, error };
    } finally {
      options.onProgress?.(++done);
    }
  };
  const results = await pMap(tasks, protectOne, { concurrency: options.concurrency, signal: options.signal });
  const failures = results.filter((result): result is Failure => !(result instanceof ProtectedTask));
  if (failures.length > 0) throw together(failures);
  return results.filter((result) => result instanceof ProtectedTask);
}

type Failure = { readonly task: Task; readonly error: ExpectedError };

async function protectTask(task: Task, console: Console, options: ProtectOptions): Promise<ProtectedTask> {
  const { entryPoint, filesystemMonitoring, defenderImage } = task.runtimeDefense;
  const answer = await console.protect(
    defined({
      definition: toSend(task),
      extractEntrypoint: entryPoint.extract || undefined,
      registryType: entryPoint.registryType,
      registryCredentialId: entryPoint.registryCredentialId,
      filesystemMonitoring,
      defenderImage,
    }),
  );
  const proven = ProtectedTask.prove(task, answer, options);
  // A secret's ARN stands in for one that Terraform will fill in.
  const size = Buffer.byteLength(JSON.stringify(proven.withInstallBundleFrom("arn:".padEnd(200, "-"))));
  if (size > MAX_BYTES) {
    const what = `the protected task definition has ${size} bytes, and ECS takes ${MAX_BYTES} at most`;
    throw new TaskFileError([`${oneLine(task.file)}: ${what}. Shorten its commands, labels or variables.`]);
  }
  return proven;
}

/** One error for all; what befell many tasks in the same words is said once. */
function together(failures: readonly Failure[]): ExpectedError {
  const filesOf = new Map<string, string[]>();
  for (const { task, error } of failures) {
    for (const problem of error.problems) filesOf.set(problem, [...(filesOf.get(problem) ?? []), oneLine(task.file)]);
  }
  const problems = [...filesOf].map(([problem, files]) => {
    const [file = "", ...others] = files;
    if (problem.startsWith(`${file}:`)) return problem;
    return `${file}${others.length > 0 ? ` and ${others.length} more` : ""}: ${problem}`;
  });
  const Kind = [ProofError, TaskFileError].find((kind) => failures.some(({ error }) => error instanceof kind));
  return new (Kind ?? ConsoleError)(problems);
}
