import type { RuntimeDefense } from "./runtime-defense";
import type { TaskDefinition } from "./schema";

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
