import * as v from "valibot";

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { meantBy } from "./check-keys";
import { CONTAINER_ENTRIES } from "./container-schema";
import type { Path } from "./json-path";
import { RUNTIME_DEFENSE_ENTRIES, type RuntimeDefense } from "./runtime-defense";
import { type ContainerDefinition, TASK_ENTRIES, type TaskDefinition } from "./schema";

/**
 * A task definition with each key read by itself, so that an error in one key doesn't hide an error in another from the
 * checks.
 */
export type Draft = {
  readonly task: Readable<WithoutContainers>;
  readonly containers: readonly DraftContainer[];
  /** Whether `containers` has every container of the task. */
  readonly isComplete: boolean;
  /** Whether `isComplete`, and each container has a readable name. */
  readonly hasAllNames: boolean;
  readonly runtimeDefense: Partial<RuntimeDefense>;
  /** The sidecar's settings, to be checked like a container. */
  readonly sidecar: { readonly path: Path; readonly values: Partial<RuntimeDefense["sidecar"]> };
};

type WithoutContainers = Omit<TaskDefinition, "containerDefinitions">;

export type DraftContainer = Readable<ContainerDefinition> & { readonly path: Path };

type Readable<T> = {
  /** The values of the right type, including those that only break a rule, such as a number out of its range. */
  readonly values: Partial<T>;
  /** Whether one of the keys is there, but misspelled or with a value of the wrong type. */
  readonly isUnclear: (...keys: readonly (keyof T & string)[]) => boolean;
};

export function readDraft(task: JsonObject, runtimeDefense: JsonValue): Draft {
  const { containerDefinitions, ...others } = task;
  const list = isJsonArray(containerDefinitions) ? containerDefinitions : [];
  const containers = list.flatMap((container, index): readonly DraftContainer[] => {
    if (!isJsonObject(container)) return [];
    return [{ ...readEach<ContainerDefinition>(CONTAINER_ENTRIES, container), path: ["containerDefinitions", index] }];
  });
  const isComplete = containers.length === list.length;
  const defense = isJsonObject(runtimeDefense)
    ? readEach<RuntimeDefense>(RUNTIME_DEFENSE_ENTRIES, runtimeDefense).values
    : {};
  return {
    task: readEach<WithoutContainers>(TASK_ENTRIES, others),
    containers,
    isComplete,
    hasAllNames: isComplete && containers.every(({ values }) => values.name !== undefined),
    runtimeDefense: defense,
    sidecar: { path: ["runtimeDefense", "sidecar"], values: defense.sidecar ?? {} },
  };
}

function readEach<T>(entries: v.ObjectEntries, object: JsonObject): Readable<T> {
  const values: Record<string, unknown> = {};
  const unclear = new Set<string>();
  for (const [key, schema] of Object.entries(entries)) {
    if (!Object.hasOwn(object, key) && schema.type !== "optional") continue;
    const { typed, output } = v.safeParse(schema, object[key]);
    if (typed) values[key] = output;
    else unclear.add(key);
  }
  const names = Object.keys(entries);
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(entries, key)) unclear.add(meantBy(key, names) ?? key);
  }
  return {
    // Each value has been read by its own key's schema.
    values: values as Partial<T>,
    isUnclear: (...keys) => keys.some((key) => unclear.has(key)),
  };
}
