import type { JsonObject } from "../../lib/json";
import { EQUIVALENCES, registeredForm } from "../../lib/task/registered-form";

const task = (container: JsonObject, more: JsonObject = {}): JsonObject => ({
  family: "shop",
  ...more,
  containerDefinitions: [{ name: "app", image: "app:1", ...container }],
});

/** Pairs of a task definition as sent, and as ECS describes it. */
const EQUAL: Readonly<Record<string, readonly [sent: JsonObject, described: JsonObject]>> = {
  "what ECS adds to a description": [
    task({}),
    task(
      {},
      {
        ...{ taskDefinitionArn: "arn", revision: 3, status: "ACTIVE", compatibilities: ["FARGATE"] },
        ...{ requiresAttributes: [{ name: "x" }], registeredBy: "x", registeredAt: 1 },
        ...{ deregisteredAt: 2, deleteRequestedAt: 3 },
      },
    ),
  ],
  "a proxy is App Mesh's by default": [
    task({}, { proxyConfiguration: { containerName: "app" } }),
    task({}, { proxyConfiguration: { containerName: "app", type: "APPMESH" } }),
  ],
  "empty lists": [task({}), task({ mountPoints: [], volumesFrom: [], systemControls: [] }, { volumes: [] })],
  "essential is true by default": [task({}), task({ essential: true })],
  "no CPU units are 0": [task({}), task({ cpu: 0 })],
  "variables have no order, and one without value is forgotten": [
    task({
      environment: [
        { name: "B", value: "1" },
        { name: "A", value: "" },
        { name: "C", value: "2" },
      ],
    }),
    task({
      environment: [
        { name: "C", value: "2" },
        { name: "B", value: "1" },
      ],
    }),
  ],
  "a variable may lack even an empty value": [task({ environment: [{ name: "A" }] }), task({})],
  "secrets have no order": [
    task({
      secrets: [
        { name: "B", valueFrom: "b" },
        { name: "A", valueFrom: "a" },
      ],
    }),
    task({
      secrets: [
        { name: "A", valueFrom: "a" },
        { name: "B", valueFrom: "b" },
      ],
    }),
  ],
  "capabilities are two sets": [
    task({ linuxParameters: { capabilities: { add: ["SYS_PTRACE", "NET_ADMIN", "SYS_PTRACE"] } } }),
    task({ linuxParameters: { capabilities: { add: ["NET_ADMIN", "SYS_PTRACE"], drop: [] }, devices: [] } }),
  ],
  "a FireLens router runs as user 0 by default": [
    task({ firelensConfiguration: { type: "fluentbit" } }),
    task({ firelensConfiguration: { type: "fluentbit" }, user: "0" }),
  ],
  "a port's protocol is tcp, and its host port the container's under awsvpc": [
    task({ portMappings: [{ containerPort: 80 }] }, { networkMode: "awsvpc" }),
    task({ portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }] }, { networkMode: "awsvpc" }),
  ],
  "the network mode is awsvpc by default": [
    task({ portMappings: [{ containerPort: 80 }] }),
    task({ portMappings: [{ containerPort: 80, hostPort: 80 }] }),
  ],
  "the host port 0 is none": [
    task({ portMappings: [{ containerPort: 80, hostPort: 0 }] }),
    task({ portMappings: [{ containerPort: 80 }] }),
  ],
  "a health check has intervals by default": [
    task({ healthCheck: { command: ["x"] } }),
    task({ healthCheck: { command: ["x"], interval: 30, retries: 3, timeout: 5 } }),
  ],
  "volumes from another container are writable by default": [
    task({ volumesFrom: [{ sourceContainer: "b" }] }),
    task({ volumesFrom: [{ sourceContainer: "b", readOnly: false }] }),
  ],
  "a mount is writable by default": [
    task({ mountPoints: [{ sourceVolume: "v" }] }),
    task({ mountPoints: [{ sourceVolume: "v", readOnly: false }] }),
  ],
  "tags have no order": [
    task(
      {},
      {
        tags: [
          { key: "b", value: "1" },
          { key: "a", value: "2" },
        ],
      },
    ),
    task(
      {},
      {
        tags: [
          { key: "a", value: "2" },
          { key: "b", value: "1" },
        ],
      },
    ),
  ],
  "compatibilities are a set": [
    task({}, { requiresCompatibilities: ["FARGATE", "EC2", "FARGATE"] }),
    task({}, { requiresCompatibilities: ["EC2", "FARGATE"] }),
  ],
  "placement constraints have no order": [
    task(
      {},
      {
        placementConstraints: [
          { type: "memberOf", expression: "b" },
          { type: "memberOf", expression: "a" },
        ],
      },
    ),
    task(
      {},
      {
        placementConstraints: [
          { expression: "a", type: "memberOf" },
          { expression: "b", type: "memberOf" },
        ],
      },
    ),
  ],
  "the properties of the proxy have no order": [
    task(
      {},
      {
        proxyConfiguration: {
          properties: [
            { name: "b", value: "1" },
            { name: "a", value: "2" },
          ],
        },
      },
    ),
    task(
      {},
      {
        proxyConfiguration: {
          properties: [
            { name: "a", value: "2" },
            { name: "b", value: "1" },
          ],
        },
      },
    ),
  ],
};

