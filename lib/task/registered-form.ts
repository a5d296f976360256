import { byText, clean, isJsonObject, type JsonObject, type JsonValue, objectOf, withEach, withList } from "../json";

/**
 * Converts a task definition to a form that is equal for equal meanings: for the input of RegisterTaskDefinition and for
 * the output of DescribeTaskDefinition. `EQUIVALENCES` lists the differences that it removes.
 */
export function registeredForm(definition: JsonObject): JsonObject {
  const isAwsvpc = definition.networkMode === undefined || definition.networkMode === "awsvpc";
  const task = clean(EQUIVALENCES.task.reduce((rest, { apply }) => apply(rest), definition));
  const inForm = (container: JsonObject) =>
    EQUIVALENCES.container.reduce((rest, { apply }) => apply(rest, isAwsvpc), container);
  return clean(withEach(task, "containerDefinitions", inForm));
}

/** The keys that DescribeTaskDefinition returns and RegisterTaskDefinition doesn't accept. */
export const DESCRIBED: readonly string[] = [
  ...["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities"],
  ...["registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt"],
];

/**
 * A way in which ECS stores something other than it was sent, with the same meaning. Sources: the ECS API reference, and
 * the AWS provider's own comparison of container definitions.
 */
type Equivalence = {
  readonly name: string;
  readonly apply: (part: JsonObject, isAwsvpc?: boolean) => JsonObject;
};

export const EQUIVALENCES: { readonly task: readonly Equivalence[]; readonly container: readonly Equivalence[] } = {
  task: [
    {
      name: "what ECS adds to a description",
      apply: (task) => Object.fromEntries(Object.entries(task).filter(([key]) => !DESCRIBED.includes(key))),
    },
    { name: "tags have no order", apply: (task) => sorted(task, "tags", "key") },
    { name: "compatibilities are a set", apply: (task) => asSet(task, "requiresCompatibilities") },
    {
      name: "placement constraints have no order",
      apply: (task) => sorted(task, "placementConstraints", "expression"),
    },
    {
      name: "a proxy is App Mesh's by default",
      apply: (task) => within(task, "proxyConfiguration", (proxy) => ({ type: "APPMESH", ...proxy })),
    },
    {
      name: "the properties of the proxy have no order",
      apply: (task) => within(task, "proxyConfiguration", (proxy) => sorted(proxy, "properties", "name")),
    },
  ],
  container: [
    { name: "essential is true by default", apply: (container) => ({ essential: true, ...container }) },
    { name: "no CPU units are 0", apply: (container) => ({ cpu: 0, ...container }) },
    { name: "variables have no order, and one without value is forgotten", apply: withoutEmptyVariables },
    { name: "secrets have no order", apply: (container) => sorted(container, "secrets", "name") },
    {
      name: "capabilities are two sets",
      apply: (container) =>
        within(container, "linuxParameters", (linux) =>
          within(linux, "capabilities", (sets) => asSet(asSet(sets, "add"), "drop")),
        ),
    },
    { name: "a FireLens router runs as user 0 by default", apply: withRouterUser },
    { name: "a port's protocol is tcp, and its host port the container's under awsvpc", apply: withPortDefaults },
    {
      name: "a health check has intervals by default",
      apply: (container) =>
        within(container, "healthCheck", (check) => ({ interval: 30, retries: 3, timeout: 5, ...check })),
    },
    {
      name: "volumes from another container are writable by default",
      apply: (container) => writable(container, "volumesFrom"),
    },
    { name: "a mount is writable by default", apply: (container) => writable(container, "mountPoints") },
  ],
};

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

function withRouterUser(container: JsonObject): JsonObject {
  return isJsonObject(container.firelensConfiguration) ? { user: ROUTER_USER, ...container } : container;
}

function withPortDefaults(container: JsonObject, isAwsvpc = true): JsonObject {
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
