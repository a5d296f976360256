import pMap from "p-map";

import type { Console } from "../console/client";
import { defined } from "../defined";
import { ConsoleError, ExpectedError, ProofError, TaskFileError } from "../errors";
import { groupBy } from "../group-by";
import type { JsonObject } from "../json";
import { MAX_BYTES } from "../task/limits";
import type { Task } from "../task/task";
import { pathText, text } from "../text/safe-text";
import { type ConsoleFacts, type ProofFacts, toSend } from "./proof";
import { ProtectedTask } from "./protected-task";

export type ProtectOptions = Omit<ProofFacts, "console" | "holdsCredential"> & {
  /** The maximum number of requests at the same time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called after each task, proven or not. */
  readonly onProgress?: (done: number) => void;
};

export type ProtectedTasks = Readonly<Awaited<ReturnType<typeof protectTasks>>>;

/**
 * Has the Console protect every task, and proves each answer.
 *
 * @throws ExpectedError with the problems of all tasks when one isn't proven.
 */
export async function protectTasks(tasks: readonly Task[], console: Console, options: ProtectOptions) {
  let done = 0;
  const facts = askFacts(console);
  const protectOne = async (task: Task): Promise<ProtectedTask | FailedTask> => {
    try {
      const answer = await ask(console, task);
      return prove(task, answer, { ...options, console: await facts, holdsCredential: console.holdsCredential });
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof ExpectedError)) throw error;
      return { task, error };
    } finally {
      options.onProgress?.(++done);
    }
  };
  const all = pMap(tasks, protectOne, { concurrency: options.concurrency, signal: options.signal });
  // An error of `facts` isn't a task's: it is thrown here, before the tasks' errors are merged.
  const [{ version }, results] = await Promise.all([facts, all]);
  const failures = results.filter((result): result is FailedTask => !(result instanceof ProtectedTask));
  if (failures.length > 0) throw mergeErrors(failures, tasks);
  return {
    /** The Console's version, `34.04.145`. */
    version,
    /** In the order of the tasks given. */
    tasks: results.filter((result) => result instanceof ProtectedTask),
  };
}

/** @throws ConsoleError */
async function askFacts(console: Console): Promise<ConsoleFacts> {
  const [version, installBundle] = await Promise.all([console.version(), console.installBundle()]);
  return { version, ...installBundle };
}

type FailedTask = { readonly task: Task; readonly error: ExpectedError };

async function ask(console: Console, task: Task): Promise<JsonObject> {
  const { entryPoint, filesystemMonitoring, defenderImage } = task.runtimeDefense;
  if (console.holdsCredential(JSON.stringify(task))) {
    const what = "holds the value of TL_PASS. Remove it: it would be deployed, and stored in Terraform's state.";
    throw new TaskFileError([{ file: pathText(task.file), text: text`${what}` }]);
  }
  return await console.protect(
    defined({
      definition: toSend(task),
      extractEntrypoint: entryPoint.extract || undefined,
      registryType: entryPoint.registryType,
      registryCredentialId: entryPoint.registryCredentialId,
      filesystemMonitoring,
      defenderImage,
    }),
  );
}

function prove(task: Task, answer: JsonObject, facts: ProofFacts): ProtectedTask {
  const proven = ProtectedTask.prove(task, answer, facts);
  // A placeholder for the secret's ARN, which Terraform will fill in.
  const size = Buffer.byteLength(JSON.stringify(proven.withInstallBundleFrom("arn:".padEnd(200, "-"))));
  if (size <= MAX_BYTES) return proven;
  const what = text`the protected task definition has ${size} bytes, and ECS takes ${MAX_BYTES} at most. Shorten its commands, labels or variables.`;
  throw new TaskFileError([{ file: pathText(task.file), text: what }]);
}

/** Merges all errors into one. A problem outside the task files, such as a refusal by the Console, is reported once. */
function mergeErrors(failures: readonly FailedTask[], tasks: readonly Task[]): ExpectedError {
  const all = failures.flatMap(({ task, error }) => error.problems.map((problem) => ({ task, problem })));
  const ofFiles = all.map(({ problem }) => problem).filter(({ file }) => file !== undefined);
  const ofOthers = groupBy(
    all.filter(({ problem }) => problem.file === undefined),
    ({ problem }) => problem.text,
  );
  const repeated = [...ofOthers].map(([problem, [{ task }, ...others]]) => {
    const file = pathText(task.file);
    return text`${others.length > 0 ? text`${file} and ${others.length} more` : file}: ${problem}`;
  });
  const Kind = [ProofError, TaskFileError].find((kind) => failures.some(({ error }) => error instanceof kind));
  const files = tasks.map(({ file }) => pathText(file));
  return new (Kind ?? ConsoleError)([...repeated, ...ofFiles], { files });
}
