import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/json";
import { INSTALL_BUNDLE } from "../../local-console/defender";
import { CONSOLE_ADDRESS } from "./facts";

// The task definition that the Console is asked to protect. No message may show a value that begins with "hidden-".
export const ORIGINAL = {
  family: "shop",
  cpu: "512",
  memory: "1024",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  executionRoleArn: "arn:aws:iam::111122223333:role/shop-execution",
  taskRoleArn: "arn:aws:iam::111122223333:role/shop",
  volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
  tags: [{ key: "team", value: "shop" }],
  containerDefinitions: [
    {
      name: "app",
      image: "shop:1",
      entryPoint: ["sh", "-c"],
      command: ["serve --key hidden-command"],
      essential: true,
      user: "1000",
      environment: [
        { name: "MODE", value: "hidden-mode" },
        { name: "PASSWORD", value: "hidden-password" },
      ],
      secrets: [{ name: "KEY", valueFrom: "shop-key" }],
      dockerLabels: { owner: "hidden-label" },
      portMappings: [{ containerPort: 80, protocol: "tcp" }],
      mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
      healthCheck: { command: ["CMD-SHELL", "curl -u hidden-user"], interval: 5 },
      logConfiguration: { logDriver: "splunk", options: { "splunk-token": "hidden-token" } },
      dependsOn: [{ containerName: "worker", condition: "START" }],
      volumesFrom: [{ sourceContainer: "worker", readOnly: true }],
      linuxParameters: { initProcessEnabled: true, capabilities: { add: ["NET_ADMIN"], drop: ["MKNOD"] } },
    },
    { name: "worker", image: "worker:1", entryPoint: ["/worker"] },
  ],
};

/** Parts of an answer, to be altered in place. */
export type Answer = { task: Part; app: Part; worker: Part; sidecar: Part };
export type Part = { [key: string]: JsonValue };

/** A mistake in the Console's answer and its problems, without the file's name and the common prefix. */
type Deviation = {
  readonly alter: (answer: Answer) => void;
  readonly problems: readonly string[];
  readonly runtimeDefense?: JsonObject;
};

const WRAPPER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"];
const BEGINNING =
  'container app, entryPoint: expected to begin with ["/var/lib/twistlock/fargate/defender","fargate","entrypoint"]';
const BEHIND = 'container app, entryPoint: expected ["sh","-c"] behind the wrapper';
const IMAGE =
  "container TwistlockDefender, image: expected a Defender image, …/twistlock/defender:defender_34_04_145, from registry-auth.twistlock.com or registry.twistlock.com or registry-auth.local.invalid (another registry of your own: DEFENDER_REGISTRY)";
const BUNDLE = "container TwistlockDefender, environment INSTALL_BUNDLE: expected base64 of a JSON object";
const SOCKET = `container TwistlockDefender, environment WS_ADDRESS: expected wss:// and the host ${CONSOLE_ADDRESS} (TL_CONSOLE_ADDRESS), with a port from 1 to 65535 or none`;
const MIRROR = "mirror.example.com/twistlock/defender:defender_34_04_145";
const PINNED = `registry-auth.local.invalid/twistlock/defender:defender_34_04_145@sha256:${"0a".repeat(32)}`;
const ADDED = (name: string) =>
  `environment ${name}: expected no such variable (to accept it, add "environment:${name}" to runtimeDefense.accept), got one.`;

export function part(value: unknown): Part {
  if (!isJsonObject(value)) throw new Error("This is no object.");
  return value;
}

const set =
  (part: keyof Answer, key: string, value: JsonValue): Deviation["alter"] =>
  (answer) => {
    answer[part][key] = value;
  };

const unset =
  (part: keyof Answer, key: string): Deviation["alter"] =>
  (answer) => {
    delete answer[part][key];
  };

const entries = (part: Part, key: string): JsonValue[] => {
  const list = part[key];
  if (!Array.isArray(list)) throw new Error(`${key} is no list in the answer.`);
  return list;
};

const add =
  (part: keyof Answer, key: string, ...more: JsonValue[]): Deviation["alter"] =>
  (answer) => {
    answer[part][key] = [...entries(answer[part], key), ...more];
  };

/** Replaces the entry that has `name` in `key`, or drops it. */
const replace =
  (part: keyof Answer, list: string, key: string, name: string, by?: JsonObject): Deviation["alter"] =>
  (answer) => {
    const isIt = (entry: JsonValue) => isJsonObject(entry) && entry[key] === name;
    const before = entries(answer[part], list);
    if (!before.some(isIt)) throw new Error(`There is no ${name} in ${list} of the answer.`);
    answer[part][list] = before.flatMap((entry) => (isIt(entry) ? (by ?? []) : entry));
  };

const variable = (part: keyof Answer, name: string, value?: JsonValue) =>
  replace(part, "environment", "name", name, value === undefined ? undefined : { name, value });

const containers = (change: (containers: JsonValue[]) => JsonValue[]): Deviation["alter"] => {
  return ({ task }) => {
    task.containerDefinitions = change(entries(task, "containerDefinitions"));
  };
};

const linux = (capabilities: JsonObject): Deviation["alter"] =>
  set("app", "linuxParameters", { initProcessEnabled: true, capabilities });

