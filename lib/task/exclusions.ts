import { type SafeText, text } from "../text/safe-text";
import type { Draft } from "./draft";
import { problem, type Step } from "./finding";
import { containerCheck } from "./references";

/** Checks that each excluded container exists, and that not all are excluded. */
export function* checkExclusions(draft: Draft): Step {
  const { containers, hasAllNames } = draft;
  const { exclude = {} } = draft.runtimeDefense;
  const checkContainer = containerCheck(draft);
  for (const name of Object.keys(exclude)) yield* checkContainer(["runtimeDefense", "exclude", name], name);
  if (hasAllNames && containers.length > 0 && containers.every(({ values }) => isExcluded(draft, values.name))) {
    yield problem(["runtimeDefense", "exclude"])`leaves every container out, so nothing would be protected. Keep one.`;
  }
}

/** Whether the container is excluded; undefined when that can't be read. */
export function isExcluded({ runtimeDefense }: Draft, name: string | undefined): boolean | undefined {
  const { exclude } = runtimeDefense;
  return exclude && name !== undefined && Object.hasOwn(exclude, name);
}

/** Whether one more container can be excluded with another one left to protect. */
export function canExclude(draft: Draft): boolean {
  return draft.containers.filter(({ values }) => !isExcluded(draft, values.name)).length > 1;
}

/** Returns the remedy for something that only an excluded container may have. */
export function removeOrExclude(draft: Draft): SafeText {
  return canExclude(draft) ? text`Remove it, or exclude the container.` : text`Remove it.`;
}
