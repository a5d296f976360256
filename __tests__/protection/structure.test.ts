import { isJsonArray, isJsonObject, type JsonObject } from "../../lib/json";
import { describe as sentenceOf } from "../../lib/protection/deviation";
import { checkStructure, type StructureFacts } from "../../lib/protection/structure";
import { INSTALL_BUNDLE } from "../../local-console/defender";
import { protect } from "../../local-console/protect";
import { ORIGINAL, type Part, part } from "./deviations";
import { CONSOLE_ADDRESS, REGISTRY } from "./facts";

const FACTS: StructureFacts = { images: { registry: REGISTRY }, consoleAddress: CONSOLE_ADDRESS };
const IMAGE = `${REGISTRY}/twistlock/defender:defender_34_04_145`;
const WRAPPER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"];

/** The original task definition, protected by the local Console, as ECS describes it after its registration. */
function registered(): Part {
  const wsAddress = `wss://${CONSOLE_ADDRESS}:443`;
  const defender = { image: IMAGE, installBundle: INSTALL_BUNDLE, wsAddress, filesystemMonitoring: false };
  const answer: unknown = JSON.parse(JSON.stringify(protect(JSON.parse(JSON.stringify(ORIGINAL)), defender)));
  const definition = part(answer);
  return {
    ...definition,
    taskDefinitionArn: "arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:3",
    revision: 3,
    containerDefinitions: containersOf(definition).map((container) => ({
      cpu: 0,
      mountPoints: [],
      systemControls: [],
      ...container,
    })),
  };
}

function containersOf({ containerDefinitions }: JsonObject): Part[] {
  return isJsonArray(containerDefinitions) ? containerDefinitions.map(part) : [];
}

function check(change: (parts: { task: Part; app: Part; worker: Part; sidecar: Part }) => void, facts = FACTS) {
  const task = registered();
  const [app = {}, worker = {}, sidecar = {}] = containersOf(task);
  task.containerDefinitions = [app, worker, sidecar];
  change({ task, app, worker, sidecar });
  const { deviations, containers, defenderVersion } = checkStructure(task, facts);
  return { problems: deviations.map(sentenceOf), states: containers.map(({ state }) => state), defenderVersion };
}

const variable = (container: Part, name: string, value: string) => {
  const environment = isJsonArray(container.environment) ? container.environment.filter(isJsonObject) : [];
  container.environment = environment.map((entry) => (entry.name === name ? { name, value } : entry));
};
const withoutVariable = (container: Part, name: string) => {
  const environment = isJsonArray(container.environment) ? container.environment.filter(isJsonObject) : [];
  container.environment = environment.filter((entry) => entry.name !== name);
};
const addTo = (container: Part, key: "environment" | "secrets", entry: Part) => {
  container[key] = [...(isJsonArray(container[key]) ? container[key] : []), entry];
};

test("a protected task definition is still protected after ECS has registered it", () => {
  expect(check(() => {})).toEqual({
    problems: [],
    states: ["protected", "protected"],
    defenderVersion: "34.04.145",
  });
});