test.each(Object.entries(EQUAL))("both forms are equal: %s", (_, [sent, described]) => {
  expect(registeredForm(described)).toStrictEqual(registeredForm(sent));
});

test("each equivalence has its example", () => {
  const names = [EQUIVALENCES.task, EQUIVALENCES.container].flatMap((changes) => Object.keys(changes));
  expect(names.filter((name) => !Object.hasOwn(EQUAL, name))).toEqual([]);
});

test.each([
  ["essential", task({}), task({ essential: false })],
  ["CPU units", task({ cpu: 128 }), task({ cpu: 64 })],
  ["a variable", task({}), task({ environment: [{ name: "A", value: "1" }] })],
  ["a capability", task({}), task({ linuxParameters: { capabilities: { add: ["SYS_ADMIN"] } } })],
  ["a dropped capability", task({}), task({ linuxParameters: { capabilities: { drop: ["MKNOD"] } } })],
  [
    "a router's user",
    task({ firelensConfiguration: { type: "x" } }),
    task({ firelensConfiguration: { type: "x" }, user: "1" }),
  ],
  ["a user where there is no router", task({}), task({ user: "0" })],
  [
    "another host port",
    task({ portMappings: [{ containerPort: 80 }] }),
    task({ portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
  ],
  [
    "the container's port as the host's, which bridge mode would choose",
    task({ portMappings: [{ containerPort: 80 }] }, { networkMode: "bridge" }),
    task({ portMappings: [{ containerPort: 80, hostPort: 80 }] }, { networkMode: "bridge" }),
  ],
  [
    "a port's protocol",
    task({ portMappings: [{ containerPort: 80 }] }),
    task({ portMappings: [{ containerPort: 80, protocol: "udp" }] }),
  ],
  [
    "a health check's interval",
    task({ healthCheck: { command: ["x"] } }),
    task({ healthCheck: { command: ["x"], interval: 31 } }),
  ],
  ["a proxy's type", task({}, { proxyConfiguration: {} }), task({}, { proxyConfiguration: { type: "other" } })],
  ["a variable that is no text", task({}), task({ environment: [{ name: "A", value: 0 }] })],
  [
    "a read-only mount",
    task({ mountPoints: [{ sourceVolume: "v" }] }),
    task({ mountPoints: [{ sourceVolume: "v", readOnly: true }] }),
  ],
  ["the order of words", task({ command: ["a", "b"] }), task({ command: ["b", "a"] })],
])("a difference is kept: %s", (_, one, other) => {
  expect(registeredForm(one)).not.toStrictEqual(registeredForm(other));
});

test("values of unexpected types are kept for the comparison", () => {
  const strange = {
    containerDefinitions: ["x", { environment: [1, { name: { toString: 1 }, value: "a" }], portMappings: "x" }],
  };
  expect(registeredForm(strange)).toEqual({
    containerDefinitions: ["x", { ...(strange.containerDefinitions[1] as object), cpu: 0, essential: true }],
  });
});
