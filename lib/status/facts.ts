import type { RunningTask } from "../aws/running-tasks";
import type { Service } from "../aws/services";
import type { CheckedDefinition } from "./checked-definition";
import type { FamilyDefenders } from "./defenders";

/** Everything read from ECS and from the Console. */
export type Facts = {
  readonly tasks: readonly RunningTask[];
  readonly services: readonly Service[];
  /** By ARN: the revisions of the tasks, and of the services' next tasks. */
  readonly definitions: ReadonlyMap<string, CheckedDefinition>;
  /** By family: its newest revision, for families with a revision that isn't current. */
  readonly newest: ReadonlyMap<string, CheckedDefinition>;
  /** By family: how many tasks have a Defender that may be connected. */
  readonly running: ReadonlyMap<string, number>;
  readonly defenders: ReadonlyMap<string, FamilyDefenders>;
  readonly consoleVersion: string;
  /** Time of the last answer of each side, in RFC 3339. */
  readonly readAt: { readonly aws: string; readonly console: string };
};
