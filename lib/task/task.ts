import type { JsonValue } from "../json";
import { checkSchema } from "./check-schema";
import { checkText } from "./check-text";
import { checkEntryPoints } from "./entry-points";
import { checkEnvironment, checkExecutionRole } from "./environment";
import { checkFargate } from "./fargate";
import type { Step } from "./finding";
import { checkPlaceholders } from "./placeholders";
import { checkReferences } from "./references";
import { withRoom } from "./room";
import { type RuntimeDefense, RuntimeDefenseSchema } from "./runtime-defense";
import { type TaskDefinition, TaskDefinitionSchema } from "./schema";
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
  const complete = yield* withSizeAndDefaults(shaped.definition);
  const told = yield* checkPlaceholders({ ...complete, runtimeDefense: shaped.runtimeDefense });
  const task = yield* checkSchema(TaskDefinitionSchema, complete, "", told);
  const runtimeDefense = yield* checkSchema(RuntimeDefenseSchema, shaped.runtimeDefense, "runtimeDefense");
  if (!task) return undefined;
  yield* checkReferences(task, Object.keys(runtimeDefense?.exclude ?? {}));
  yield* checkFargate(task);
  if (!runtimeDefense) return undefined;
  yield* checkEntryPoints(task, runtimeDefense);
  yield* checkEnvironment(task, runtimeDefense);
  yield* checkExecutionRole(task);
  return { definition: yield* withRoom(task, runtimeDefense), runtimeDefense };
}
