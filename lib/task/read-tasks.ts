import pMap from "p-map";

import { type FileProblem, TaskFileError } from "../errors";
import { excerpt, type SafeText, text } from "../text/safe-text";
import { collect, type Findings } from "./finding";
import { parseSource, type Remark, type Source, TOO_DEEP, UnreadableError } from "./source";
import { parseTask, type Task } from "./task";
import { readText, taskFiles } from "./task-files";

const FILES_AT_ONCE = 16;
const NO_JSON = text`only *.json is read in a folder. Save it as such, or move it elsewhere.`;

export type ReadOptions = {
  readonly signal?: AbortSignal;
  /** What the role of the stack that the tasks are for may read. @default no stack */
  readonly secretArns?: readonly string[];
};

/**
 * Reads and checks a task definition file, or every one in a folder. Each file is read once.
 *
 * @throws TaskFileError with every problem of every file at once.
 */
export async function readTasks(path: string, { signal, secretArns }: ReadOptions = {}): Promise<readonly Task[]> {
  const files = await taskFiles(path);
  const read = await pMap(files, (file) => readTask(file, file === path, secretArns), {
    concurrency: FILES_AT_ONCE,
    ...(signal && { signal }),
  });
  const problems = [...read.flatMap((file) => file.problems), ...repeatedFamilies(read)];
  if (problems.length > 0) throw taskFileError(problems);
  return deepFreeze(read.flatMap(({ task }) => task ?? []));
}

/** The error on problems that have been found in files. */
function taskFileError(problems: readonly FileProblem[]): TaskFileError {
  return new TaskFileError(
    problems.map(({ file, text: sentence }) => text`${file}: ${sentence}`),
    problems,
  );
}

type ReadFile = {
  readonly file: string;
  readonly family?: string;
  readonly task?: Task;
  readonly problems: readonly FileProblem[];
};

async function readTask(file: string, isNamed: boolean, secretArns?: readonly string[]): Promise<ReadFile> {
  const refused = (remarks: readonly Remark[]) => remarks.map((remark) => ({ file: excerpt(file, 300), ...remark }));
  try {
    if (!isNamed && !file.endsWith(".json")) return { file, problems: refused([{ text: NO_JSON }]) };
    const source = parseSource(await readText(file), /\.ya?ml$/i.test(file) ? "YAML isn't read." : undefined);
    const { value, problems, notices } = collect(parseTask(source.document, secretArns));
    if (problems.shown.length > 0)
      return { file, ...value, problems: refused(remarksOf(problems, source, "problems")) };
    if (!value) throw new Error(`${file}: a step gave neither a value nor a problem`);
    const { definition, runtimeDefense } = value;
    const task = { file, definition, runtimeDefense, notices: remarksOf(notices, source, "notices") };
    return { file, family: definition.family, task, problems: [] };
  } catch (error) {
    if (error instanceof UnreadableError) return { file, problems: refused(error.remarks) };
    // The stack of calls, exhausted by what is nested thousands of levels deep.
    if (error instanceof RangeError) return { file, problems: refused([TOO_DEEP]) };
    throw error;
  }
}

function remarksOf({ shown, others }: Findings, source: Source, kind: string): readonly Remark[] {
  const remarks = shown.map(({ path, text: sentence }) => source.remark(path, sentence()));
  return others > 0 ? [...remarks, { text: text`There are ${others} more ${kind} in this file.` }] : remarks;
}

function repeatedFamilies(files: readonly ReadFile[]): readonly FileProblem[] {
  const firsts = new Map<string, string>();
  return files.flatMap(({ file, family }) => {
    if (family === undefined) return [];
    const first = firsts.get(family);
    if (first === undefined) firsts.set(family, file);
    const where: SafeText = excerpt(file, 300);
    return first === undefined
      ? []
      : [{ file: where, text: text`the family ${family} is also in ${first}. Rename one.` }];
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
