import type { ImageConfig } from "../registry/read-image";
import type { RuntimeDefense } from "./runtime-defense";
import type { TaskDefinition } from "./schema";
import type { Remark } from "./source";

/** A task definition file that has been read, checked and brought into one form. */
export type Task = ParsedTask & {
  /** The file's path: relative to the project's folder if it is in there, else as the user gave it. */
  readonly file: string;
  /** Data read from images and written into the definition. */
  readonly lookedUp: readonly LookedUp[];
  /** Assumptions and changes on the way, for people; one line each. */
  readonly notices: readonly Remark[];
};

export type ParsedTask = {
  /** Unprotected; numbers as ECS wants them; without nulls, empty lists and `runtimeDefense`. */
  readonly definition: TaskDefinition;
  /** The file's, merged over the defaults. */
  readonly runtimeDefense: RuntimeDefense;
};

/** Data read from one image and written into the task definition. */
type LookedUp = Omit<ImageConfig, "pinned"> & { readonly container: string };
