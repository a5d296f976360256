import { DEFENDER } from "../defender";
import { clean, isJsonObject, type JsonValue } from "../json";
import { text } from "../text/safe-text";
import { checkKeys } from "./check-keys";
import { checkSchema } from "./check-schema";
import { checkText } from "./check-text";
import { readDraft } from "./draft";
import { checkEntryPoints } from "./entry-points";
import { checkExclusions } from "./exclusions";
import { checkExecutionRole } from "./execution-role";
import { checkFargate } from "./fargate";
import { checkFileSystems } from "./file-systems";
import { problem, type Step } from "./finding";
import { checkLimits } from "./limits";
import { checkLogRouters } from "./log-routers";
import { checkPlaceholders } from "./placeholders";
import { checkPorts } from "./ports";
import { checkReferences } from "./references";
import { fitSize } from "./room";
import { type RuntimeDefense, RuntimeDefenseSchema } from "./runtime-defense";
import { type TaskDefinition, TaskDefinitionSchema } from "./schema";
import { shape } from "./shape";
import type { Remark } from "./source";
import { withUnitsAndDefaults } from "./units";
import { checkVariables } from "./variables";

/** A task definition file that has been read, checked and brought into one form. */
export type Task = {
  /** The path as the user gave it. */
  readonly file: string;
  /** Unprotected; numbers as ECS wants them; without nulls, empty lists and `runtimeDefense`. */
  readonly definition: TaskDefinition;
  readonly runtimeDefense: RuntimeDefense;
  /** What was assumed or changed on the way, for people; one line each. */
  readonly notices: readonly Remark[];
};

export type ParsedTask = Pick<Task, "definition" | "runtimeDefense">;

/**
 * All steps from a file's JSON to a task; none touches the disk. Without a value there is a problem.
 *
 * @param secretArns what the stack's execution role may read
 */
export function* parseTask(document: JsonValue, secretArns?: readonly string[]): Step<ParsedTask | undefined> {
  yield* checkText(document);
  const shaped = yield* shape(document);
  if (!shaped) return undefined;
  const { task, defaults } = yield* withUnitsAndDefaults(clean(shaped.definition));
  const { runtimeDefense } = shaped;
  // A size that can't be read has been reported.
  const reported = new Set(["cpu", "memory", ...(yield* checkPlaceholders({ ...task, runtimeDefense }))]);
  const unknown = yield* checkKeys(TaskDefinitionSchema, shaped.definition);
  const definition = yield* checkSchema(TaskDefinitionSchema, task, [], reported, unknown);
  yield* checkKeys(RuntimeDefenseSchema, runtimeDefense, ["runtimeDefense"]);
  const defense = yield* checkSchema(RuntimeDefenseSchema, runtimeDefense, ["runtimeDefense"], reported);

  // From here on each container and key by itself, whether or not another one is wrong.
  const draft = readDraft(task, runtimeDefense);
  const sidecar = draft.containers.find(({ values }) => values.name === DEFENDER);
  if (sidecar) {
    yield problem(sidecar.path, () => text`the task already holds ${DEFENDER}. Give the unprotected task definition.`);
    return undefined;
  }
  yield* checkReferences(draft);
  yield* checkExclusions(draft);
  yield* checkFargate(task);
  yield* checkPorts(draft);
  yield* checkFileSystems(draft);
  yield* checkLogRouters(draft);
  yield* checkEntryPoints(draft, isJsonObject(runtimeDefense) ? runtimeDefense : {});
  yield* checkVariables(draft);
  yield* checkExecutionRole(draft, secretArns);
  yield* checkLimits(task, draft);
  const size = yield* fitSize(draft, defaults);
  if (!definition || !defense || !size) return undefined;
  const raised = { cpu: String(size.cpu), memory: String(size.memory) };
  return { definition: { ...definition, ...raised }, runtimeDefense: defense };
}
