import { byText, clean, isJsonObject, type JsonObject, type JsonValue, objectOf, withEach, withList } from "../json";

/**
 * Converts a task definition to a form that is equal for equal meanings: for the input of RegisterTaskDefinition and for
 * the output of DescribeTaskDefinition. `EQUIVALENCES` lists the differences that it removes.
 */
export function registeredForm(definition: JsonObject): JsonObject {
  const isAwsvpc = definition.networkMode === undefined || definition.networkMode === "awsvpc";
  const inForm = (changes: Readonly<Record<string, Change>>, part: JsonObject) =>
    Object.values(changes).reduce((changed, change) => change(changed, isAwsvpc), part);
  const task = clean(inForm(EQUIVALENCES.task, definition));
  return clean(withEach(task, "containerDefinitions", (container) => inForm(EQUIVALENCES.container, container)));
}

/** The keys that DescribeTaskDefinition returns and RegisterTaskDefinition doesn't accept. */
export const DESCRIBED: readonly string[] = [
  ...["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities"],
  ...["registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt"],
];

type Change = (part: JsonObject, isAwsvpc: boolean) => JsonObject;

/**
 * The ways in which ECS stores something other than it was sent, with the same meaning. Sources: the ECS API reference,
 * and the AWS provider's own comparison of container definitions.
 */
export const EQUIVALENCES = {
  task: {
    "what ECS adds to a description": (task) =>
      Object.fromEntries(Object.entries(task).filter(([key]) => !DESCRIBED.includes(key))),
    "tags have no order": (task) => sorted(task, "tags", "key"),
    "compatibilities are a set": (task) => asSet(task, "requiresCompatibilities"),
    "placement constraints have no order": (task) => sorted(task, "placementConstraints", "expression"),
    "a proxy is App Mesh's by default": (task) =>
      within(task, "proxyConfiguration", (proxy) => ({ type: "APPMESH", ...proxy })),
    "the properties of the proxy have no order": (task) =>
      within(task, "proxyConfiguration", (proxy) => sorted(proxy, "properties", "name")),
  },
  container: {
    "essential is true by default": (container) => ({ essential: true, ...container }),
    "no CPU units are 0": (container) => ({ cpu: 0, ...container }),
    "variables have no order, and one without value is forgotten": withoutEmptyVariables,
    "secrets have no order": (container) => sorted(container, "secrets", "name"),
    "capabilities are two sets": (container) =>
      within(container, "linuxParameters", (linux) =>
        within(linux, "capabilities", (sets) => asSet(asSet(sets, "add"), "drop")),
      ),
    "a FireLens router runs as user 0 by default": (container) =>
      isJsonObject(container.firelensConfiguration) ? { user: ROUTER_USER, ...container } : container,
    "a port's protocol is tcp, and its host port the container's under awsvpc": withPortDefaults,
    "a health check has intervals by default": (container) =>
      within(container, "healthCheck", (check) => ({ interval: 30, retries: 3, timeout: 5, ...check })),
    "volumes from another container are writable by default": (container) => writable(container, "volumesFrom"),
    "a mount is writable by default": (container) => writable(container, "mountPoints"),
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Change>>>>;

function withoutEmptyVariables(container: JsonObject): JsonObject {
  const kept = withList(container, "environment", (list) => list.filter((variable) => !isForgotten(variable)));
  return sorted(kept, "environment", "name");
}

/** Whether ECS drops the variable when it registers the task, since its value is empty or missing. */
export function isForgotten(variable: JsonValue): boolean {
  return isJsonObject(variable) && (variable.value === "" || variable.value === undefined);
}

/** The default user of a FireLens log router: root. */
export const ROUTER_USER = "0";

function withPortDefaults(container: JsonObject, isAwsvpc: boolean): JsonObject {
  return withEach(container, "portMappings", ({ hostPort, containerPort = null, ...rest }) => {
    const host = hostPort === undefined || hostPort === 0 ? (isAwsvpc ? containerPort : null) : hostPort;
    return { protocol: "tcp", ...rest, containerPort, hostPort: host };
  });
}

function writable(container: JsonObject, key: string): JsonObject {
  return withEach(container, key, (entry) => ({ readOnly: false, ...entry }));
}

function sorted(object: JsonObject, key: string, by: string): JsonObject {
  const nameOf = (entry: JsonValue) => objectOf(entry)[by] ?? null;
  return withList(object, key, (list) => list.toSorted((one, other) => byText(nameOf(one), nameOf(other))));
}

function asSet(object: JsonObject, key: string): JsonObject {
  return withList(object, key, (list) => [...new Set(list)].toSorted(byText));
}

function within(object: JsonObject, key: string, change: (part: JsonObject) => JsonObject): JsonObject {
  const part = object[key];
  return isJsonObject(part) ? { ...object, [key]: change(part) } : object;
}
