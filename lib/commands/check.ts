import { toSend } from "../protection/proof";
import { isProblemFormat, PROBLEM_FORMATS } from "../report/problems/formats";
import type { ContainerCount, ProblemReport } from "../report/problems/problem-report";
import { isSet } from "../settings/environment";
import { parseSettingsWithoutConsole } from "../settings/settings";
import { TASKS_VARIABLE } from "../settings/tasks";
import { checkTasks } from "../task/read-tasks";
import type { Task } from "../task/task";
import { pathText } from "../text/safe-text";
import type { Command } from "./command";
import { printProblems } from "./failure";
import { contextOn } from "./run-context";
import { readOptions } from "./task-options";

export const check: Command = {
  name: "check",
  printsProblems: true,
  purpose:
    "every check of synth that needs no Console, without credentials: for pull requests. `--offline` leaves out the images' registries, too",
  operands: [
    {
      name: "PATH",
      meaning: "a task definition file, or a folder of them; without it TASK_DEFINITION_PATH",
      isOptional: true,
    },
  ],
  options: [
    { name: "offline", meaning: "asks no registry: containers without entryPoint are not counted as protected" },
    {
      name: "format",
      value: PROBLEM_FORMATS,
      meaning: "for people, as annotations of GitHub or Azure Pipelines, as JUnit's XML, or as JSON",
    },
  ],
  run: async (invocation, { operands: [path], has, value }) => {
    const { stdout, stderr, environment, signal } = invocation;
    const settings = parseSettingsWithoutConsole(environment);
    const options = readOptions(settings, settings.stack, invocation, contextOn(stderr, signal));
    const { files, tasks, problems } = await checkTasks(isSet(path) ? path : settings.tasks.path, {
      ...options,
      lookUp: has("offline") ? undefined : options.lookUp,
      variable: isSet(path) ? undefined : TASKS_VARIABLE,
    });
    const report: ProblemReport = {
      command: "check",
      files,
      problems,
      notices: tasks.flatMap(({ file, notices }) => notices.map((notice) => ({ file: pathText(file), ...notice }))),
      containers: containerCount(tasks),
    };
    const format = value("format");
    await printProblems(report, isProblemFormat(format) ? format : "text", stdout, environment);
    return problems.length > 0 ? 1 : 0;
  },
};

function containerCount(tasks: readonly Task[]): ContainerCount {
  const all = tasks.flatMap(({ definition }) => definition.containerDefinitions).length;
  const others = tasks.flatMap((task) => toSend(task).containerDefinitions);
  // A missing entryPoint is still to be found: by the Console (extract), or by a look-up that hasn't been made.
  const open = others.filter(({ entryPoint }) => entryPoint === undefined);
  return { all, leftOut: all - others.length, open: open.length };
}
