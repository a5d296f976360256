import { type Defender, type FargateTask, protect } from "../../local-console/protect";

const WRAPPER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"];
const LOGS = { logDriver: "awslogs", options: { "awslogs-group": "/app" } };

const defender: Defender = {
  image: "registry.example.com/defender:1",
  installBundle: "eyJidW5kbGUi",
  wsAddress: "wss://console.example.com:8084",
  filesystemMonitoring: false,
};

type Container = FargateTask["containerDefinitions"][number];

const container = (extra: Partial<Container> = {}): Container => ({
  name: "web",
  image: "nginx:1.27",
  entryPoint: ["sh", "-c"],
  command: ["hello"],
  ...extra,
});

const task = (...containerDefinitions: Container[]): FargateTask => ({ family: "shop", containerDefinitions });

function protectedContainers(from: FargateTask, by = defender): readonly unknown[] {
  const { containerDefinitions } = protect(from, by);
  if (!Array.isArray(containerDefinitions)) throw new Error("no container definitions");
  return containerDefinitions;
}

test("an application container is wrapped, and its other fields are kept", () => {
  expect(protectedContainers(task(container({ cpu: 128, user: "app" })))[0]).toEqual({
    name: "web",
    image: "nginx:1.27",
    cpu: 128,
    user: "app",
    entryPoint: [...WRAPPER, "sh", "-c"],
    command: ["hello"],
    environment: [
      { name: "TW_IMAGE_NAME", value: "nginx:1.27" },
      { name: "TW_CONTAINER_NAME", value: "web" },
      { name: "DEFENDER_TYPE", value: "fargate" },
      { name: "FARGATE_TASK", value: "shop" },
      { name: "FILESYSTEM_MONITORING", value: "false" },
      { name: "FIPS_ENABLED", value: "false" },
    ],
    dependsOn: [{ containerName: "TwistlockDefender", condition: "HEALTHY" }],
    volumesFrom: [{ sourceContainer: "TwistlockDefender", readOnly: false }],
    linuxParameters: { capabilities: { add: ["SYS_PTRACE"] } },
  });
});

test("a container's own entries are kept, before the added ones", () => {
  const [web] = protectedContainers(
    task(
      container({
        environment: [{ name: "MODE", value: "live" }],
        dependsOn: [{ containerName: "db", condition: "START" }],
        volumesFrom: [{ sourceContainer: "db", readOnly: true }],
        linuxParameters: { initProcessEnabled: true, capabilities: { add: ["NET_ADMIN"], drop: ["ALL"] } },
      }),
    ),
  );
  expect(web).toMatchObject({
    environment: [{ name: "MODE", value: "live" }, { name: "TW_IMAGE_NAME" }, {}, {}, {}, {}, {}],
    dependsOn: [{ containerName: "db" }, { containerName: "TwistlockDefender" }],
    volumesFrom: [{ sourceContainer: "db" }, { sourceContainer: "TwistlockDefender" }],
    linuxParameters: {
      initProcessEnabled: true,
      capabilities: { add: ["NET_ADMIN", "SYS_PTRACE"], drop: ["ALL"] },
    },
  });
});

test("SYS_PTRACE isn't added twice", () => {
  const [web] = protectedContainers(task(container({ linuxParameters: { capabilities: { add: ["SYS_PTRACE"] } } })));
  expect(web).toMatchObject({ linuxParameters: { capabilities: { add: ["SYS_PTRACE"] } } });
});

test("nulls where lists and objects belong count as absent", () => {
  const nulls = { entryPoint: null, command: null, environment: null, dependsOn: null, volumesFrom: null };
  const [web] = protectedContainers(task(container({ ...nulls, linuxParameters: null })));
  expect(web).toMatchObject({
    entryPoint: WRAPPER,
    command: null,
    dependsOn: [{ containerName: "TwistlockDefender" }],
    volumesFrom: [{ sourceContainer: "TwistlockDefender" }],
    linuxParameters: { capabilities: { add: ["SYS_PTRACE"] } },
  });
});

