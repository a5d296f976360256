import { relative, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";

import { type Problem, TaskFileError } from "../errors";
import type { JsonObject } from "../json";
import { pathText, type SafeText, text } from "../text/safe-text";
import { type Names, unusedImages } from "./container-images";
import { type LookUp, type OpenEntryPoint, withWords, wordsOf } from "./entry-points-from-images";
import { collect } from "./finding";
import { readDefaults } from "./fleet-defaults";
import { MAX_CONTAINERS } from "./limits";
import { parseTask, type Surroundings } from "./parse-task";
import { parseSource, type Remark, remarksOf, UnreadableError } from "./source";
import type { Task } from "./task";
import { hasTaskFileEnding, readText, taskFiles } from "./task-files";

export type ReadOptions = Partial<Omit<Surroundings, "defaults">> & {
  readonly signal?: AbortSignal;
  /** The project's folder: the files in it are named relative to it. */
  readonly projectFolder?: string;
  /** A file with the default `runtimeDefense` of every task. */
  readonly defaultsPath?: string | undefined;
  /** The variable or option that holds that path: messages name it as the one to correct. @default RUNTIME_DEFENSE_DEFAULTS */
  readonly defaultsFrom?: string;
  /** Accepts images for containers that no task has. @default false */
  readonly allowUnusedImages?: boolean;
  /** The environment variable that holds the path, if any: messages name it as the one to correct. */
  readonly variable?: string | undefined;
  /** Reads images. Without it, entry points that the files don't name stay missing. */
  readonly lookUp?: LookUp | undefined;
};

const FILES_AT_ONCE = 32;
const NO_JSON = text`in a folder only *.json is read. Save it as JSON in a *.json file, or move it elsewhere.`;
const NOT_FOLLOWED = text`is a link to a folder, which isn't followed. Put the folder itself there, or remove the link.`;

/**
 * Reads and checks a task definition file, or every one in a folder. Each file is read once, and so is each image.
 *
 * @throws TaskFileError with every problem of every file at once; the signal's reason.
 */
export async function readTasks(path: string, options: ReadOptions = {}): Promise<readonly Task[]> {
  const { files, tasks, problems } = await checkTasks(path, options);
  if (problems.length > 0) throw new TaskFileError(problems, { files });
  return tasks;
}

type CheckedTasks = {
  /** Every file that was read. */
  readonly files: readonly SafeText[];
  /** The tasks of the files without problems. */
  readonly tasks: readonly Task[];
  readonly problems: readonly Problem[];
};

/**
 * Does the same as `readTasks`, but returns the problems.
 *
 * @throws TaskFileError when there is nothing to read; the signal's reason.
 */
export async function checkTasks(path: string, options: ReadOptions): Promise<CheckedTasks> {
  const { signal, projectFolder, variable, images = new Map(), allowUnusedImages, stack, lookUp } = options;
  const nameOf = (file: string) => fileName(file, projectFolder);
  const defaults = readDefaultsOf(options, nameOf);
  const surroundings = { defaults: defaults.value, images, stack };
  const read: ReadFile[] = [];
  for (const file of taskFiles(path, variable)) {
    const named = file === path ? { variable } : undefined;
    read.push(readFile(file, nameOf(file), named, surroundings));
    if (read.length % FILES_AT_ONCE === 0) await setImmediate(); // lets signals arrive
    signal?.throwIfAborted();
  }
  const complete = lookUp ? await lookUpAll(read, lookUp) : read;
  const problems = [
    ...defaults.problems,
    ...complete.flatMap((file) => file.problems),
    ...repeatedFamilies(complete),
    ...(allowUnusedImages ? [] : unusedImages(images, complete)).map((sentence): Problem => ({ text: sentence })),
  ];
  const filesOfProblems = new Set(problems.flatMap(({ file }) => file ?? []));
  const sound = complete.filter(({ file }) => !filesOfProblems.has(pathText(file)));
  const tasks = deepFreeze(sound.flatMap(({ task }) => task ?? []));
  // A problem may be in the file with the defaults.
  const files = [...new Set([...complete.map(({ file }) => pathText(file)), ...filesOfProblems])];
  return { files, tasks, problems };
}

type ReadFile = Names & {
  readonly file: string;
  readonly task?: Task;
  readonly open: readonly OpenEntryPoint[];
  readonly problems: readonly Problem[];
};

/** @param named given if the file is the path itself, not found in a folder */
function readFile(
  path: string,
  file: string,
  named: { readonly variable: string | undefined } | undefined,
  surroundings: Surroundings,
): ReadFile {
  const refused = (remarks: readonly Remark[]) => ({ file, open: [], problems: inFile(file, remarks) });
  try {
    if (!named && !path.endsWith(".json")) return refused([{ text: hasTaskFileEnding(path) ? NO_JSON : NOT_FOLLOWED }]);
    const source = parseSource(readText(path, named?.variable));
    const { value, problems, notices } = collect(parseTask(source.document, surroundings));
    const { task: parsed, open: found, ...names } = value;
    const open = found.map(({ path: place, values }) => ({
      index: Number(place.at(-1)),
      image: values.image ?? "",
      command: values.command,
      place: source.locate(place),
    }));
    if (problems.shown.length > 0) {
      // Don't look up images for a task with more containers than ECS allows.
      const few = open.length <= MAX_CONTAINERS ? open : [];
      return { ...refused(remarksOf(problems, source, "problem")), ...names, open: few };
    }
    if (!parsed) throw new Error(`${file}: a step gave neither a value nor a problem`);
    const task = { file, ...parsed, lookedUp: [], notices: remarksOf(notices, source, "notice") };
    return { file, ...names, task, open, problems: [] };
  } catch (error) {
    if (error instanceof UnreadableError) return refused(error.remarks);
    throw error;
  }
}

async function lookUpAll(files: readonly ReadFile[], lookUp: LookUp): Promise<readonly ReadFile[]> {
  const images = [...new Set(files.flatMap(({ open }) => open.map(({ image }) => image)))];
  if (images.length === 0) return files;
  const answers = await lookUp(images);
  return files.map((read) => {
    const { file, task, open } = read;
    const { words, problems } = wordsOf(open, answers);
    const all = [...read.problems, ...inFile(file, problems)];
    return { ...read, problems: all, ...(task && { task: withWords(task, words) }) };
  });
}

function readDefaultsOf(
  { defaultsPath, defaultsFrom }: ReadOptions,
  nameOf: (file: string) => string,
): { readonly value: JsonObject; readonly problems: readonly Problem[] } {
  if (defaultsPath === undefined) return { value: {}, problems: [] };
  try {
    return { value: readDefaults(defaultsPath, defaultsFrom), problems: [] };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return { value: {}, problems: inFile(nameOf(defaultsPath), error.remarks) };
  }
}

function fileName(file: string, projectFolder: string | undefined): string {
  if (projectFolder === undefined) return file;
  const name = relative(projectFolder, resolve(projectFolder, file));
  return name.startsWith("..") ? file : name;
}

function inFile(file: string, remarks: readonly Remark[]): readonly Problem[] {
  return remarks.map((remark) => ({ file: pathText(file), ...remark }));
}

function repeatedFamilies(files: readonly ReadFile[]): readonly Problem[] {
  const firsts = new Map<string, string>();
  return files.flatMap(({ file, family }) => {
    if (family === undefined) return [];
    const first = firsts.get(family);
    firsts.set(family, first ?? file);
    if (first === undefined) return [];
    const remedy = "Rename one, or move one elsewhere if both are versions of the same task.";
    return [{ file: pathText(file), text: text`the family ${family} is also in ${first}. ${remedy}` }];
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
