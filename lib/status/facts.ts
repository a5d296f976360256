import type { RunningTask } from "../aws/running-tasks";
import type { Service } from "../aws/services";
import type { CheckedDefinition } from "./checked-definition";
import type { FamilyDefenders } from "./defenders";

/** Both sides, as they were read. */
export type Facts = {
  readonly tasks: readonly RunningTask[];
  readonly services: readonly Service[];
  /** By ARN: of the tasks, and of the services' next tasks. */
  readonly definitions: ReadonlyMap<string, CheckedDefinition>;
  /** By family: its newest revision, of the families that have one that isn't current. */
  readonly newest: ReadonlyMap<string, CheckedDefinition>;
  /** By family: how many tasks have a Defender that may be connected. */
  readonly running: ReadonlyMap<string, number>;
  readonly defenders: ReadonlyMap<string, FamilyDefenders>;
  readonly consoleVersion: string;
};