export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  // Containers
  "a container is missing": {
    alter: containers(([app, _worker, ...rest]) => [app ?? null, ...rest]),
    problems: ["container worker: expected one, got none."],
  },
  "a container is there twice": {
    alter: containers((all) => [...all, ...all.slice(0, 1)]),
    problems: ["container app: expected one, got 2."],
  },
  "a container is added": {
    alter: containers((all) => [...all, { name: "miner", image: "miner:1", entryPoint: ["/miner"] }]),
    problems: ['container "miner": expected none, got one.'],
  },
  "a container without a name is added": {
    alter: containers((all) => [...all, { image: "miner:1" }]),
    problems: ["container none: expected none, got one."],
  },
  "a container is renamed": {
    alter: set("worker", "name", "helper"),
    problems: ["container worker: expected one, got none.", 'container "helper": expected none, got one.'],
  },
  "all containers are missing": {
    alter: set("task", "containerDefinitions", []),
    problems: [...["app", "worker", "TwistlockDefender"].map((name) => `container ${name}: expected one, got none.`)],
  },

  // Entry points
  "the entry point isn't wrapped": {
    alter: set("app", "entryPoint", ["sh", "-c"]),
    problems: [`${BEGINNING}, got ["sh","-c"].`],
  },
  "the entry point is missing": { alter: unset("app", "entryPoint"), problems: [`${BEGINNING}, got none.`] },
  "the entry point is a text": {
    alter: set("app", "entryPoint", "/var/lib/twistlock/fargate/defender fargate entrypoint sh -c"),
    problems: [`${BEGINNING}, got "/var/lib/twistlock/fargate/defender fargate entrypoint sh -c".`],
  },
  "the wrapper's first word is wrong": {
    alter: set("app", "entryPoint", ["/var/lib/twistlock/fargate/other", ...WRAPPER.slice(1), "sh", "-c"]),
    problems: [`${BEGINNING}, got ["/var/lib/twistlock/fargate/other","fargate","entrypoint","sh","-c"].`],
  },
  "the wrapper's second word is wrong": {
    alter: set("app", "entryPoint", ["/var/lib/twistlock/fargate/defender", "ecs", "entrypoint", "sh", "-c"]),
    problems: [`${BEGINNING}, got ["/var/lib/twistlock/fargate/defender","ecs","entrypoint","sh","-c"].`],
  },
  "the wrapper's third word is wrong": {
    alter: set("app", "entryPoint", ["/var/lib/twistlock/fargate/defender", "fargate", "sidecar", "sh", "-c"]),
    problems: [`${BEGINNING}, got ["/var/lib/twistlock/fargate/defender","fargate","sidecar","sh","-c"].`],
  },
  "all original words are lost": { alter: set("app", "entryPoint", WRAPPER), problems: [`${BEHIND}, got [].`] },
  "one original word is lost": {
    alter: set("app", "entryPoint", [...WRAPPER, "sh"]),
    problems: [`${BEHIND}, got ["sh"].`],
  },
  "an original word is changed": {
    alter: set("app", "entryPoint", [...WRAPPER, "sh", "-x"]),
    problems: [`${BEHIND}, got ["sh","-x"].`],
  },
  "the original words are reordered": {
    alter: set("app", "entryPoint", [...WRAPPER, "-c", "sh"]),
    problems: [`${BEHIND}, got ["-c","sh"].`],
  },
  "a word is added to the original ones": {
    alter: set("app", "entryPoint", [...WRAPPER, "sh", "-c", "-x"]),
    problems: [`${BEHIND}, got ["sh","-c","-x"].`],
  },
  "the entry point is wrapped twice": {
    alter: set("app", "entryPoint", [...WRAPPER, ...WRAPPER, "sh", "-c"]),
    problems: [`${BEHIND}, got ["/var/lib/twistlock/fargate/defender","fargate","entrypoint","sh","-c"].`],
  },
  "only the other container isn't wrapped": {
    alter: set("worker", "entryPoint", ["/worker"]),
    problems: [`${BEGINNING.replace("app", "worker")}, got ["/worker"].`],
  },

  // The other fields of a container
  "the command is changed": {
    alter: set("app", "command", ["serve --key hidden-command --debug"]),
    problems: ["container app, command: expected its original value, got another value."],
  },
  "the command is dropped": {
    alter: unset("app", "command"),
    problems: ["container app, command: expected its original value, got none."],
  },
  "a command is added": {
    alter: set("worker", "command", ["--hidden-flag"]),
    problems: ["container worker, command: expected none, got one."],
  },
  "the image is changed": {
    alter: set("app", "image", "shop:2"),
    problems: ['container app, image: expected "shop:1", got "shop:2".'],
  },
  "essential is flipped": {
    alter: set("app", "essential", false),
    problems: ["container app, essential: expected true, got false."],
  },
  "the user is changed": {
    alter: set("app", "user", "root"),
    problems: ['container app, user: expected "1000", got "root".'],
  },
  "privileged is added": {
    alter: set("app", "privileged", true),
    problems: ["container app, privileged: expected none, got true."],
  },
  "a port is added": {
    alter: add("app", "portMappings", { containerPort: 22 }),
    problems: [
      'container app, portMappings: expected [{"containerPort":80,"protocol":"tcp"}], got [{"containerPort":80,"protocol":"tcp"},{"containerPort":22}].',
    ],
  },
  "a mount point is added": {
    alter: set("worker", "mountPoints", [{ sourceVolume: "data", containerPath: "/data" }]),
    problems: ['container worker, mountPoints: expected none, got [{"sourceVolume":"data","containerPath":"/data"}].'],
  },
  "the health check's command is changed": {
    alter: set("app", "healthCheck", { command: ["CMD-SHELL", "true hidden-user"], interval: 5 }),
    problems: ["container app, healthCheck.command: expected its original value, got another value."],
  },
  "the health check's interval is changed": {
    alter: set("app", "healthCheck", { command: ["CMD-SHELL", "curl -u hidden-user"], interval: 300 }),
    problems: ["container app, healthCheck.interval: expected 5, got 300."],
  },
  "the health check is dropped": {
    alter: unset("app", "healthCheck"),
    problems: ['container app, healthCheck: expected {"command":"…","interval":5}, got none.'],
  },
  "a log option is changed": {
    alter: set("app", "logConfiguration", { logDriver: "splunk", options: { "splunk-token": "hidden-other" } }),
    problems: ["container app, logConfiguration.options.splunk-token: expected its original value, got another value."],
  },
  "the log configuration is dropped": {
    alter: unset("app", "logConfiguration"),
    problems: ['container app, logConfiguration: expected {"logDriver":"splunk","options":"…"}, got none.'],
  },
  "a label is added": {
    alter: set("app", "dockerLabels", { owner: "hidden-label", other: "hidden-other" }),
    problems: ["container app, dockerLabels.other: expected none, got one."],
  },
  "a label named like a field that protection changes is added": {
    alter: set("app", "dockerLabels", { owner: "hidden-label", environment: "hidden-other" }),
    problems: ["container app, dockerLabels.environment: expected none, got one."],
  },
  "a secret refers to another one": {
    alter: set("app", "secrets", [{ name: "KEY", valueFrom: "other-key" }]),
    problems: [
      'container app, secrets: expected [{"name":"KEY","valueFrom":"shop-key"}], got [{"name":"KEY","valueFrom":"other-key"}].',
    ],
  },
  "the secrets are dropped": {
    alter: unset("app", "secrets"),
    problems: ['container app, secrets: expected [{"name":"KEY","valueFrom":"shop-key"}], got none.'],
  },
  "an unknown key is added to a container": {
    alter: set("app", "newKey", { a: 1 }),
    problems: ['container app, newKey: expected none, got {"a":1}.'],
  },
  "a key named constructor is added to a container": {
    alter: set("app", "constructor", "a"),
    problems: ['container app, constructor: expected none, got "a".'],
  },
  "a key carries a pipeline's command": {
    alter: set("app", "##vso[task.complete result=Succeeded]\n", 1),
    problems: ["container app, ## vso[task.complete result=Succeeded]: expected none, got 1."],
  },

  // Environment
  "a variable is changed": {
    alter: variable("app", "PASSWORD", "hidden-other"),
    problems: ["container app, environment PASSWORD: expected its original value, got another value."],
  },
  "a variable is dropped": {
    alter: variable("app", "MODE"),
    problems: ["container app, environment MODE: expected its original value, got none."],
  },
  "a variable is there twice": {
    alter: add("app", "environment", { name: "MODE", value: "hidden-other" }),
    problems: ["container app, environment MODE: expected its original value, got another value."],
  },
  "a known variable is there twice": {
    alter: add("app", "environment", { name: "FIPS_ENABLED", value: "false" }),
    problems: ["container app, environment FIPS_ENABLED: expected one value, got 2 values."],
  },
  "an unknown variable is added": {
    alter: add("app", "environment", { name: "LD_PRELOAD", value: "hidden-library" }),
    problems: [`container app, ${ADDED("LD_PRELOAD")}`],
  },
  "a variable beside the accepted one is added": {
    alter: add("app", "environment", { name: "NEW", value: "1" }, { name: "NEW_TOO", value: "1" }),
    runtimeDefense: { accept: ["environment:NEW"] },
    problems: [`container app, ${ADDED("NEW_TOO")}`],
  },
  "a variable named constructor is added": {
    alter: add("app", "environment", { name: "constructor", value: "1" }),
    problems: [`container app, ${ADDED("constructor")}`],
  },
  "an accepted variable has two values": {
    alter: add("app", "environment", { name: "NEW", value: "1" }, { name: "NEW", value: "2" }),
    runtimeDefense: { accept: ["environment:NEW"] },
    problems: ["container app, environment NEW: expected one value, got 2 values."],
  },
  "FARGATE_TASK is accepted, but has another value": {
    alter: variable("app", "FARGATE_TASK", "other"),
    runtimeDefense: { accept: ["environment:FARGATE_TASK"] },
    problems: ['container app, environment FARGATE_TASK: expected shop, got "other".'],
  },
  "FARGATE_TASK is missing": {
    alter: variable("app", "FARGATE_TASK"),
    problems: ["container app, environment FARGATE_TASK: expected shop, got none."],
  },
  "FARGATE_TASK has another value": {
    alter: variable("app", "FARGATE_TASK", "other"),
    problems: ['container app, environment FARGATE_TASK: expected shop, got "other".'],
  },
  "TW_CONTAINER_NAME is missing": {
    alter: variable("app", "TW_CONTAINER_NAME"),
    problems: ["container app, environment TW_CONTAINER_NAME: expected app, got none."],
  },
  "TW_CONTAINER_NAME is another container's": {
    alter: variable("app", "TW_CONTAINER_NAME", "worker"),
    problems: ['container app, environment TW_CONTAINER_NAME: expected app, got "worker".'],
  },
  "TW_IMAGE_NAME has another value": {
    alter: variable("app", "TW_IMAGE_NAME", "worker:1"),
    problems: ['container app, environment TW_IMAGE_NAME: expected shop:1, got "worker:1".'],
  },
  "DEFENDER_TYPE has another value": {
    alter: variable("app", "DEFENDER_TYPE", "daemonset"),
    problems: ['container app, environment DEFENDER_TYPE: expected fargate, got "daemonset".'],
  },
  "FIPS_ENABLED is neither true nor false": {
    alter: variable("app", "FIPS_ENABLED", "yes"),
    problems: ['container app, environment FIPS_ENABLED: expected true or false, got "yes".'],
  },
  "FILESYSTEM_MONITORING is on, though it was to be off": {
    alter: variable("app", "FILESYSTEM_MONITORING", "true"),
    runtimeDefense: { filesystemMonitoring: false },
    problems: ['container app, environment FILESYSTEM_MONITORING: expected false, got "true".'],
  },
  "FILESYSTEM_MONITORING is missing, though it was to be on": {
    alter: variable("app", "FILESYSTEM_MONITORING"),
    runtimeDefense: { filesystemMonitoring: true },
    problems: ["container app, environment FILESYSTEM_MONITORING: expected true, got none."],
  },
  "the environment is dropped": {
    alter: unset("app", "environment"),
    problems: [
      "container app, environment MODE: expected its original value, got none.",
      "container app, environment PASSWORD: expected its original value, got none.",
      "container app, environment FARGATE_TASK: expected shop, got none.",
      "container app, environment TW_CONTAINER_NAME: expected app, got none.",
    ],
  },
  "a variable has an unknown key": {
    alter: replace("app", "environment", "name", "FIPS_ENABLED", { name: "FIPS_ENABLED", value: "false", more: "1" }),
    problems: ['container app, environment FIPS_ENABLED: expected a name and a value alone, got ["more"].'],
  },
  "a dependency is in no list": {
    alter: set("worker", "dependsOn", { containerName: "TwistlockDefender", condition: "HEALTHY" }),
    problems: ["containerDefinitions.1.dependsOn: expected Array, got something else."],
  },
  "a dependency has an unknown key": {
    alter: set("worker", "dependsOn", [{ containerName: "TwistlockDefender", condition: "HEALTHY", more: "1" }]),
    problems: [
      'container worker, dependsOn: expected TwistlockDefender with condition HEALTHY or START, got [{"containerName":"TwistlockDefender","condition":"HEALTHY","more":"1"}].',
    ],
  },
  "an entry for the Defender's volumes has an unknown key": {
    alter: set("worker", "volumesFrom", [{ sourceContainer: "TwistlockDefender", readOnly: false, more: "1" }]),
    problems: [
      'container worker, volumesFrom: expected TwistlockDefender with readOnly false, got [{"sourceContainer":"TwistlockDefender","readOnly":false,"more":"1"}].',
    ],
  },
  "a list holds a text in place of an object": {
    alter: add("worker", "volumesFrom", "app"),
    problems: [
      'container worker, volumesFrom: expected [] and TwistlockDefender, got [{"readOnly":false,"sourceContainer":"TwistlockDefender"},"app"].',
    ],
  },
  "the application gets the install bundle in an accepted variable": {
    alter: (answer) => add("app", "environment", { name: "NEW", value: INSTALL_BUNDLE })(answer),
    runtimeDefense: { accept: ["environment:NEW"] },
    problems: [
      "task definition: expected the install bundle in the sidecar's INSTALL_BUNDLE alone, got it in another place too.",
    ],
  },

  "the application gets the install bundle without its end in an accepted variable": {
    alter: (answer) => add("app", "environment", { name: "NEW", value: INSTALL_BUNDLE.slice(0, -3) })(answer),
    runtimeDefense: { accept: ["environment:NEW"] },
    problems: [
      "task definition: expected the install bundle in the sidecar's INSTALL_BUNDLE alone, got it in another place too.",
    ],
  },
  "the install bundle is in another field": {
    alter: (answer) => set("app", "user", INSTALL_BUNDLE)(answer),
    problems: ['container app, user: expected "1000", got "[redacted]".'],
  },

  "the application gets a variable of the sidecar's that is accepted": {
    alter: add("app", "environment", { name: "WS_ADDRESS", value: "wss://evil.example.com" }),
    runtimeDefense: { accept: ["environment:WS_ADDRESS"] },
    problems: ["container app, environment WS_ADDRESS: expected none in this container, got one."],
  },
  "the sidecar gets an accepted variable that makes it load something else": {
    alter: add("sidecar", "environment", { name: "LD_PRELOAD", value: "hidden.so" }),
    runtimeDefense: { accept: ["environment:LD_PRELOAD"] },
    problems: ['container TwistlockDefender, environment: expected no LD_…, got ["LD_PRELOAD"].'],
  },
  "an accepted variable has another value than the one agreed to": {
    alter: add("app", "environment", { name: "NEW", value: "hidden-other" }),
    runtimeDefense: { accept: ["environment:NEW=one=two"] },
    problems: ["container app, environment NEW: expected the value in runtimeDefense.accept, got another value."],
  },
  "an accepted variable's value is not text": {
    alter: add("app", "environment", { name: "NEW", value: 1 }),
    runtimeDefense: { accept: ["environment:NEW"] },
    problems: ["container app, environment NEW: expected a text, got 1."],
  },
  "a known variable has no value": {
    alter: replace("app", "environment", "name", "FIPS_ENABLED", { name: "FIPS_ENABLED" }),
    problems: ["container app, environment FIPS_ENABLED: expected true or false, got null."],
  },

  // Elements and values of wrong types
  "variables have no name": {
    alter: add("app", "environment", [], "x", { value: "1" }, { name: { toString: 1 }, value: "1" }),
    problems: ["container app, environment: expected variables with a name, got 4 without."],
  },
  "the environment is an object": {
    alter: set("worker", "environment", { FARGATE_TASK: "shop" }),
    problems: [
      "container worker, environment FARGATE_TASK: expected shop, got none.",
      "container worker, environment TW_CONTAINER_NAME: expected worker, got none.",
      "container worker, environment: expected variables with a name, got 1 without.",
    ],
  },
  ...Object.fromEntries(
    (
      [
        ["an empty list", []],
        ["an empty object", {}],
        ["a text", "x"],
        ["a number", 0],
      ] as const
    ).map(([what, element]) => [
      `a list of volumes holds ${what}`,
      {
        alter: add("worker", "volumesFrom", element),
        problems: [
          `container worker, volumesFrom: expected [] and TwistlockDefender, got [{"readOnly":false,"sourceContainer":"TwistlockDefender"},${JSON.stringify(element)}].`,
        ],
      },
    ]),
  ),
  "a list holds null": {
    alter: add("worker", "volumesFrom", null),
    problems: [
      'containerDefinitions[1].volumesFrom: expected no null in a list, got [{"readOnly":false,"sourceContainer":"TwistlockDefender"},null].',
    ],
  },
  "a list deep in an object holds null": {
    alter: linux({ add: ["NET_ADMIN", "SYS_PTRACE", null], drop: ["MKNOD"] }),
    problems: [
      'containerDefinitions[0].linuxParameters.capabilities.add: expected no null in a list, got ["NET_ADMIN","SYS_PTRACE",null].',
    ],
  },
  "the capabilities hold something that is not text": {
    alter: linux({ add: ["NET_ADMIN", "SYS_PTRACE", []], drop: ["MKNOD"] }),
    problems: [
      'container app, linuxParameters.capabilities.add: expected ["NET_ADMIN","SYS_PTRACE"], got ["NET_ADMIN","SYS_PTRACE",[]].',
    ],
  },
  ...Object.fromEntries(
    (["toString", "valueOf", "toJSON", "__proto__", "constructor"] as const).map((key) => [
      `an object with a ${key} of its own is in the place of a text`,
      {
        alter: ({ app }: Answer) => {
          app.user = JSON.parse(`{"${key}":1}`);
        },
        problems: [`container app, user: expected "1000", got {"${key}":1}.`],
      },
    ]),
  ),
  "the entry point has objects in place of words": {
    alter: set("app", "entryPoint", [{ toString: 1 }, { valueOf: 1 }, { toString: 1 }]),
    problems: [`${BEGINNING}, got [{"toString":1},{"valueOf":1},{"toString":1}].`],
  },
  "lists are nested 3,000 deep": {
    alter: ({ app }: Answer) => {
      app.user = JSON.parse("[".repeat(3000) + "]".repeat(3000));
    },
    problems: ["task definition: expected at most 32 levels, got more."],
  },

  // Dependencies, volumes, capabilities
  "the dependency on the Defender is missing": {
    alter: replace("app", "dependsOn", "containerName", "TwistlockDefender"),
    problems: ["container app, dependsOn: expected TwistlockDefender once, got 0 times."],
  },
  "the dependency on the Defender is there twice": {
    alter: add("app", "dependsOn", { containerName: "TwistlockDefender", condition: "START" }),
    problems: ["container app, dependsOn: expected TwistlockDefender once, got 2 times."],
  },
  "the dependency has another condition": {
    alter: replace("app", "dependsOn", "containerName", "TwistlockDefender", {
      containerName: "TwistlockDefender",
      condition: "COMPLETE",
    }),
    problems: [
      'container app, dependsOn: expected TwistlockDefender with condition HEALTHY or START, got [{"containerName":"TwistlockDefender","condition":"COMPLETE"}].',
    ],
  },
  "another dependency is lost": {
    alter: replace("app", "dependsOn", "containerName", "worker"),
    problems: [
      'container app, dependsOn: expected [{"containerName":"worker","condition":"START"}] and TwistlockDefender, got [{"condition":"HEALTHY","containerName":"TwistlockDefender"}].',
    ],
  },
  "another dependency's condition is changed": {
    alter: set("app", "dependsOn", [
      { containerName: "worker", condition: "HEALTHY" },
      { containerName: "TwistlockDefender", condition: "HEALTHY" },
    ]),
    problems: [
      'container app, dependsOn: expected [{"containerName":"worker","condition":"START"}] and TwistlockDefender, got [{"containerName":"worker","condition":"HEALTHY"},{"containerName":"TwistlockDefender","condition":"HEALTHY"}].',
    ],
  },
  "a dependency is added": {
    alter: add("worker", "dependsOn", { containerName: "app", condition: "START" }),
    problems: [
      'container worker, dependsOn: expected [] and TwistlockDefender, got [{"condition":"HEALTHY","containerName":"TwistlockDefender"},{"containerName":"app","condition":"START"}].',
    ],
  },
  "the Defender's volumes are missing": {
    alter: unset("worker", "volumesFrom"),
    problems: ["container worker, volumesFrom: expected TwistlockDefender once, got 0 times."],
  },
  "the Defender's volumes are read-only": {
    alter: set("worker", "volumesFrom", [{ sourceContainer: "TwistlockDefender", readOnly: true }]),
    problems: [
      'container worker, volumesFrom: expected TwistlockDefender with readOnly false, got [{"sourceContainer":"TwistlockDefender","readOnly":true}].',
    ],
  },
  "a wrapped container's volumes, mounted later, make the Defender's read-only": {
    alter: set("app", "volumesFrom", [
      { sourceContainer: "TwistlockDefender" },
      { sourceContainer: "worker", readOnly: true },
    ]),
    problems: [
      'container app, volumesFrom: expected TwistlockDefender behind the read-only entries, got [{"sourceContainer":"TwistlockDefender"},{"sourceContainer":"worker","readOnly":true}].',
    ],
  },
  "another container's volumes are added": {
    alter: add("worker", "volumesFrom", { sourceContainer: "app" }),
    problems: [
      'container worker, volumesFrom: expected [] and TwistlockDefender, got [{"readOnly":false,"sourceContainer":"TwistlockDefender"},{"sourceContainer":"app"}].',
    ],
  },
  "another container's volumes become writable": {
    alter: replace("app", "volumesFrom", "sourceContainer", "worker", { sourceContainer: "worker", readOnly: false }),
    problems: [
      'container app, volumesFrom: expected [{"sourceContainer":"worker","readOnly":true}] and TwistlockDefender, got [{"sourceContainer":"worker","readOnly":false},{"readOnly":false,"sourceContainer":"TwistlockDefender"}].',
    ],
  },
  "SYS_PTRACE is missing": {
    alter: unset("worker", "linuxParameters"),
    problems: ['container worker, linuxParameters.capabilities.add: expected ["SYS_PTRACE"], got none.'],
  },
  "SYS_PTRACE is added and dropped": {
    alter: linux({ add: ["NET_ADMIN", "SYS_PTRACE"], drop: ["MKNOD", "SYS_PTRACE"] }),
    problems: [
      'container app, linuxParameters.capabilities.drop: expected ["MKNOD"], got ["MKNOD","SYS_PTRACE"].',
      'container app, linuxParameters.capabilities.drop: expected SYS_PTRACE to be kept, got ["MKNOD","SYS_PTRACE"].',
    ],
  },
  "another capability is added": {
    alter: linux({ add: ["NET_ADMIN", "SYS_PTRACE", "SYS_ADMIN"], drop: ["MKNOD"] }),
    problems: [
      'container app, linuxParameters.capabilities.add: expected ["NET_ADMIN","SYS_PTRACE"], got ["NET_ADMIN","SYS_PTRACE","SYS_ADMIN"].',
    ],
  },
  "a capability is replaced": {
    alter: linux({ add: ["SYS_ADMIN", "SYS_PTRACE"], drop: ["MKNOD"] }),
    problems: [
      'container app, linuxParameters.capabilities.add: expected ["NET_ADMIN","SYS_PTRACE"], got ["SYS_ADMIN","SYS_PTRACE"].',
    ],
  },
  "a capability is in a list of its own": {
    alter: linux({ add: ["NET_ADMIN", "SYS_PTRACE"], drop: ["MKNOD"], more: ["SYS_ADMIN"] }),
    problems: ['container app, linuxParameters.capabilities.more: expected none, got ["SYS_ADMIN"].'],
  },
  "a capability is lost": {
    alter: linux({ add: ["SYS_PTRACE"], drop: ["MKNOD"] }),
    problems: [
      'container app, linuxParameters.capabilities.add: expected ["NET_ADMIN","SYS_PTRACE"], got ["SYS_PTRACE"].',
    ],
  },
  "a capability is no longer dropped": {
    alter: linux({ add: ["NET_ADMIN", "SYS_PTRACE"] }),
    problems: ['container app, linuxParameters.capabilities.drop: expected ["MKNOD"], got none.'],
  },
  "another Linux parameter is changed": {
    alter: set("app", "linuxParameters", { capabilities: { add: ["NET_ADMIN", "SYS_PTRACE"], drop: ["MKNOD"] } }),
    problems: ["container app, linuxParameters.initProcessEnabled: expected true, got none."],
  },

  // The sidecar
  "the sidecar is missing": {
    alter: containers((all) => all.slice(0, -1)),
    problems: ["container TwistlockDefender: expected one, got none."],
  },
  "the sidecar is there twice": {
    alter: containers((all) => [...all, ...all.slice(-1)]),
    problems: ["container TwistlockDefender: expected one, got 2."],
  },
  "the sidecar isn't essential": {
    alter: set("sidecar", "essential", false),
    problems: ["container TwistlockDefender, essential: expected true, got false."],
  },
  "the sidecar has no essential": {
    alter: unset("sidecar", "essential"),
    problems: ["container TwistlockDefender, essential: expected true, got none."],
  },
  "the sidecar has another image": {
    alter: set("sidecar", "image", "example.com/twistlock/defender:latest"),
    problems: [`${IMAGE}, got "example.com/twistlock/defender:latest".`],
  },
  "the sidecar's image only ends like a Defender's": {
    alter: set("sidecar", "image", "example.com/nottwistlock/defender:defender_34_04_145"),
    problems: [`${IMAGE}, got "example.com/nottwistlock/defender:defender_34_04_145".`],
  },
  ...Object.fromEntries(
    [
      "evil.example.com/twistlock/defender:defender_34_04_145",
      "registry-auth.twistlock.com.evil.example.com/twistlock/defender:defender_34_04_145",
      "registry-auth.twistlock.com@evil.example.com/twistlock/defender:defender_34_04_145",
      "evil.example.com@registry-auth.twistlock.com/twistlock/defender:defender_34_04_145",
      "registry-auth.twistlock.com:5000/twistlock/defender:defender_34_04_145",
      "registry-auth.twistlock.com/twistlock/defender:defender_34_04_144",
      "registry-auth.twistlock.com/twistlock/defender:defender_34_04_145@sha256:0",
      "registry-auth.twistlock.com/../evil/twistlock/defender:defender_34_04_145 ",
      "twistlock/defender:defender_34_04_145",
    ].map((image) => [
      `the sidecar's image is ${JSON.stringify(image)}`,
      { alter: set("sidecar", "image", image), problems: [`${IMAGE}, got ${JSON.stringify(image)}.`] },
    ]),
  ),
  "the sidecar's image has a digest, which leaves its version open": {
    alter: set("sidecar", "image", PINNED),
    problems: [`${IMAGE}, got ${JSON.stringify(PINNED).slice(0, 119)}….`],
  },
  "the sidecar's image is an object": {
    alter: set("sidecar", "image", { toString: 1 }),
    problems: [`${IMAGE}, got {"toString":1}.`],
  },
  "the sidecar's image isn't the requested mirror": {
    alter: set(
      "sidecar",
      "image",
      "registry-auth.twistlock.com/tw_hidden0licence/twistlock/defender:defender_34_04_145",
    ),
    runtimeDefense: { defenderImage: MIRROR },
    problems: [
      `container TwistlockDefender, image: expected ${MIRROR}, got "registry-auth.twistlock.com/tw_[redacted]/twistlock/defender:defender_34_04_145".`,
    ],
  },
  "the sidecar has another entry point": {
    alter: set("sidecar", "entryPoint", ["/usr/local/bin/defender", "fargate", "other"]),
    problems: [
      'container TwistlockDefender, entryPoint: expected ["/usr/local/bin/defender","fargate","sidecar"], got ["/usr/local/bin/defender","fargate","other"].',
    ],
  },
  "the sidecar has a command": {
    alter: set("sidecar", "command", ["--off"]),
    problems: ["container TwistlockDefender, command: expected none, got one."],
  },
  "the sidecar is privileged": {
    alter: set("sidecar", "privileged", true),
    problems: ["container TwistlockDefender, privileged: expected none, got true."],
  },
  "the sidecar mounts a volume": {
    alter: set("sidecar", "mountPoints", [{ sourceVolume: "data", containerPath: "/data" }]),
    problems: [
      'container TwistlockDefender, mountPoints: expected none, got [{"sourceVolume":"data","containerPath":"/data"}].',
    ],
  },
  "the sidecar opens a port": {
    alter: set("sidecar", "portMappings", [{ containerPort: 22 }]),
    problems: ['container TwistlockDefender, portMappings: expected none, got [{"containerPort":22}].'],
  },
  "the sidecar reads a secret of the user's": {
    alter: set("sidecar", "secrets", [{ name: "KEY", valueFrom: "shop-key" }]),
    problems: ['container TwistlockDefender, secrets: expected none, got [{"name":"KEY","valueFrom":"shop-key"}].'],
  },
  "the sidecar has an unknown variable": {
    alter: add("sidecar", "environment", { name: "NEW", value: "hidden-new" }),
    problems: [`container TwistlockDefender, ${ADDED("NEW")}`],
  },
  "the sidecar has a variable that only applications have": {
    alter: add("sidecar", "environment", { name: "TW_IMAGE_NAME", value: "shop:1" }),
    problems: [`container TwistlockDefender, ${ADDED("TW_IMAGE_NAME")}`],
  },
  "the sidecar has no install bundle": {
    alter: variable("sidecar", "INSTALL_BUNDLE"),
    problems: [`${BUNDLE}, got none.`],
  },
  "the install bundle is empty": {
    alter: variable("sidecar", "INSTALL_BUNDLE", ""),
    problems: [`${BUNDLE}, got an empty one.`],
  },
  "the install bundle is blank": {
    alter: variable("sidecar", "INSTALL_BUNDLE", " \n"),
    problems: [`${BUNDLE}, got an empty one.`],
  },
  "the install bundle is not base64": {
    alter: variable("sidecar", "INSTALL_BUNDLE", "hidden-bundle!"),
    problems: [`${BUNDLE}, got 14 characters that are not base64.`],
  },
  "the install bundle is base64 of something that isn't JSON": {
    alter: variable("sidecar", "INSTALL_BUNDLE", "AAAA"),
    problems: [`${BUNDLE}, got base64 of something that is not a JSON object.`],
  },
  "the install bundle is base64 of a list": {
    alter: variable("sidecar", "INSTALL_BUNDLE", Buffer.from("[{}]").toString("base64")),
    problems: [`${BUNDLE}, got base64 of something that is not a JSON object.`],
  },
  "the install bundle is base64 of JSON that isn't UTF-8": {
    alter: variable("sidecar", "INSTALL_BUNDLE", Buffer.from('{"a":"\xe4"}', "latin1").toString("base64")),
    problems: [`${BUNDLE}, got base64 of something that is not a JSON object.`],
  },
  "the install bundle is longer than Secrets Manager keeps": {
    alter: variable(
      "sidecar",
      "INSTALL_BUNDLE",
      Buffer.from(JSON.stringify({ a: "a".repeat(49_146) })).toString("base64"),
    ),
    problems: [`${BUNDLE}, got 65540 characters, and Secrets Manager keeps 65536 at most.`],
  },
  "the install bundle is cut off": {
    alter: variable("sidecar", "INSTALL_BUNDLE", "aGlkZGVu1"),
    problems: [`${BUNDLE}, got 9 characters that are not base64.`],
  },
  "the install bundle is not text": {
    alter: variable("sidecar", "INSTALL_BUNDLE", 12345678),
    problems: [`${BUNDLE}, got something that is not text.`],
  },
  "the install bundle is there twice": {
    alter: add("sidecar", "environment", { name: "INSTALL_BUNDLE", value: "aGlkZGVu" }),
    problems: ["container TwistlockDefender, environment INSTALL_BUNDLE: expected one value, got 2 values."],
  },
  "the sidecar has no address to dial": {
    alter: variable("sidecar", "WS_ADDRESS"),
    problems: [`${SOCKET}, got none.`],
  },
  ...Object.fromEntries(
    [
      "wss://evil.example.com:8084",
      `ws://${CONSOLE_ADDRESS}:8084`,
      `https://${CONSOLE_ADDRESS}:8084`,
      CONSOLE_ADDRESS,
      `wss://${CONSOLE_ADDRESS}@evil.example.com`,
      `wss://${CONSOLE_ADDRESS}:8084@evil.example.com:8084`,
      `wss://${CONSOLE_ADDRESS}.evil.example.com:8084`,
      `wss://evil-${CONSOLE_ADDRESS}:8084`,
      `wss://evil.example.com/${CONSOLE_ADDRESS}`,
      `wss://evil.example.com#${CONSOLE_ADDRESS}:8084`,
      `wss://${CONSOLE_ADDRESS}:8084/../evil`,
      `wss://https://${CONSOLE_ADDRESS}:8084`,
      `evil wss://${CONSOLE_ADDRESS}:8084`,
      `wss://${CONSOLE_ADDRESS}:8084 `,
      "wss://:8084",
      `wss://${CONSOLE_ADDRESS}:0`,
      `wss://${CONSOLE_ADDRESS}:65536`,
      `wss://${CONSOLE_ADDRESS}:08084`,
      `wss://${CONSOLE_ADDRESS}:`,
    ].map((address) => [
      `the sidecar dials ${JSON.stringify(address)}`,
      {
        alter: variable("sidecar", "WS_ADDRESS", address),
        problems: [`${SOCKET}, got ${JSON.stringify(address.replace("8084@", "[redacted]@"))}.`],
      },
    ]),
  ),
  "the sidecar's FARGATE_TASK has another value": {
    alter: variable("sidecar", "FARGATE_TASK", "other"),
    problems: ['container TwistlockDefender, environment FARGATE_TASK: expected shop, got "other".'],
  },
  "the sidecar's FILESYSTEM_MONITORING isn't as requested": {
    alter: variable("sidecar", "FILESYSTEM_MONITORING", "false"),
    runtimeDefense: { filesystemMonitoring: true },
    problems: ['container TwistlockDefender, environment FILESYSTEM_MONITORING: expected true, got "false".'],
  },
  "the sidecar has no health check, and one of two containers waits for it": {
    alter: (answer) => {
      unset("sidecar", "healthCheck")(answer);
      set("worker", "dependsOn", [{ containerName: "TwistlockDefender", condition: "START" }])(answer);
    },
    problems: [
      'container TwistlockDefender, healthCheck.command: expected ["/usr/local/bin/defender","fargate","healthcheck"], got none.',
    ],
  },
  "the sidecar has no health check": {
    alter: unset("sidecar", "healthCheck"),
    problems: [
      'container TwistlockDefender, healthCheck.command: expected ["/usr/local/bin/defender","fargate","healthcheck"], got none.',
    ],
  },
  "the sidecar's health check has another command": {
    alter: set("sidecar", "healthCheck", { command: ["CMD", "true"] }),
    problems: [
      'container TwistlockDefender, healthCheck.command: expected ["/usr/local/bin/defender","fargate","healthcheck"], got ["CMD","true"].',
    ],
  },
  ...Object.fromEntries(
    (
      [
        ["interval", [4, 301, 5.5, "5"], "5 to 300"],
        ["retries", [0, 11, true], "1 to 10"],
        ["startPeriod", [-1, 301, { a: 1 }], "0 to 300"],
        ["timeout", [1, 61, [5]], "2 to 60"],
      ] as const
    ).flatMap(([key, values, range]) =>
      values.map((value) => [
        `the health check's ${key} is ${JSON.stringify(value)}`,
        {
          alter: ({ sidecar }: Answer) => {
            sidecar.healthCheck = { ...part(sidecar.healthCheck), [key]: value };
          },
          problems: [
            `container TwistlockDefender, healthCheck.${key}: expected a whole number from ${range}, got ${JSON.stringify(value)}.`,
          ],
        },
      ]),
    ),
  ),
  "the sidecar's health check has an unknown key": {
    alter: ({ sidecar }) => {
      sidecar.healthCheck = { ...part(sidecar.healthCheck), more: 1 };
    },
    problems: ["container TwistlockDefender, healthCheck.more: expected none, got 1."],
  },
  "the sidecar's logs go elsewhere": {
    alter: set("sidecar", "logConfiguration", { logDriver: "splunk", options: { "splunk-token": "hidden-other" } }),
    problems: [
      'container TwistlockDefender, logConfiguration: expected none, or that of an application container, got {"logDriver":"splunk","options":"…"}.',
    ],
  },

  // The task
  "cpu is changed": { alter: set("task", "cpu", "1024"), problems: ['cpu: expected "512", got "1024".'] },
  "memory is changed": { alter: set("task", "memory", 1024), problems: ['memory: expected "1024", got 1024.'] },
  "the family is changed": {
    alter: set("task", "family", "other"),
    problems: ['family: expected "shop", got "other".'],
  },
  "a role is dropped": {
    alter: unset("task", "executionRoleArn"),
    problems: ['executionRoleArn: expected "arn:aws:iam::111122223333:role/shop-execution", got none.'],
  },
  "a role is changed": {
    alter: set("task", "taskRoleArn", "arn:aws:iam::111122223333:role/admin"),
    problems: [
      'taskRoleArn: expected "arn:aws:iam::111122223333:role/shop", got "arn:aws:iam::111122223333:role/admin".',
    ],
  },
  "a volume is added": {
    alter: add("task", "volumes", { name: "other" }),
    problems: [
      'volumes: expected [{"name":"data","efsVolumeConfiguration":{"fileSystemId":"fs-1"}}], got [{"efsVolumeConfiguration":{"fileSystemId":"fs-1"},"name":"data"},{"name":"other"}].',
    ],
  },
  "the network mode is changed": {
    alter: set("task", "networkMode", "host"),
    problems: ['networkMode: expected "awsvpc", got "host".'],
  },
  "a tag is changed": {
    alter: set("task", "tags", [{ key: "team", value: "other" }]),
    problems: ['tags: expected [{"key":"team","value":"shop"}], got [{"key":"team","value":"other"}].'],
  },
  "pidMode is added": { alter: set("task", "pidMode", "host"), problems: ['pidMode: expected none, got "host".'] },
  "an unknown key is added to the task": {
    alter: set("task", "newKey", "a"),
    problems: ['newKey: expected none, got "a".'],
  },
  "several things are wrong at once": {
    alter: (answer) => {
      set("task", "cpu", "1024")(answer);
      set("app", "user", "root")(answer);
      variable("app", "MODE")(answer);
      set("worker", "entryPoint", ["/worker"])(answer);
      set("sidecar", "essential", false)(answer);
    },
    problems: [
      'cpu: expected "512", got "1024".',
      'container app, user: expected "1000", got "root".',
      "container app, environment MODE: expected its original value, got none.",
      `${BEGINNING.replace("app", "worker")}, got ["/worker"].`,
      "container TwistlockDefender, essential: expected true, got false.",
    ],
  },
};
