import { isJsonObject, type JsonObject, type JsonValue, objectsIn } from "../json";
import type { Draft, DraftContainer } from "./draft";
import { notice, problem, type Step } from "./finding";
import type { Path } from "./json-path";

/** Checks for log configurations and log routers that ECS refuses, or that don't work on Fargate. */
export function* checkLogs({ containers, isComplete }: Draft): Step {
  const isClear = containers.every(({ isUnclear }) => !isUnclear("logConfiguration", "firelensConfiguration"));
  if (isComplete && isClear) yield* checkRouting(containers);
  for (const { path, values } of containers) {
    const { logDriver, options } = values.logConfiguration ?? {};
    if (logDriver === "awslogs") yield* checkAwslogs([...path, "logConfiguration"], options);
    // Developer guide, "Specifying a custom configuration file": Fargate supports only the type file.
    if (values.firelensConfiguration?.options?.["config-file-type"] !== "s3") continue;
    const place = [...path, "firelensConfiguration", "options", "config-file-type"];
    const remedy = "Put the file into the router's image or on a volume, and set this option to file.";
    yield problem(place)`s3 doesn't work on Fargate. ${remedy}`;
  }
}

// Developer guide, "Using the awslogs log driver"; RegisterTaskDefinition refuses a task without group or region.
function* checkAwslogs(path: Path, options: Readonly<Record<string, string>> = {}): Step {
  const missing = ["awslogs-group", "awslogs-region"].filter((name) => !options[name]);
  if (missing.length > 0) {
    yield problem(path)`awslogs needs the options awslogs-group and awslogs-region. Add ${missing.join(" and ")}.`;
  }
  if (!options["awslogs-stream-prefix"]) {
    yield notice(path)`has no awslogs-stream-prefix, which ECS documents as required on Fargate. Add it.`;
  }
  if (options["awslogs-create-group"] !== undefined && !createsGroup(options)) {
    const place = [...path, "options", "awslogs-create-group"];
    yield problem(place)`must be true, or absent: ECS takes nothing else.`;
  }
}

/** Whether awslogs creates the log group. ECS accepts the word in any case. */
export function createsGroup(options: Readonly<Record<string, string>>): boolean {
  return /^true$/i.test(options["awslogs-create-group"] ?? "");
}

function* checkRouting(containers: readonly DraftContainer[]): Step {
  const router = containers.find(({ values }) => values.firelensConfiguration);
  const routed = containers.find(({ values }) => values.logConfiguration?.logDriver === "awsfirelens");
  if (router && !routed) {
    const what = "no container uses this log router, so ECS refuses the task definition.";
    const remedy = "Set the logDriver of one to awsfirelens, or remove the router.";
    yield notice([...router.path, "firelensConfiguration"])`${what} ${remedy}`;
  }
  if (router || !routed) return;
  const remedy = "Add a log router, a container with firelensConfiguration, or use another driver.";
  const place = [...routed.path, "logConfiguration", "logDriver"];
  yield problem(place)`awsfirelens needs a log router in the task. ${remedy}`;
}

/** Returns `runtimeDefense` with the log routers excluded too, if `excludeLogRouters` gives the reason. */
export function withLogRoutersExcluded(runtimeDefense: JsonValue, task: JsonObject): JsonValue {
  if (!isJsonObject(runtimeDefense)) return runtimeDefense;
  const { exclude = {}, excludeLogRouters: reason } = runtimeDefense;
  if (typeof reason !== "string" || !isJsonObject(exclude)) return runtimeDefense;
  const routers = objectsIn(task.containerDefinitions).flatMap(({ name, firelensConfiguration }) =>
    firelensConfiguration && typeof name === "string" ? [[name, reason] as const] : [],
  );
  return { ...runtimeDefense, exclude: { ...Object.fromEntries(routers), ...exclude } };
}
