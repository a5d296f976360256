import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { JsonObject, JsonValue } from "../../lib/json";
import { walk } from "../../lib/task/json-path";
import { CONTAINER_KEYS, TASK_ENTRIES, TaskDefinitionSchema } from "../../lib/task/schema";
import { proven } from "../protection/proven";
import { problemsIn, read, TASK } from "../task/read";
import { synthesized } from "./synthesize";

const EVERY_KEY = join(__dirname, "..", "task", "fixtures", "every-key.json");

const TASK_KEYS = [...Object.keys(TASK_ENTRIES), "containerDefinitions"].sort();

type Place = { readonly as: string; readonly value: JsonValue };

// For every key of the task: its argument in the resource, and that argument's value for the fixture.
const TASK_PLACES: Readonly<Record<string, Place>> = {
  containerDefinitions: { as: "container_definitions", value: "a JSON text, see below" },
  cpu: { as: "cpu", value: "4096" },
  enableFaultInjection: { as: "enable_fault_injection", value: false },
  ephemeralStorage: { as: "ephemeral_storage", value: { size_in_gib: 40 } },
  executionRoleArn: { as: "execution_role_arn", value: "arn:aws:iam::111122223333:role/execution" },
  family: { as: "family", value: "every-key" },
  ipcMode: { as: "ipc_mode", value: "task" },
  memory: { as: "memory", value: "8192" },
  networkMode: { as: "network_mode", value: "awsvpc" },
  pidMode: { as: "pid_mode", value: "task" },
  placementConstraints: {
    as: "placement_constraints",
    value: [{ expression: "attribute:ecs.os-type == linux", type: "memberOf" }],
  },
  proxyConfiguration: {
    as: "proxy_configuration",
    value: { container_name: "first", properties: { AppPorts: "80" }, type: "APPMESH" },
  },
  requiresCompatibilities: { as: "requires_compatibilities", value: ["FARGATE"] },
  runtimePlatform: { as: "runtime_platform", value: { cpu_architecture: "X86_64", operating_system_family: "LINUX" } },
  tags: { as: "tags", value: { team: "shop" } },
  taskRoleArn: { as: "task_role_arn", value: "arn:aws:iam::111122223333:role/task" },
  volumes: {
    as: "volume",
    value: [
      { name: "launch", configure_at_launch: true },
      { name: "bind", host_path: "/data" },
      {
        name: "docker",
        docker_volume_configuration: {
          autoprovision: true,
          driver: "local",
          driver_opts: { type: "tmpfs" },
          labels: { a: "b" },
          scope: "shared",
        },
      },
      {
        name: "efs",
        efs_volume_configuration: {
          authorization_config: { access_point_id: "fsap-1", iam: "ENABLED" },
          file_system_id: "fs-1",
          root_directory: "/",
          transit_encryption: "ENABLED",
          transit_encryption_port: 2999,
        },
      },
      {
        name: "fsx",
        fsx_windows_file_server_volume_configuration: {
          authorization_config: {
            credentials_parameter: "arn:aws:ssm:eu-west-1:111122223333:parameter/a",
            domain: "d",
          },
          file_system_id: "fs-2",
          root_directory: "share",
        },
      },
    ],
  },
};

// Keys that the protection changes; `links` is the one that Fargate refuses. All others stay unchanged.
const CHANGED = ["entryPoint", "environment", "dependsOn", "volumesFrom", "linuxParameters"];
const REFUSED = ["links"];
const SAME =
  "name image command cpu credentialSpecs disableNetworking dnsSearchDomains dnsServers dockerLabels " +
  "dockerSecurityOptions environmentFiles essential extraHosts firelensConfiguration healthCheck hostname interactive " +
  "logConfiguration memory memoryReservation mountPoints portMappings privileged pseudoTerminal readonlyRootFilesystem " +
  "repositoryCredentials resourceRequirements restartPolicy secrets startTimeout stopTimeout systemControls ulimits user " +
  "versionConsistency workingDirectory";

async function resourceOf(document: JsonObject): Promise<JsonObject> {
  const { stack } = synthesized([await proven(document)]);
  return stack.resource.aws_ecs_task_definition?.["task-definition-every-key"] ?? {};
}

async function everyKey() {
  return JSON.parse(await readFile(EVERY_KEY, "utf8"));
}

test("the tables and their fixture name every key", async () => {
  expect(Object.keys(TASK_PLACES).sort()).toEqual(TASK_KEYS);
  expect([...SAME.split(" "), ...CHANGED, ...REFUSED].sort()).toEqual([...CONTAINER_KEYS].sort());
  const { definition } = await read(await everyKey());
  expect(Object.keys(definition).sort()).toEqual(TASK_KEYS);
  const [first] = definition.containerDefinitions;
  expect(Object.keys(first ?? {}).sort()).toEqual([...SAME.split(" "), ...CHANGED].sort());
});

