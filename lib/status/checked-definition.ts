import type { RegisteredDefinition } from "../aws/task-definitions";
import type { Structure } from "../protection/structure";
import { isOlder } from "./versions";

/** A revision, and its structure, checked without its original. */
export type CheckedDefinition = RegisteredDefinition & { readonly structure: Structure };

/** Whether every container is wrapped, or left out, and the Defender is there. */
export function isProtected({ structure }: CheckedDefinition): boolean {
  return structure.deviations.length === 0;
}

/** Whether it is protected, and not older than the Console. */
export function isCurrent(definition: CheckedDefinition, consoleVersion: string): boolean {
  const version = definition.structure.defenderVersion;
  return isProtected(definition) && version !== undefined && !isOlder(version, consoleVersion);
}

/** `web:3` */
export function revisionName({ family, revision }: Pick<RegisteredDefinition, "family" | "revision">): string {
  return `${family}:${revision}`;
}
