import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json";
import { text } from "../text/safe-text";
import type { Draft } from "./draft";
import { problem, type Step } from "./finding";

/** What FireLens can't do on Fargate. */
export function* checkLogRouters({ containers }: Draft): Step {
  for (const { path, values } of containers) {
    // Developer guide, "Specifying a custom configuration file": Fargate supports the type file alone.
    if (values.firelensConfiguration?.options?.["config-file-type"] !== "s3") continue;
    const remedy = "Put the file into the router's image or on a volume, and write file.";
    yield problem(
      [...path, "firelensConfiguration", "options", "config-file-type"],
      () => text`s3 doesn't work on Fargate. ${remedy}`,
    );
  }
}

/** `runtimeDefense` with the log routers among the excluded containers, where `excludeLogRouters` says why. */
export function withLogRoutersExcluded(runtimeDefense: JsonValue, task: JsonObject): JsonValue {
  if (!isJsonObject(runtimeDefense)) return runtimeDefense;
  const { exclude = {}, excludeLogRouters: reason } = runtimeDefense;
  if (typeof reason !== "string" || !isJsonObject(exclude) || !isJsonArray(task.containerDefinitions)) {
    return runtimeDefense;
  }
  const routers = task.containerDefinitions.flatMap((container) =>
    isJsonObject(container) && container.firelensConfiguration && typeof container.name === "string"
      ? [[container.name, reason] as const]
      : [],
  );
  return { ...runtimeDefense, exclude: { ...Object.fromEntries(routers), ...exclude } };
}
