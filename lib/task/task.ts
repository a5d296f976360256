import { isDeepStrictEqual } from "node:util";

import { DEFENDER } from "../defender";
import { clean, type JsonValue } from "../json";
import { checkSchema } from "./check-schema";
import { checkText } from "./check-text";
import { checkEntryPoints } from "./entry-points";
import { checkEnvironment, checkExecutionRole } from "./environment";
import { checkFargate } from "./fargate";
import { problem, type Step } from "./finding";
import { checkPlaceholders } from "./placeholders";
import { checkReferences } from "./references";
import { withRoom } from "./room";
import { type RuntimeDefense, RuntimeDefenseSchema } from "./runtime-defense";
import { soundParts, type TaskDefinition, TaskDefinitionSchema } from "./schema";
import { shape } from "./shape";
import { withSizeAndDefaults } from "./size";

/** A task definition file that has been read, checked and brought into one form. */
export type Task = {
  /** The path as the user gave it. */
  readonly file: string;
  /** Unprotected; numbers as ECS wants them; without nulls, empty lists and `runtimeDefense`. */
  readonly definition: TaskDefinition;
  readonly runtimeDefense: RuntimeDefense;
  /** What was understood or changed on the way, for people; one line each. */
  readonly notices: readonly string[];
};

/** All steps from a file's JSON to a task; none touches the disk. Without a value there is a problem. */
export function* understand(document: JsonValue): Step<Pick<Task, "definition" | "runtimeDefense"> | undefined> {
  yield* checkText(document);
  const shaped = yield* shape(document);
  if (!shaped) return undefined;
  const complete = yield* withSizeAndDefaults(clean(shaped.definition));
  const told = yield* checkPlaceholders({ ...complete, runtimeDefense: shaped.runtimeDefense });
  const whole = yield* checkSchema(TaskDefinitionSchema, complete, "", told, shaped.definition);
  const runtimeDefense = yield* checkSchema(RuntimeDefenseSchema, shaped.runtimeDefense, "runtimeDefense");
  const task = whole ?? soundParts(complete);
  if (!task) return undefined;
  if (task.containerDefinitions.some(({ name }) => name === DEFENDER)) {
    yield problem(`The task already holds ${DEFENDER}. Give the unprotected task definition.`);
    return undefined;
  }
  // A container that isn't right in its types may be the one that another one names.
  const { containerDefinitions, volumes } = complete;
  const isNoneLost =
    whole !== undefined ||
    isDeepStrictEqual([task.containerDefinitions, task.volumes], [containerDefinitions, volumes]);
  if (isNoneLost) yield* checkReferences(task, Object.keys(runtimeDefense?.exclude ?? {}));
  yield* checkFargate(task);
  if (!runtimeDefense) return undefined;
  yield* checkEntryPoints(task, runtimeDefense);
  yield* checkEnvironment(task, runtimeDefense);
  yield* checkExecutionRole(task);
  if (!isNoneLost) return undefined;
  const definition = yield* withRoom(task, runtimeDefense);
  return whole && { definition, runtimeDefense };
}
