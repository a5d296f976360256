import type { JsonValue } from "../json";
import type { ContainerDefinition, TaskDefinition } from "../task/schema";
import { type SafeText, text } from "../text/safe-text";
import { isEqual } from "./compare";

/** One change that protection makes to a container, for people. */
export type Change = { readonly container: string; readonly field: string; readonly change: SafeText };

/** Lists the differences in each container of the protected task definition; excluded containers have none. */
export function findChanges(unprotected: TaskDefinition, definition: TaskDefinition): readonly Change[] {
  return definition.containerDefinitions.flatMap((after) => {
    const before = unprotected.containerDefinitions.find(({ name }) => name === after.name);
    const changes = before ? containerChanges(before, after) : sidecarChanges(after, unprotected);
    return changes.map((change) => ({ container: after.name, ...change }));
  });
}

type Field = Omit<Change, "container">;

function containerChanges(before: ContainerDefinition, after: ContainerDefinition): readonly Field[] {
  const dependencies = added(before.dependsOn, after.dependsOn);
  const volumes = added(before.volumesFrom, after.volumesFrom);
  const capabilities = added(before.linuxParameters?.capabilities?.add, after.linuxParameters?.capabilities?.add);
  return [
    ...entryPointChange(before.entryPoint, after.entryPoint),
    ...additions("environment", variables(after.environment, before.environment)),
    ...additions(
      "dependsOn",
      dependencies.map((one) => `${one.containerName} (${one.condition})`),
    ),
    ...additions(
      "volumesFrom",
      volumes.map((one) => `${one.sourceContainer}, ${one.readOnly ? "read-only" : "writable"}`),
    ),
    ...additions(
      "linuxParameters",
      [...new Set(capabilities)].map((capability) => `the capability ${capability}`),
    ),
  ];
}

function entryPointChange(before: readonly string[] = [], after: readonly string[] = []): readonly Field[] {
  if (isEqual(before, after)) return [];
  const begins = text`begins with ${after.slice(0, 3).join(" ")}`;
  if (before.length > 0) return [{ field: "entryPoint", change: begins }];
  const found = after.slice(3).join(" ");
  return [{ field: "entryPoint", change: text`${begins}, then what the Console found: ${found}` }];
}

function sidecarChanges(sidecar: ContainerDefinition, unprotected: TaskDefinition): readonly Field[] {
  const { healthCheck, logConfiguration: logs } = sidecar;
  const check = healthCheck ? text`added, every ${healthCheck.interval ?? 30} s` : text`none: an older Console's`;
  return [
    { field: "container", change: text`added, essential` },
    ...additions("environment", variables(sidecar.environment)),
    { field: "healthCheck", change: check },
    ...(logs ? [{ field: "logConfiguration", change: logsChange(logs, unprotected) }] : []),
  ];
}

function logsChange(logs: NonNullable<ContainerDefinition["logConfiguration"]>, unprotected: TaskDefinition): SafeText {
  const source = unprotected.containerDefinitions.find((container) => isEqual(container.logConfiguration, logs));
  if (source) return text`${logs.logDriver}, copied from the container ${source.name}`;
  return text`${logs.logDriver}, its own log group ${logs.options?.["awslogs-group"] ?? ""}`;
}

type Variables = ContainerDefinition["environment"];

// Shown with their values: whether the Defender watches the file system, and whether it runs in FIPS mode.
const FLAGS: readonly string[] = ["FILESYSTEM_MONITORING", "FIPS_ENABLED"];

function variables(after: Variables = [], before: Variables = []): readonly string[] {
  const names = new Set(before.map(({ name }) => name));
  return after
    .filter(({ name }) => !names.has(name))
    .map(({ name, value }) => (FLAGS.includes(name) ? `${name}=${value}` : name));
}

function additions(field: string, entries: readonly string[]): readonly Field[] {
  return entries.length > 0 ? [{ field, change: text`added ${entries.join(", ")}` }] : [];
}

function added<T extends JsonValue>(before: readonly T[] = [], after: readonly T[] = []): readonly T[] {
  return after.filter((entry) => !before.some((other) => isEqual(other, entry)));
}
