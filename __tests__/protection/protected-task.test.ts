import { inspect } from "node:util";

import { isJsonObject, type JsonObject } from "../../lib/json";
import { toSend } from "../../lib/protection/proof";
import { ProtectedTask } from "../../lib/protection/protected-task";
import { INSTALL_BUNDLE } from "../../local-console/defender";
import { protect } from "../../local-console/protect";
import { read } from "../task/read";
import { ORIGINAL } from "./deviations";
import { CONSOLE_ADDRESS, factsFor } from "./facts";

const FACTS = factsFor();
const ROUTER = { name: "log_router", image: "fluent:1", environment: [{ name: "B", value: "1" }] };
const WITHOUT_LOGS = {
  ...ORIGINAL,
  containerDefinitions: ORIGINAL.containerDefinitions.map(({ logConfiguration: _, ...container }) => container),
};

async function prove(document: JsonObject): Promise<ProtectedTask> {
  const task = await read(document); // frozen: a change of it throws
  const answer: unknown = JSON.parse(
    JSON.stringify(
      protect(JSON.parse(JSON.stringify(toSend(task))), {
        image: "registry.example.com/twistlock/defender:defender_34_04_145",
        installBundle: INSTALL_BUNDLE,
        wsAddress: `wss://${CONSOLE_ADDRESS}:443`,
        filesystemMonitoring: false,
      }),
    ),
  );
  if (!isJsonObject(answer)) throw new Error("The local Console answers with an object.");
  const before = JSON.stringify(answer);
  const proven = ProtectedTask.prove(task, answer, FACTS);
  expect(JSON.stringify(answer)).toBe(before);
  return proven;
}

test("nothing but the proof makes a protected task", async () => {
  const proven = await prove(ORIGINAL);
  // @ts-expect-error The constructor is private.
  const make = () => new ProtectedTask(proven.task, { ...proven, notices: [] });
  // @ts-expect-error What only looks like one has no private field.
  const alike: ProtectedTask = { ...proven };
  expect([typeof make, alike instanceof ProtectedTask]).toEqual(["function", false]);
});

test("excluded containers aren't sent and come back in their places, untouched", async () => {
  const [app, worker] = ORIGINAL.containerDefinitions;
  const proven = await prove({
    ...ORIGINAL,
    containerDefinitions: [{ ...app }, ROUTER, { ...worker }],
    runtimeDefense: { exclude: { log_router: "a router" } },
  });
  expect(toSend(proven.task).containerDefinitions.map(({ name }) => name)).toEqual(["app", "worker"]);
  const names = proven.definition.containerDefinitions.map(({ name }) => name);
  expect(names).toEqual(["app", "log_router", "worker", "TwistlockDefender"]);
  expect(proven.definition.containerDefinitions[1]).toEqual(ROUTER);
});

test("the install bundle shows in nothing but the definition that is to hold it in clear", async () => {
  const proven = await prove(ORIGINAL);
  const shown = [
    JSON.stringify(proven),
    JSON.stringify(proven.definition),
    JSON.stringify(proven.withInstallBundleFrom("arn")),
    inspect(proven, { depth: 20, showHidden: true }),
    String(proven.installBundle),
  ];
  for (const text of shown) expect(text).not.toContain(INSTALL_BUNDLE);
  expect(JSON.stringify(proven.withInstallBundleInClear()).split(INSTALL_BUNDLE)).toHaveLength(2);
});

test("the sidecar reads the bundle from a secret, or holds it among its variables in order", async () => {
  const proven = await prove(ORIGINAL);
  const fromSecret = proven.withInstallBundleFrom("arn:secret").containerDefinitions.at(-1);
  expect(fromSecret?.secrets).toEqual([{ name: "INSTALL_BUNDLE", valueFrom: "arn:secret" }]);
  expect(fromSecret?.environment?.map(({ name }) => name)).not.toContain("INSTALL_BUNDLE");
  const inClear = proven.withInstallBundleInClear().containerDefinitions.at(-1);
  expect(inClear?.secrets).toBeUndefined();
  expect(inClear?.environment?.map(({ name }) => name)).toEqual([
    ...["DEFENDER_TYPE", "FARGATE_TASK", "FILESYSTEM_MONITORING", "FIPS_ENABLED", "INSTALL_BUNDLE", "WS_ADDRESS"],
  ]);
  expect(proven.sidecar).toEqual(proven.definition.containerDefinitions.at(-1));
});

test("variables and secrets come in one order, whatever the file's", async () => {
  const [app] = ORIGINAL.containerDefinitions;
  const secrets = [
    { name: "Z", valueFrom: "z" },
    { name: "A", valueFrom: "a" },
  ];
  const { definition } = await prove({
    ...ORIGINAL,
    containerDefinitions: [{ ...app, secrets, dependsOn: [], volumesFrom: [] }],
  });
  const [container] = definition.containerDefinitions;
  expect(container?.secrets?.map(({ name }) => name)).toEqual(["A", "Z"]);
  const names = container?.environment?.map(({ name }) => name) ?? [];
  expect(names).toEqual([...names].sort());
});

test("the sidecar gets the sizes that the file asks for, and no others", async () => {
  const sidecar = { cpu: 128, memory: 300, memoryReservation: 200 };
  expect((await prove({ ...ORIGINAL, runtimeDefense: { sidecar } })).sidecar).toMatchObject(sidecar);
  const keys = Object.keys((await prove(ORIGINAL)).sidecar);
  for (const key of Object.keys(sidecar)) expect(keys).not.toContain(key);
});

test.each([
  ["asked for, and the Console gave none", WITHOUT_LOGS, true, "/prisma/defender/shop"],
  ["asked for, but the Console gave some", ORIGINAL, true, undefined],
  ["not asked for", WITHOUT_LOGS, false, undefined],
])("logs of the sidecar's own, when %s", async (_, document, logs, logGroup) => {
  const proven = await prove({ ...document, runtimeDefense: { sidecar: { logs } } });
  expect(proven.logGroup).toBe(logGroup);
  const own = {
    logDriver: "awslogs",
    options: { "awslogs-group": logGroup, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "defender" },
  };
  const copied = document === ORIGINAL ? ORIGINAL.containerDefinitions[0]?.logConfiguration : undefined;
  expect(proven.sidecar.logConfiguration).toEqual(logGroup ? own : copied);
});