test("the install bundle may come from a secret, and the sidecar may have the user's settings", () => {
  const { problems } = check(({ sidecar }) => {
    withoutVariable(sidecar, "INSTALL_BUNDLE");
    sidecar.secrets = [{ name: "INSTALL_BUNDLE", valueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:b" }];
    sidecar.logConfiguration = { logDriver: "awslogs", options: { "awslogs-group": "/prisma/defender/shop" } };
    sidecar.memoryReservation = 256;
    sidecar.repositoryCredentials = { credentialsParameter: "arn" };
  });
  expect(problems).toEqual([]);
});

test.each<readonly [string, unknown, string]>([
  ["mountPoints", [{ sourceVolume: "own", containerPath: "/var/lib/twistlock" }], "mountPoints: expected none, got"],
  ["command", ["sleep", "infinity"], "command: expected none, got one"],
  ["user", "nobody", 'user: expected none, got "nobody"'],
  ["environmentFiles", [{ type: "s3", value: "arn:aws:s3:::b/a.env" }], "environmentFiles: expected none, got ["],
  ["volumesFrom", [{ sourceContainer: "app" }], "volumesFrom: expected none, got"],
  ["dependsOn", [{ containerName: "app", condition: "SUCCESS" }], "dependsOn: expected none, got"],
  ["restartPolicy", { enabled: true }, "restartPolicy: expected none, got"],
  ["linuxParameters", { tmpfs: [{ containerPath: "/usr/local/bin", size: 1 }] }, "linuxParameters: expected none, got"],
  ["secrets", [{ name: "LD_PRELOAD", valueFrom: "arn" }], 'secrets: expected INSTALL_BUNDLE alone, got ["LD_PRELOAD"]'],
  ["neverHeardOf", 1, "neverHeardOf: expected none, got 1"],
])("a sidecar with foreign %s is refused", (key, value, sentence) => {
  const { problems } = check(({ sidecar }) => void Object.assign(sidecar, { [key]: value }));
  expect(problems).toEqual([expect.stringContaining(sentence)]);
});

test.each<readonly [string, unknown]>([
  ["privileged", false],
  ["readonlyRootFilesystem", false],
  ["user", ""],
  ["restartPolicy", { enabled: false }],
  ["dockerLabels", { team: "security" }],
  ["memory", 512],
  ["portMappings", [{ containerPort: 8443 }]],
  ["startTimeout", 120],
  ["stopTimeout", 120],
  ["ulimits", [{ name: "nofile", softLimit: 1024, hardLimit: 1024 }]],
  ["versionConsistency", "enabled"],
])("a sidecar with a harmless %s, %j, is accepted", (key, value) => {
  const { problems } = check(({ sidecar }) => void Object.assign(sidecar, { [key]: value }));
  expect(problems).toEqual([]);
});

test.each<readonly [string, unknown, string]>([
  [
    "entryPoint",
    ["sh", "-c", "export TOKEN=hidden; exec defender"],
    'entryPoint: expected ["/usr/local/bin/defender","fargate","sidecar"], got ["sh","-c","…"].',
  ],
  [
    "healthCheck",
    { command: ["CMD-SHELL", "curl -u admin:hidden http://x"] },
    'healthCheck.command: expected ["/usr/local/bin/defender","fargate","healthcheck"], got ["CMD-SHELL","…"].',
  ],
])("a script in a sidecar's %s is not shown", (key, value, sentence) => {
  const { problems } = check(({ sidecar }) => void Object.assign(sidecar, { [key]: value }));
  expect(problems).toEqual([`container TwistlockDefender, ${sentence}`]);
});

test("a sidecar with a variable that makes it load something else is refused", () => {
  const { problems } = check(({ sidecar }) => {
    addTo(sidecar, "environment", { name: "LD_PRELOAD", value: "/hidden.so" });
    addTo(sidecar, "environment", { name: "BUILD_ID", value: "7" });
  });
  expect(problems).toEqual(['container TwistlockDefender, environment: expected no LD_…, got ["LD_PRELOAD"].']);
});

test("where the Console's host isn't known, the Defender still has to dial a host alone", () => {
  const dial = (address: string) =>
    check(({ sidecar }) => variable(sidecar, "WS_ADDRESS", address), { images: FACTS.images }).problems;
  expect(dial("wss://other.example.com:65535")).toEqual([]);
  expect(dial("wss://[2001:db8::1]:8084")).toEqual([]);
  expect(dial("wss://console.example.com@evil.example.com")).toEqual([
    expect.stringContaining("WS_ADDRESS: expected wss:// and the host of the Console, with a port"),
  ]);
});

describe("the Defender's image", () => {
  const DIGEST = `@sha256:${"0a".repeat(32)}`;
  const COPY = "mirror.example.com/security/prisma-defender";
  const isTaken = (image: string, images: StructureFacts["images"]) => {
    const { problems } = check(({ sidecar }) => void Object.assign(sidecar, { image }), { ...FACTS, images });
    return problems.length === 0;
  };

  test.each<[string, StructureFacts["images"], boolean]>([
    [`${IMAGE}${DIGEST}`, { registry: REGISTRY }, true],
    [`${IMAGE}@sha256:0a`, { registry: REGISTRY }, false],
    [`registry-auth.twistlock.com/tw_x/twistlock/defender:defender_34_04_145${DIGEST}`, {}, true],
    [`registry.example.com/twistlock/defender${DIGEST}`, { registry: REGISTRY }, false],
    [IMAGE, { registry: "Registry.Example.COM" }, true],
    [IMAGE.replace("registry", "REGISTRY"), { registry: REGISTRY }, true],
    [`${COPY}:34.04.145`, { copies: [COPY] }, true],
    [`${COPY}:34.04.145${DIGEST}`, { copies: [COPY] }, true],
    [`${COPY}${DIGEST}`, { copies: [COPY] }, true],
    [COPY, { copies: [COPY] }, true],
    [`Mirror.example.com/security/prisma-defender:1`, { copies: [COPY] }, true],
    [`${COPY}-evil:1`, { copies: [COPY] }, false],
    [`${COPY}/evil:1`, { copies: [COPY] }, false],
    [`evil.example.com/${COPY}:1`, { copies: [COPY] }, false],
    [`${COPY}:1 `, { copies: [COPY] }, false],
    ["mirror.example.com:5000/security/prisma-defender:1", { copies: [COPY] }, false],
    ["mirror.example.com:5000/defender:1", { copies: ["mirror.example.com:5000/defender"] }, true],
    [`${COPY}:2`, { copies: [`${COPY}:1`] }, false],
    [`${COPY}:1${DIGEST}`, { copies: [`${COPY}:1`] }, false],
    [`${COPY}:1${DIGEST}`, { copies: [`${COPY}:1${DIGEST}`] }, true],
    [`${COPY}${DIGEST}`, { copies: [`${COPY}${DIGEST}`] }, true],
    [`${COPY}:1`, { copies: [] }, false],
  ])("%s is accepted with %j: %s", (image, images, expected) => {
    expect(isTaken(image, images)).toBe(expected);
  });

  test.each<[string, StructureFacts["images"]]>([
    ["the Console's version is known", { registry: REGISTRY, version: "34.04.145", copies: [COPY] }],
    ["the file names the image", { only: IMAGE, copies: [COPY] }],
  ])("copies and digests are refused where %s", (_, images) => {
    expect(isTaken(IMAGE, images)).toBe(true);
    expect(isTaken(`${COPY}:1`, images)).toBe(false);
    expect(isTaken(`${IMAGE}${DIGEST}`, images)).toBe(false);
  });

  test("gives the version by its tag, also before a digest", () => {
    const { defenderVersion } = check(({ sidecar }) => void Object.assign(sidecar, { image: `${IMAGE}${DIGEST}` }));
    expect(defenderVersion).toBe("34.04.145");
  });
});

test("a container without anything of the Defender counts as left out, and the task as protected", () => {
  const { problems, states } = check(({ task, app, sidecar }) => {
    task.containerDefinitions = [app, { name: "router", image: "router:1" }, sidecar];
  });
  expect({ problems, states }).toEqual({ problems: [], states: ["protected", "left-out"] });
});

test.each<Part>([
  { entryPoint: [...WRAPPER, "sh"] },
  { environment: [{ name: "TW_CONTAINER_NAME", value: "half" }] },
  { dependsOn: [{ containerName: "TwistlockDefender", condition: "HEALTHY" }] },
  { volumesFrom: [{ sourceContainer: "TwistlockDefender" }] },
])("a container that has only %j of the Defender isn't protected, and wasn't left out", (trace) => {
  const { states } = check(({ task, app, sidecar }) => {
    task.containerDefinitions = [app, { name: "half", image: "half:1", ...trace }, sidecar];
  });
  expect(states).toEqual(["protected", "unprotected"]);
});

test.each<[string, Part]>([
  ["a volume", { mountPoints: [{ sourceVolume: "data", containerPath: "/var/lib/twistlock" }] }],
  ["a tmpfs", { linuxParameters: { tmpfs: [{ containerPath: "/var/lib/twistlock/fargate", size: 1 }] } }],
])(
  "%s over the Defender in a container that was left out, which volumesFrom can pass on, isn't protected",
  (_, mount) => {
    const { problems, states } = check(({ task, app, sidecar }) => {
      task.containerDefinitions = [app, { name: "data", image: "data:1", ...mount }, sidecar];
    });
    expect(problems).toEqual([
      expect.stringMatching(
        /^container data, .*: expected nothing that hides the Defender, got "\/var\/lib\/twistlock/,
      ),
    ]);
    expect(states).toEqual(["protected", "left-out"]);
  },
);

test("a container without a name isn't protected", () => {
  const { problems } = check(({ task, app, sidecar }) => {
    task.containerDefinitions = [app, { image: "other:1" }, sidecar];
  });
  expect(problems).toEqual(["containerDefinitions: expected containers with a name, got 1 without."]);
});

test("behind the wrapper a later word may be empty", () => {
  const { problems } = check(({ app }) => {
    app.entryPoint = [...WRAPPER, "docker-entrypoint.sh", ""];
  });
  expect(problems).toEqual([]);
});

test("a task definition without a Defender isn't protected", () => {
  const { deviations, containers } = checkStructure(ORIGINAL, FACTS);
  expect(containers.map(({ state }) => state)).toEqual(["left-out", "left-out"]);
  expect(deviations.map(sentenceOf)).toEqual([
    "container TwistlockDefender: expected one, got none.",
    "containerDefinitions: expected at least one container that the Defender has wrapped, got none.",
  ]);
});

test.each<readonly [string, (parts: { task: Part; app: Part; worker: Part; sidecar: Part }) => void, RegExp]>([
  [
    "an unwrapped entry point",
    ({ app }) => void Object.assign(app, { entryPoint: ["sh"] }),
    /^container app, entryPoint: expected to begin with/,
  ],
  [
    "nothing behind the wrapper",
    ({ app }) => void Object.assign(app, { entryPoint: WRAPPER }),
    /^container app, entryPoint: expected the image's entry point behind the wrapper/,
  ],
  [
    "a number behind the wrapper",
    ({ app }) => void Object.assign(app, { entryPoint: [...WRAPPER, "sh", 1] }),
    /^container app, entryPoint: expected the image's entry point behind the wrapper/,
  ],
  [
    "no dependency on the Defender",
    ({ app }) => void Object.assign(app, { dependsOn: [] }),
    /^container app, dependsOn: expected TwistlockDefender once, got 0 times/,
  ],
  [
    "read-only volumes of the Defender",
    ({ app }) => void Object.assign(app, { volumesFrom: [{ sourceContainer: "TwistlockDefender", readOnly: true }] }),
    /^container app, volumesFrom: expected TwistlockDefender with readOnly false/,
  ],
  [
    "no SYS_PTRACE",
    ({ app }) => void Object.assign(app, { linuxParameters: {} }),
    /^container app, linuxParameters.capabilities.add: expected SYS_PTRACE, got none/,
  ],
  [
    "the sidecar's address of the Console in another container",
    ({ app }) => addTo(app, "environment", { name: "WS_ADDRESS", value: "wss://other.example.com" }),
    /^container app, environment WS_ADDRESS: expected none in this container, got one\.$/,
  ],
  [
    "the install bundle in another container",
    ({ app }) => addTo(app, "environment", { name: "INSTALL_BUNDLE", value: "e30=" }),
    /^container app, environment INSTALL_BUNDLE: expected none in this container, got one\.$/,
  ],
  [
    "a secret in place of a variable of the Defender",
    ({ app }) => addTo(app, "secrets", { name: "FIPS_ENABLED", valueFrom: "fips" }),
    /^container app, secrets FIPS_ENABLED: expected none in this container, got one\.$/,
  ],
  [
    "a secret in place of the address that the Defender dials",
    ({ app }) => addTo(app, "secrets", { name: "WS_ADDRESS", valueFrom: "address" }),
    /^container app, secrets WS_ADDRESS: expected none in this container, got one\.$/,
  ],
  [
    "a volume over the Defender's",
    ({ app }) =>
      void Object.assign(app, { mountPoints: [{ sourceVolume: "x", containerPath: "/var/lib/twistlock/fargate" }] }),
    /^container app, mountPoints: expected nothing that hides the Defender, got "\/var\/lib\/twistlock\/fargate"/,
  ],
  [
    "a tmpfs over the Defender's volume",
    ({ app }) =>
      void Object.assign(app, {
        linuxParameters: { ...part(app.linuxParameters), tmpfs: [{ containerPath: "/var/lib/twistlock", size: 1 }] },
      }),
    /^container app, linuxParameters.tmpfs: expected nothing that hides the Defender, got "\/var\/lib\/twistlock"/,
  ],
  [
    "ARM64",
    ({ task }) => void Object.assign(task, { runtimePlatform: { cpuArchitecture: "ARM64" } }),
    /^runtimePlatform.cpuArchitecture: expected X86_64, got "ARM64"/,
  ],
  [
    "Windows",
    ({ task }) => void Object.assign(task, { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }),
    /^runtimePlatform.operatingSystemFamily: expected LINUX, got "WINDOWS_SERVER_2022_CORE"/,
  ],
  [
    "another family's name",
    ({ app }) => variable(app, "FARGATE_TASK", "other"),
    /^container app, environment FARGATE_TASK: expected shop, got "other"/,
  ],
  [
    "another container's name",
    ({ app }) => variable(app, "TW_CONTAINER_NAME", "worker"),
    /^container app, environment TW_CONTAINER_NAME: expected app, got "worker"/,
  ],
  [
    "an image from elsewhere",
    ({ sidecar }) => void Object.assign(sidecar, { image: "evil.example.com/twistlock/defender:defender_34_04_145" }),
    /^container TwistlockDefender, image: expected a Defender image/,
  ],
  [
    "a sidecar that isn't essential",
    ({ sidecar }) => void Object.assign(sidecar, { essential: false }),
    /^container TwistlockDefender, essential: expected true, got false/,
  ],
  [
    "a sidecar without a health check that one of two containers waits for",
    ({ app, sidecar }) => {
      app.dependsOn = [{ containerName: "TwistlockDefender", condition: "START" }];
      sidecar.healthCheck = null;
    },
    /^container TwistlockDefender, healthCheck.command: expected/,
  ],
  [
    "no install bundle",
    ({ sidecar }) => withoutVariable(sidecar, "INSTALL_BUNDLE"),
    /^container TwistlockDefender, environment INSTALL_BUNDLE: expected base64 of a JSON object, got none/,
  ],
  [
    "a bundle from a secret without a name",
    ({ sidecar }) => {
      withoutVariable(sidecar, "INSTALL_BUNDLE");
      sidecar.secrets = [{ name: "INSTALL_BUNDLE", valueFrom: " " }];
    },
    /^container TwistlockDefender, environment INSTALL_BUNDLE: expected/,
  ],
  [
    "a bundle from two secrets",
    ({ sidecar }) => {
      withoutVariable(sidecar, "INSTALL_BUNDLE");
      for (const valueFrom of ["one", "other"]) addTo(sidecar, "secrets", { name: "INSTALL_BUNDLE", valueFrom });
    },
    /^container TwistlockDefender, secrets INSTALL_BUNDLE: expected once, got 2 times\.$/,
  ],
  [
    "another host to dial",
    ({ sidecar }) => variable(sidecar, "WS_ADDRESS", "wss://evil.example.com:443"),
    /^container TwistlockDefender, environment WS_ADDRESS: expected wss:/,
  ],
  [
    "two containers of one name, the first without a Defender",
    ({ task, app, sidecar }) => void Object.assign(task, { containerDefinitions: [{ name: "app" }, app, sidecar] }),
    /^container app: expected one, got 2\.$/,
  ],
  [
    "two sidecars",
    ({ task, app, sidecar }) => void Object.assign(task, { containerDefinitions: [app, sidecar, sidecar] }),
    /^container TwistlockDefender: expected one, got 2\.$/,
  ],
  [
    "an object where a text is expected",
    ({ app }) => void Object.assign(app, { entryPoint: { toString: 1 } }),
    /^container app, entryPoint: expected to begin with/,
  ],
  [
    "a list nested 3,000 deep",
    ({ app }) => void Object.assign(app, { command: JSON.parse("[".repeat(3000) + "]".repeat(3000)) }),
    /^task definition: expected at most 32 levels, got more\.$/,
  ],
])("a task definition with %s isn't protected", (_, change, problem) => {
  const { problems } = check(change);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});
