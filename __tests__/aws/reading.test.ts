import { nameOf } from "../../lib/arn";
import { readClusters } from "../../lib/aws/clusters";
import { readRunningTasks } from "../../lib/aws/running-tasks";
import { readServices } from "../../lib/aws/services";
import { readDefinitions, readNewest } from "../../lib/aws/task-definitions";
import { accountOf } from "../../local-ecs/account";
import { ACCOUNT, CREDENTIALS, localEcs, onAction, openFor, setVariables, web } from "./account";

const MAIN = "arn:aws:ecs:eu-west-1:111122223333:cluster/main";

function bodies(requests: readonly { readonly action: string; readonly body: unknown }[], action: string): unknown[] {
  return requests.filter((request) => request.action === action).map(({ body }) => body);
}

describe("clusters", () => {
  test("are found by name and by ARN, each once", async () => {
    await localEcs(ACCOUNT);
    const ecs = await openFor();
    expect(await readClusters(ecs, ["main", MAIN, "idle"])).toEqual([
      MAIN,
      "arn:aws:ecs:eu-west-1:111122223333:cluster/idle",
    ]);
  });

  test("of the whole region are read page by page, and described in batches of 100", async () => {
    const names = Array.from({ length: 250 }, (_, index) => `cluster-${index}`);
    const { requests } = await localEcs({ registered: [], workloads: [], emptyClusters: names });
    expect((await readClusters(await openFor(), "all")).map(nameOf)).toEqual(names);
    expect(bodies(requests, "ListClusters")).toHaveLength(3);
    expect(bodies(requests, "DescribeClusters")).toHaveLength(3);
  });

  test("an inactive one is not found by its name, and is none of the region", async () => {
    const inactive = { clusters: [{ clusterArn: MAIN, clusterName: "main", status: "INACTIVE" }] };
    const intercept = onAction("DescribeClusters", () => Response.json(inactive));
    await localEcs({ registered: [], workloads: [], emptyClusters: ["main"], intercept });
    const ecs = await openFor();
    await expect(readClusters(ecs, ["main"])).rejects.toThrow('There is no cluster "main" in eu-west-1.');
    expect(await readClusters(ecs, "all")).toEqual([]);
  });
});

describe("tasks", () => {
  test("have their service, definition, status, and each container's health", async () => {
    await localEcs(ACCOUNT);
    const tasks = await readRunningTasks(await openFor(), MAIN);
    expect(tasks).toHaveLength(3);
    expect(tasks[0]).toEqual({
      arn: `arn:aws:ecs:eu-west-1:111122223333:task/main/${"1".padStart(32, "0")}`,
      counts: true,
      cluster: MAIN,
      service: "web",
      taskDefinition: "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1",
      lastStatus: "RUNNING",
      containers: [{ name: "app", lastStatus: "RUNNING", healthStatus: "UNKNOWN" }],
      overrides: [{ container: "app", fields: [], variables: [] }],
    });
    expect(tasks[2]).toMatchObject({ service: undefined });
  });

  test("have the overrides that they were started with, without the values", async () => {
    const containerOverrides = [
      {
        name: "app",
        command: ["serve"],
        environment: [{ name: "MODE", value: "x" }],
        environmentFiles: [{ value: "y" }],
      },
      { name: "helper", command: [], cpu: 256, memory: 512 },
    ];
    await localEcs({
      registered: [web],
      workloads: [{ cluster: "main", runs: "web:1", count: 1, containerOverrides }],
    });
    const [task] = await readRunningTasks(await openFor(), MAIN);
    expect(task?.overrides).toEqual([
      { container: "app", fields: ["command", "environment", "environmentFiles"], variables: ["MODE"] },
      { container: "helper", fields: [], variables: [] },
    ]);
  });

  test("1,001 are read page by page, and described in batches of 100, each once", async () => {
    const { requests } = await localEcs({
      registered: [web],
      workloads: [{ cluster: "main", service: "web", runs: "web:1", count: 1001 }],
    });
    const tasks = await readRunningTasks(await openFor(), MAIN);
    expect(new Set(tasks.map(({ arn }) => arn)).size).toBe(1001);
    // The last one is for those that are being stopped.
    expect(bodies(requests, "ListTasks")).toHaveLength(12);
    expect(bodies(requests, "DescribeTasks")).toHaveLength(11);
  });

  test("pending ones count, EC2's and those that are being stopped do not; stopped ones are left out", async () => {
    const one = { cluster: "main", runs: "web:1", count: 1 };
    await localEcs({
      registered: [web],
      workloads: [
        { ...one, lastStatus: "PENDING" },
        { ...one, launchType: "EC2" },
        { ...one, lastStatus: "DEACTIVATING" },
        { ...one, lastStatus: "STOPPED" },
      ],
    });
    const tasks = await readRunningTasks(await openFor(), MAIN);
    expect(tasks.map(({ lastStatus, counts }) => [lastStatus, counts])).toEqual([
      ["PENDING", true],
      ["RUNNING", false],
      ["DEACTIVATING", false],
    ]);
  });

  test.each([
    ["on Fargate Spot counts", { launchType: undefined, capacityProviderName: "FARGATE_SPOT" }, 1],
    ["on another capacity provider does not", { launchType: undefined, capacityProviderName: "no-FARGATE" }, 0],
    ["that was told to stop meanwhile does not", { desiredStatus: "STOPPED" }, 0],
  ])("one %s", async (_, facts, count) => {
    const one = { registered: [web], workloads: [{ cluster: "main", runs: "web:1", count: 1 }] };
    const tasks = accountOf(one).tasks.map((task) => ({ ...task, ...facts }));
    await localEcs({ ...one, intercept: onAction("DescribeTasks", () => Response.json({ tasks })) });
    expect((await readRunningTasks(await openFor(), MAIN)).filter(({ counts }) => counts)).toHaveLength(count);
  });

  test("one that was started in a group of the user's has no service, though the group's name ends like one", async () => {
    const one = { registered: [web], workloads: [{ cluster: "main", runs: "web:1", count: 1 }] };
    const tasks = accountOf(one).tasks.map((task) => ({ ...task, group: "my-service:web" }));
    await localEcs({ ...one, intercept: onAction("DescribeTasks", () => Response.json({ tasks })) });
    expect(await readRunningTasks(await openFor(), MAIN)).toMatchObject([{ service: undefined }]);
  });

  test("one that a page names again is read once", async () => {
    const arn = `arn:aws:ecs:eu-west-1:111122223333:task/main/${"1".padStart(32, "0")}`;
    const twice = onAction("ListTasks", (call) =>
      Response.json({ taskArns: [arn], ...(call === 1 && { nextToken: "2" }) }),
    );
    await localEcs({ ...ACCOUNT, intercept: twice });
    expect(await readRunningTasks(await openFor(), MAIN)).toHaveLength(1);
  });

  test("one that stops between the calls is left out", async () => {
    const arn = (id: number) => `arn:aws:ecs:eu-west-1:111122223333:task/main/${String(id).padStart(32, "0")}`;
    const stopped = onAction("ListTasks", () => Response.json({ taskArns: [1, 2, 77].map(arn) }));
    await localEcs({ ...ACCOUNT, intercept: stopped });
    expect(await readRunningTasks(await openFor(), MAIN)).toHaveLength(2);
  });
});

