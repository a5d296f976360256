import pMap from "p-map";

import { TaskFileError } from "../errors";
import { oneLine } from "../outside-text";
import { redact } from "../secret";
import { run } from "./finding";
import { parseJson } from "./parse-json";
import { type Task, understand } from "./task";
import { readText, taskFiles } from "./task-files";

const FILES_AT_ONCE = 16;
const NO_JSON = "only *.json is read in a folder. Save it as such, or move it elsewhere.";

/**
 * Reads and checks a task definition file, or every one in a folder. Each file is read once.
 *
 * @throws TaskFileError with every problem of every file at once.
 */
export async function readTasks(path: string): Promise<readonly Task[]> {
  const files = await taskFiles(path);
  const read = await pMap(files, (file) => readTask(file, file === path), { concurrency: FILES_AT_ONCE });
  const tasks = read.flatMap(({ task }) => (task ? [task] : []));
  const problems = [...read.flatMap((file) => file.problems), ...repeatedFamilies(tasks)];
  if (problems.length > 0) throw new TaskFileError(problems);
  return deepFreeze(tasks);
}

type ReadFile = { readonly task?: Task; readonly problems: readonly string[] };

async function readTask(file: string, isNamed: boolean): Promise<ReadFile> {
  try {
    if (!isNamed && !file.endsWith(".json")) throw new TaskFileError([NO_JSON]);
    const document = parseJson(await readText(file), /\.ya?ml$/i.test(file) ? "YAML isn't read." : undefined);
    const { value, findings } = run(understand(document));
    const problems = findings.filter(({ kind }) => kind === "problem").map(({ text }) => text);
    if (problems.length > 0) return { problems: problems.map((text) => line(file, text)) };
    if (!value) throw new Error(`${file}: a step gave neither a value nor a problem`);
    const notices = findings.map(({ text }) => redact(oneLine(text, 1000)));
    return { task: { file, ...value, notices }, problems: [] };
  } catch (error) {
    if (error instanceof TaskFileError) return { problems: error.problems.map((text) => line(file, text)) };
    // The stack of calls, exhausted by what is nested thousands of levels deep.
    if (error instanceof RangeError) return { problems: [line(file, "is nested too deeply for a task definition.")] };
    throw error;
  }
}

const line = (file: string, text: string) => redact(`${oneLine(file)}: ${oneLine(text, 1000)}`);

function repeatedFamilies(tasks: readonly Task[]): readonly string[] {
  const firsts = new Map<string, string>();
  return tasks.flatMap(({ file, definition: { family } }) => {
    const first = firsts.get(family);
    if (first === undefined) firsts.set(family, file);
    return first === undefined ? [] : [line(file, `the family ${family} is also in ${first}. Rename one.`)];
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
