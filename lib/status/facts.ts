import type { Service } from "../aws/services";
import type { RegisteredDefinition } from "../aws/task-definitions";
import type { RunningTask } from "../aws/tasks";
import type { Structure } from "../protection/structure";
import type { FamilyDefenders } from "./connected";
import { isOlder } from "./versions";

/** A revision, and what it is without its original. */
export type CheckedDefinition = RegisteredDefinition & { readonly structure: Structure };

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

/** Whether every container is wrapped, or left out, and the Defender is there. */
export function isProtected({ structure }: CheckedDefinition): boolean {
  return structure.deviations.length === 0;
}

/** Protected, and not older than the Console. */
export function isCurrent(definition: CheckedDefinition, consoleVersion: string): boolean {
  const version = definition.structure.defenderVersion;
  return isProtected(definition) && version !== undefined && !isOlder(version, consoleVersion);
}

/** `web:3` */
export function revisionName({ family, revision }: Pick<RegisteredDefinition, "family" | "revision">): string {
  return `${family}:${revision}`;
}