// Also those within volumes, for example: the tests below show only of the fixture's keys that nothing is lost.
test("the fixture has every key of the schema at every depth", async () => {
  const paths = [...walk(await everyKey())].map(([path]) => path.filter((step) => typeof step === "string").join("."));
  expect(keysOf(TaskDefinitionSchema).filter((key) => !paths.includes(key))).toEqual(["containerDefinitions.links"]);
});

test("every key of the task arrives in the resource under the provider's name, and nothing else does", async () => {
  const {
    container_definitions,
    "//": _,
    depends_on,
    lifecycle,
    skip_destroy,
    ...attributes
  } = await resourceOf(await everyKey());
  const { containerDefinitions, ...places } = TASK_PLACES;
  expect(containerDefinitions?.as).toBe("container_definitions");
  expect(typeof container_definitions).toBe("string");
  expect(depends_on).toEqual(["aws_secretsmanager_secret_version.install-bundle-version"]);
  expect({ lifecycle, skip_destroy }).toEqual({ lifecycle: { create_before_destroy: true }, skip_destroy: true });
  expect(attributes).toEqual(Object.fromEntries(Object.values(places).map(({ as, value }) => [as, value])));
});

test("a container's other keys arrive unchanged", async () => {
  const task = await everyKey();
  const { container_definitions } = await resourceOf(task);
  const [first] = JSON.parse(String(container_definitions).replaceAll("$${", "${").replaceAll("%%{", "%{"));
  const same = (container: JsonObject) => Object.fromEntries(SAME.split(" ").map((key) => [key, container[key]]));
  expect(same(first)).toEqual(same(task.containerDefinitions[0]));
});

test("what the protection adds arrives together with the container's own values", async () => {
  const [first] = JSON.parse(String((await resourceOf(await everyKey())).container_definitions));
  expect(first.entryPoint.slice(3)).toEqual(["/first"]);
  expect(first.environment).toContainEqual({ name: "A", value: "b" });
  expect(first.dependsOn).toContainEqual({ containerName: "second", condition: "START" });
  expect(first.volumesFrom).toContainEqual({ sourceContainer: "second", readOnly: true });
  expect(first.linuxParameters).toEqual({
    capabilities: { add: ["NET_ADMIN", "SYS_PTRACE"], drop: ["MKNOD"] },
    devices: [{ hostPath: "/dev/a", containerPath: "/dev/b", permissions: ["read"] }],
    initProcessEnabled: true,
    maxSwap: 1,
    sharedMemorySize: 64,
    swappiness: 10,
    tmpfs: [{ containerPath: "/tmp", size: 16, mountOptions: ["noexec"] }],
  });
});

test.each([
  ["inferenceAccelerators", { inferenceAccelerators: [{ deviceName: "a", deviceType: "b" }] }, /inferenceAccelerators/],
  [
    "links",
    { containerDefinitions: [{ ...TASK.containerDefinitions[0], links: ["db"] }] },
    /links: doesn't work on Fargate/,
  ],
])("%s is refused rather than dropped", async (_, part, message) => {
  expect((await problemsIn({ ...TASK, ...part })).join("\n")).toMatch(message);
});

test("an unclosed template in a text doesn't break the reference to the install bundle", async () => {
  const task = await everyKey();
  const { container_definitions } = await resourceOf({
    ...task,
    containerDefinitions: task.containerDefinitions.map((one: object) => ({ ...one, user: "${" })),
  });
  const sidecar = JSON.parse(String(container_definitions)).at(-1);
  expect(sidecar.secrets).toEqual([
    { name: "INSTALL_BUNDLE", valueFrom: `\${aws_secretsmanager_secret.install-bundle.arn}` },
  ]);
});

/** The parts of a valibot schema that hold other schemas. */
type Schema = {
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly wrapped?: Schema;
  readonly pipe?: readonly unknown[];
};

/** The keys that a schema allows, each with those above it: `volumes.host.sourcePath`. */
function keysOf({ entries = {}, item, wrapped, pipe = [] }: Schema, above: readonly string[] = []): readonly string[] {
  const inside = Object.entries(entries).flatMap(([key, schema]) => {
    const place = [...above, key];
    return [place.join("."), ...keysOf(schema, place)];
  });
  const parts = [item, wrapped, ...(pipe as readonly Schema[])].filter((part) => part !== undefined);
  return [...new Set([...inside, ...parts.flatMap((part) => keysOf(part, above))])];
}
