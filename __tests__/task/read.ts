import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { TaskFileError } from "../../lib/errors";
import { collect, type Step } from "../../lib/task/finding";
import { formatPath } from "../../lib/task/json-path";
import { readTasks } from "../../lib/task/read-tasks";
import type { Task } from "../../lib/task/task";

export const CONTAINER = { name: "app", image: "app:1", entryPoint: ["/app"] };
/** The options that ECS and Fargate require for the log driver awslogs. */
export const AWSLOGS = { "awslogs-group": "/shop", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "shop" };
export const TASK = {
  family: "shop",
  executionRoleArn: "arn:aws:iam::111122223333:role/shop",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "512",
  memory: "1024",
  containerDefinitions: [CONTAINER],
};

export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "tasks-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The problems of reading the path, without the folder's name; empty when it succeeds. */
export async function problemsOf(path: string, folder = path): Promise<readonly string[]> {
  try {
    await readTasks(path);
    return [];
  } catch (error) {
    if (!(error instanceof TaskFileError)) throw error;
    return error.sentences.map((problem) => problem.replaceAll(`${folder}/`, ""));
  }
}

/** The problems of one file with this text or document, without its name. */
export async function problemsIn(content: unknown): Promise<readonly string[]> {
  return await inFolder(async (folder) => {
    const file = join(folder, "task.json");
    const isRaw = typeof content === "string" || Buffer.isBuffer(content);
    await writeFile(file, isRaw ? content : JSON.stringify(content));
    return (await problemsOf(file, folder)).map((problem) => problem.replace(/^task\.json: /, ""));
  });
}

/** Reads the only task of a file with this document. */
export async function read(content: unknown): Promise<Task> {
  return await inFolder(async (folder) => {
    const file = join(folder, "task.json");
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
    const [task] = await readTasks(file);
    if (!task) throw new Error("There is no task.");
    return task;
  });
}

/** The sentences of a task's notices. */
export function noticesOf(task: Task | undefined): readonly string[] {
  return (task?.notices ?? []).map(({ text }) => text);
}

/** A step's value and its findings, each with its place and its sentence. */
export function run<T>(step: Step<T>, document = {}) {
  const { value, problems, notices } = collect(step);
  const findings = [...problems.shown, ...notices.shown].map(({ kind, path, text }) => ({
    kind,
    text: path.length > 0 ? `${formatPath(JSON.parse(JSON.stringify(document)), path)}: ${text()}` : text(),
  }));
  return { value, findings };
}