test("the sidecar comes last, with its documented fields and no others", () => {
  expect(protectedContainers(task(container(), container({ name: "worker" }))).slice(2)).toEqual([
    {
      name: "TwistlockDefender",
      image: "registry.example.com/defender:1",
      entryPoint: ["/usr/local/bin/defender", "fargate", "sidecar"],
      environment: [
        { name: "INSTALL_BUNDLE", value: "eyJidW5kbGUi" },
        { name: "DEFENDER_TYPE", value: "fargate" },
        { name: "FARGATE_TASK", value: "shop" },
        { name: "WS_ADDRESS", value: "wss://console.example.com:8084" },
        { name: "FILESYSTEM_MONITORING", value: "false" },
        { name: "FIPS_ENABLED", value: "false" },
      ],
      essential: true,
      healthCheck: {
        command: ["/usr/local/bin/defender", "fargate", "healthcheck"],
        interval: 5,
        retries: 3,
        startPeriod: 1,
        timeout: 5,
      },
      logConfiguration: null,
      portMappings: [],
    },
  ]);
});

test("the sidecar logs as the first container that has a log configuration", () => {
  const other = { logDriver: "awsfirelens" };
  const containers = protectedContainers(
    task(container(), container({ name: "b", logConfiguration: LOGS }), container({ logConfiguration: other })),
  );
  expect(containers.at(-1)).toMatchObject({ name: "TwistlockDefender", logConfiguration: LOGS });
});

test("filesystem monitoring is switched on in every container", () => {
  const containers = protectedContainers(task(container()), { ...defender, filesystemMonitoring: true });
  const on = expect.arrayContaining([{ name: "FILESYSTEM_MONITORING", value: "true" }]);
  expect(containers).toEqual([
    expect.objectContaining({ environment: on }),
    expect.objectContaining({ environment: on }),
  ]);
});

test.each([
  ["without a look-up", container({ entryPoint: undefined, command: undefined }), undefined],
  ["with a command alone", container({ entryPoint: undefined }), () => ["found"]],
  ["with an empty entryPoint and a command", container({ entryPoint: [] }), () => ["found"]],
])("a container without entryPoint, %s, gets the wrapper alone", (_case, web, entrypointOf) => {
  const by = entrypointOf ? { ...defender, entrypointOf } : defender;
  expect(protectedContainers(task(web), by)[0]).toMatchObject({ entryPoint: WRAPPER });
});

test.each([
  ["neither entryPoint nor command", container({ entryPoint: undefined, command: undefined }), ["found", "nginx:1.27"]],
  ["empty lists for both", container({ entryPoint: [], command: [] }), ["found", "nginx:1.27"]],
  ["an entryPoint of its own", container({ command: undefined }), ["sh", "-c"]],
])("with a look-up, a container with %s gets the wrapper before its real words", (_case, web, words) => {
  const [wrapped] = protectedContainers(task(web), { ...defender, entrypointOf: (image) => ["found", image] });
  expect(wrapped).toMatchObject({ entryPoint: [...WRAPPER, ...words] });
});

test("the task's other keys are kept, and all keys are sorted at every depth", () => {
  const from = { ...task(container()), volumes: [{ name: "data", host: {} }], cpu: "256", tags: null };
  const result = protect(from, defender);
  expect(result).toMatchObject({ family: "shop", cpu: "256", volumes: [{ name: "data", host: {} }], tags: null });
  expect(Object.keys(result)).toEqual(["containerDefinitions", "cpu", "family", "tags", "volumes"]);
  const unsorted: string[] = [];
  JSON.stringify(result, (key, value: unknown) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const keys = Object.keys(value);
      if (keys.join() !== keys.toSorted().join()) unsorted.push(key);
    }
    return value;
  });
  expect(unsorted).toEqual([]);
});

test("the given task isn't changed", () => {
  const from = task(container({ environment: [], linuxParameters: { capabilities: { add: [] } } }));
  const before = structuredClone(from);
  protect(from, defender);
  expect(from).toEqual(before);
});
