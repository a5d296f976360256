import { inspect } from "node:util";

import { isJsonArray, isJsonObject, type JsonObject } from "../../lib/json";
import { toSend } from "../../lib/protection/proof";
import { ProtectedTask } from "../../lib/protection/protected-task";
import { INSTALL_BUNDLE } from "../../local-console/defender";
import { protect } from "../../local-console/protect";
import { read } from "../task/read";
import { ORIGINAL, type Part, part } from "./deviations";
import { CONSOLE_ADDRESS, factsFor } from "./facts";

const FACTS = factsFor();
const ROUTER = { name: "log_router", image: "fluent:1", environment: [{ name: "B", value: "1" }] };
const WITHOUT_LOGS = {
  ...ORIGINAL,
  containerDefinitions: ORIGINAL.containerDefinitions.map(({ logConfiguration: _, ...container }) => container),
};

async function prove(
  document: JsonObject,
  facts = FACTS,
  change: (sidecar: Part, app: Part) => void = () => {},
): Promise<ProtectedTask> {
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
  const containers = isJsonArray(answer.containerDefinitions) ? answer.containerDefinitions.map(part) : [];
  change(containers.at(-1) ?? {}, containers[0] ?? {});
  const before = JSON.stringify(answer);
  const proven = ProtectedTask.prove(task, answer, facts);
  expect(JSON.stringify(answer)).toBe(before);
  return proven;
}

test("only the proof can make a protected task", async () => {
  const proven = await prove(ORIGINAL);
  // tsc checks the first two: without an error behind it, it refuses a @ts-expect-error.
  // @ts-expect-error The constructor is private.
  const _open: new (...parts: never) => unknown = ProtectedTask;
  // @ts-expect-error An object with all its public members lacks the private field.
  const _alike: ProtectedTask = proven as Pick<ProtectedTask, keyof ProtectedTask>;
  const pretended = Object.assign(Object.create(ProtectedTask.prototype), proven);
  expect(() => pretended.definition).toThrow("Cannot read private member #definition from an object");
});

test("volumes from other containers keep their order: at one path it decides which one is mounted", async () => {
  const [app, worker] = ORIGINAL.containerDefinitions;
  const volumesFrom = [{ sourceContainer: "worker" }, { sourceContainer: "helper" }];
  const task = {
    ...ORIGINAL,
    containerDefinitions: [{ ...app, volumesFrom }, { ...worker }, { ...worker, name: "helper" }],
  };
  await prove(task, FACTS, (_, first) => {
    const [one = null, other = null, defender = null] = isJsonArray(first.volumesFrom) ? first.volumesFrom : [];
    first.volumesFrom = [defender, one, other];
  });
  const reversed = prove(task, FACTS, (_, first) => {
    first.volumesFrom = isJsonArray(first.volumesFrom) ? [...first.volumesFrom].reverse() : [];
  });
  await expect(reversed).rejects.toThrow(
    'container app, volumesFrom: expected [{"sourceContainer":"worker"},{"sourceContainer":"helper"}] and TwistlockDefender, got',
  );
});

test("a dependency that the file has twice doesn't make up for another one", async () => {
  const [app, worker] = ORIGINAL.containerDefinitions;
  const start = { containerName: "worker", condition: "START" };
  const task = { ...ORIGINAL, containerDefinitions: [{ ...app, dependsOn: [start, start] }, { ...worker }] };
  await prove(task);
  const changed = prove(task, FACTS, (_, first) => {
    const [one = null, , defender = null] = isJsonArray(first.dependsOn) ? first.dependsOn : [];
    first.dependsOn = [one, { ...start, condition: "COMPLETE" }, defender];
  });
  await expect(changed).rejects.toThrow("container app, dependsOn: expected");
});

test("also a short bundle other than the usual one is refused elsewhere, even without its end", async () => {
  await prove(ORIGINAL); // the usual one's finder is kept for the next tasks
  const value = Buffer.from(JSON.stringify({ apiKey: "of nobody, and not the usual one at all" })).toString("base64");
  const leaked = prove({ ...ORIGINAL, runtimeDefense: { accept: ["environment:NEW"] } }, FACTS, (sidecar, app) => {
    const changed = environmentOf(sidecar).map((one) => (one.name === "INSTALL_BUNDLE" ? { ...one, value } : one));
    sidecar.environment = changed;
    app.environment = [...environmentOf(app), { name: "NEW", value: value.slice(0, -4) }];
  });
  await expect(leaked).rejects.toThrow("INSTALL_BUNDLE alone, got it in another place too.");
});