test("services name the task definition of their next tasks, ten per call; a missing one is left out", async () => {
  const names = Array.from({ length: 25 }, (_, index) => `web-${index}`);
  const { requests } = await localEcs({
    registered: [web, web],
    workloads: names.map((service) => ({ cluster: "main", service, runs: "web:1", next: "web:2", count: 1 })),
  });
  const services = await readServices(await openFor(), MAIN, [...names, "gone"]);
  expect(services.map(({ name }) => name).sort()).toEqual([...names].sort());
  expect(services[0]?.taskDefinition).toBe("arn:aws:ecs:eu-west-1:111122223333:task-definition/web:2");
  expect(bodies(requests, "DescribeServices")).toHaveLength(3);
});

test.each([
  ["that was deleted is left out, though ECS still describes it", { taskDefinition: "web:1", status: "INACTIVE" }],
  ["whose task sets name the task definitions is left out", { status: "ACTIVE" }],
])("a service %s", async (_, facts) => {
  const services = [{ serviceName: "web", ...facts }];
  await localEcs({ ...ACCOUNT, intercept: onAction("DescribeServices", () => Response.json({ services })) });
  expect(await readServices(await openFor(), MAIN, ["web"])).toEqual([]);
});

test("each distinct task definition is described once", async () => {
  const { requests } = await localEcs(ACCOUNT);
  const definitions = await readDefinitions(await openFor(), ["web:1", "web:2", "web:1"]);
  expect([...definitions].map(([name, { revision }]) => [name, revision])).toEqual([
    ["web:1", 1],
    ["web:2", 2],
  ]);
  expect(definitions.get("web:1")?.definition).toMatchObject({
    family: "web",
    containerDefinitions: [{ name: "app" }],
  });
  expect(bodies(requests, "DescribeTaskDefinition")).toHaveLength(2);
});

test("the newest revision of a family is found by its name; a family without any is left out", async () => {
  await localEcs(ACCOUNT);
  const newest = await readNewest(await openFor(), ["web", "deregistered"]);
  expect([...newest].map(([family, { revision }]) => [family, revision])).toEqual([["web", 2]]);
});

test("the region is AWS_REGION's, or the stack's default", async () => {
  const { url } = await localEcs(ACCOUNT);
  expect((await openFor()).region).toBe("eu-west-1");
  setVariables({ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: url });
  expect((await openFor()).region).toBe("us-east-1");
  expect((await openFor({}, "eu-north-1")).region).toBe("eu-north-1");
  setVariables({ AWS_CONFIG_FILE: "/nonexistent" });
  expect((await openFor()).region).toBe("eu-west-1");
});

test.each([
  ["eight times, which outlasts ECS' throttling", {}, 8],
  ["as often as AWS_MAX_ATTEMPTS says", { AWS_MAX_ATTEMPTS: "5" }, 5],
])("a call is tried %s", async (_, variables, attempts) => {
  setVariables({ ...CREDENTIALS, ...variables });
  const ecs = await openFor();
  expect(await ecs.ask("ecs:ListTasks", (client) => client.config.maxAttempts())).toBe(attempts);
});