function environmentOf({ environment }: Part): readonly Part[] {
  return isJsonArray(environment) ? environment.map(part) : [];
}

test("the sidecar may log like any container", async () => {
  const [app, worker] = ORIGINAL.containerDefinitions;
  const logConfiguration = { logDriver: "splunk", options: { "splunk-url": "https://logs.example.com" } };
  const task = { ...ORIGINAL, containerDefinitions: [{ ...app }, { ...worker, logConfiguration }] };
  const { sidecar } = await prove(task, FACTS, (answered) => void Object.assign(answered, { logConfiguration }));
  expect(sidecar.logConfiguration).toEqual(logConfiguration);
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

test("the install bundle appears only in the definition that must hold it in clear", async () => {
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

test("the sidecar gets the bundle from a secret, or as one of its sorted variables", async () => {
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

test("variables and secrets are sorted, whatever their order in the file", async () => {
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
  ["requested, and the Console sets none", WITHOUT_LOGS, true, "/prisma/defender/shop"],
  ["requested, but the Console sets some", ORIGINAL, true, undefined],
  ["not requested", WITHOUT_LOGS, false, undefined],
])("the sidecar gets logs of its own only if needed: logs are %s", async (_, document, logs, logGroup) => {
  const proven = await prove({ ...document, runtimeDefense: { sidecar: { logs } } });
  expect(proven.logGroup).toBe(logGroup);
  const own = {
    logDriver: "awslogs",
    options: { "awslogs-group": logGroup, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "defender" },
  };
  const copied = document === ORIGINAL ? ORIGINAL.containerDefinitions[0]?.logConfiguration : undefined;
  expect(proven.sidecar.logConfiguration).toEqual(logGroup ? own : copied);
});

test.each([
  ["gives the sidecar its own logs in place of copied ones", ORIGINAL, "/prisma/defender/shop"],
  ["gives the sidecar its own logs where there are none", WITHOUT_LOGS, "/prisma/defender/shop"],
])("logs: own %s", async (_, document, logGroup) => {
  const proven = await prove({ ...document, runtimeDefense: { sidecar: { logs: "own" } } });
  expect(proven.logGroup).toBe(logGroup);
  const options = { "awslogs-group": logGroup, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "defender" };
  expect(proven.sidecar).toEqual({
    ...(await prove(document)).sidecar,
    logConfiguration: { logDriver: "awslogs", options },
  });
});

test("the sidecar gets the ports and the registry's credentials that the file names", async () => {
  const sidecar = {
    portMappings: [{ containerPort: 8443, protocol: "tcp" }],
    repositoryCredentials: { credentialsParameter: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:mirror" },
  };
  expect((await prove({ ...ORIGINAL, runtimeDefense: { sidecar } })).sidecar).toMatchObject(sidecar);
});

test("capabilities that the file itself adds are not changes", async () => {
  const [app] = ORIGINAL.containerDefinitions;
  const capabilities = { add: ["SYS_PTRACE", "NET_ADMIN", "NET_ADMIN"] };
  const container = { ...app, dependsOn: [], volumesFrom: [], linuxParameters: { capabilities } };
  const { changes } = await prove({ ...ORIGINAL, containerDefinitions: [container] });
  expect(changes.map(({ container, field, change }) => `${container}: ${field} ${change}`)).toEqual([
    "app: entryPoint begins with /var/lib/twistlock/fargate/defender fargate entrypoint",
    "app: environment added DEFENDER_TYPE, FARGATE_TASK, FILESYSTEM_MONITORING=false, FIPS_ENABLED=false, TW_CONTAINER_NAME, TW_IMAGE_NAME",
    "app: dependsOn added TwistlockDefender (HEALTHY)",
    "app: volumesFrom added TwistlockDefender, writable",
    "TwistlockDefender: container added, essential",
    "TwistlockDefender: environment added DEFENDER_TYPE, FARGATE_TASK, FILESYSTEM_MONITORING=false, FIPS_ENABLED=false, WS_ADDRESS",
    "TwistlockDefender: healthCheck added, every 5 s",
    "TwistlockDefender: logConfiguration splunk, copied from the container app",
  ]);
});

test("an excluded container has no changes", async () => {
  const [app] = ORIGINAL.containerDefinitions;
  const { changes } = await prove({
    ...ORIGINAL,
    containerDefinitions: [{ ...app, dependsOn: [], volumesFrom: [] }, ROUTER],
    runtimeDefense: { exclude: { log_router: "a router" } },
  });
  expect(new Set(changes.map(({ container }) => container))).toEqual(new Set(["app", "TwistlockDefender"]));
});

describe("a notice is given for", () => {
  test("nothing when everything is as usual", async () => {
    expect((await prove(ORIGINAL)).notices).toEqual([]);
    const console = { ...FACTS.console, wsAddress: `wss://${CONSOLE_ADDRESS.toUpperCase()}:443/` };
    expect((await prove(ORIGINAL, { ...FACTS, console })).notices).toEqual([]);
  });

  test("an install bundle that differs from the one for Terraform", async () => {
    const { notices } = await prove(ORIGINAL, factsFor(Buffer.from('{"apiKey":"other"}').toString("base64")));
    expect(notices).toEqual([
      'The install bundle in the Console\'s answer differs from that of GET defenders/install-bundle, which "npm run install-bundle" prints. Check which of them your Defenders connect with.',
    ]);
  });

  test("no install bundle that is only formatted differently", async () => {
    const json = JSON.stringify(JSON.parse(Buffer.from(INSTALL_BUNDLE, "base64").toString()), null, 2);
    expect((await prove(ORIGINAL, factsFor(Buffer.from(json).toString("base64")))).notices).toEqual([]);
  });

  test("an address that isn't the one the Console names", async () => {
    const console = { ...FACTS.console, wsAddress: "wss://other.example.com:8084" };
    expect((await prove(ORIGINAL, { ...FACTS, console })).notices).toEqual([
      "The Defender dials wss://console.example.com:443, but GET defenders/install-bundle names wss://other.example.com:8084. Check TL_CONSOLE_ADDRESS.",
    ]);
  });

  test("a mirror of another version than the Console's", async () => {
    const defenderImage = "mirror.example.com/defender:defender_33_00_100";
    const { notices } = await prove({ ...ORIGINAL, runtimeDefense: { defenderImage } }, FACTS, (sidecar) => {
      sidecar.image = defenderImage;
    });
    expect(notices).toEqual([
      `By its tag the Defender's image is 33.00.100, but the Console is ${FACTS.console.version}. Mirror the Defender of the Console's version.`,
    ]);
  });

  test("containers that only wait for the Defender's START", async () => {
    const { notices, changes } = await prove(ORIGINAL, FACTS, (sidecar, app) => {
      app.dependsOn = [
        { containerName: "worker", condition: "START" },
        { containerName: "TwistlockDefender", condition: "START" },
      ];
      sidecar.essential = true;
    });
    expect(notices).toEqual([
      "Containers that wait only for the Defender's START, and may run before it is ready: app. Upgrade the Console.",
    ]);
    expect(changes.map(({ change }) => change)).toContain("added TwistlockDefender (START)");
  });

  test("logs that go through FireLens with a container's options, unless they are the sidecar's own", async () => {
    const [app, worker] = ORIGINAL.containerDefinitions;
    const logConfiguration = { logDriver: "awsfirelens", options: { apiKey: "hidden-vendor-key" } };
    const router = { ...worker, firelensConfiguration: { type: "fluentbit" } };
    const document = { ...ORIGINAL, containerDefinitions: [{ ...app, logConfiguration }, router] };
    const { notices } = await prove(document);
    expect(notices).toEqual([
      'The Defender\'s logs go to FireLens with the options of an application container, the vendor\'s key included: the Console copied its logConfiguration. Set "sidecar": {"logs": "own"} in runtimeDefense for a log group of its own.',
    ]);
    expect((await prove({ ...document, runtimeDefense: { sidecar: { logs: "own" } } })).notices).toEqual([]);
  });
});
