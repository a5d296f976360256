import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import Ajv2020 from "ajv/dist/2020";

import { status } from "../../lib/commands/status";
import { systemClock } from "../../lib/http/clock";
import { type DefenderGroup, defendersOf } from "../../local-console/defenders";
import type { LocalConsoleOptions } from "../../local-console/server";
import type { Contents, Registration, Workload } from "../../local-ecs/account";
import type { LocalEcsOptions } from "../../local-ecs/server";
import { CREDENTIALS, localEcs, onAction, refusal, setVariables } from "../aws/account";
import { temporaryFolders, variablesFor } from "../entry";
import { start } from "../local-console/client";
import { bare, DEFENDER_REGISTRY, protectedBy } from "../status/registrations";
import { invoke } from "./invoke";

const newFolder = temporaryFolders();
const schema = JSON.parse(readFileSync(join(__dirname, "../../docs/status.schema.json"), "utf8"));
const validate = new Ajv2020().compile(schema);

type Scenario = Partial<Contents> & {
  readonly defenders?: readonly DefenderGroup[];
  readonly local?: LocalConsoleOptions;
  readonly ecs?: Partial<LocalEcsOptions>;
};

/** Runs the command against the local Console and the local ECS. By default everything is in the stack's cluster. */
async function runStatus(scenario: Scenario, args: readonly string[] = [], environment = {}, terminal = {}) {
  const { registered = [], workloads = [], defenders = [], local = {}, ecs = {}, ...contents } = scenario;
  const emptyClusters = ["prisma-runtime-cluster"];
  const account = await localEcs({ emptyClusters, ...contents, registered, workloads, ...ecs });
  const console = await start({ defenders: defendersOf(defenders), ...local });
  const variables = {
    ...variablesFor(console),
    DEFENDER_REGISTRY,
    AWS_REGION: "eu-west-1",
    TL_RETRY_DELAY_MS: "1",
    ...environment,
  };
  const outcome = await invoke(status, args, variables, terminal);
  return { ...outcome, calls: account.requests.map(({ action }) => action), asked: console.requests.length };
}

async function jsonOf(scenario: Scenario, environment = {}) {
  const { stdout, problems } = await runStatus(scenario, ["--format", "json"], environment);
  expect(problems).toEqual([]);
  const document = JSON.parse(stdout);
  expect(validate(document) ? [] : validate.errors).toEqual([]);
  return document;
}

const CLUSTER = "prisma-runtime-cluster";

function service(name: string, runs: string, more: Partial<Workload> = {}): Workload {
  return { cluster: CLUSTER, service: name, runs, count: 1, ...more };
}

/** One task of `web` in the service web, with its Defender connected. */
function web(definition: Registration, more: Partial<Workload> = {}, defender: Partial<DefenderGroup> = {}): Scenario {
  return {
    registered: [definition],
    workloads: [service("web", "web:1", more)],
    defenders: [{ family: "web", count: 1, connected: true, ...defender }],
  };
}

describe("each verdict", () => {
  const good = protectedBy("web");
  test.each<[string, Scenario, string, string]>([
    [
      "unprotected",
      web(bare("web")),
      "web:1 is not a protected task definition: container TwistlockDefender: expected one, got none. (1 more)",
      "Put the task definition web under runtime defense with this project, deploy it, then update the service web.",
    ],
    [
      "defender-not-healthy",
      web(good, { healthStatus: "UNHEALTHY" }),
      "TwistlockDefender is RUNNING, but its health is UNHEALTHY.",
      "Look at the logs of TwistlockDefender and whether the task reaches the Console, then replace the task 00000000000000000000000000000001.",
    ],
    [
      "not-connected",
      web(good, {}, { connected: false }),
      "Family web, Defenders: 1 run, 0 connected, 1 disconnected within the last hour. The Console doesn't say which tasks they belong to.",
      "Check that the tasks reach the Console (egress, DNS, proxy), and that their install bundle is this Console's.",
    ],
    [
      "unsupported-defender",
      web(protectedBy("web", { version: "31.02.137" })),
      "The Defender is 31.02.137, but a Console 34.04.145 supports only Defenders up to 2 releases older.",
      "Synthesize and deploy again, for a revision with Defender 34.04.145 (change runtimeDefense.defenderImage first if it is set). Then update the service web.",
    ],
    [
      "outdated-defender",
      web(protectedBy("web", { version: "34.03.138" })),
      "The Defender is 34.03.138, older than the Console, 34.04.145. A Fargate Defender is never upgraded in place.",
      "Synthesize and deploy again, for a revision with Defender 34.04.145 (change runtimeDefense.defenderImage first if it is set). Then update the service web.",
    ],
    [
      "left-out",
      web(protectedBy("web", { leftOut: ["helper"] })),
      "Not under runtime defense: helper.",
      "Remove them from runtimeDefense.exclude of the task's file, unless you leave them out on purpose.",
    ],
    [
      "protected",
      web(good),
      "Every container is wrapped, and the Defender 34.04.145 is healthy and connected.",
      "Nothing to do.",
    ],
  ])("%s", async (verdict, scenario, reason, remedy) => {
    const { tasks, summary, readAt } = await jsonOf(scenario);
    expect(tasks).toEqual([
      {
        task: `arn:aws:ecs:eu-west-1:111122223333:task/${CLUSTER}/${"1".padStart(32, "0")}`,
        cluster: `arn:aws:ecs:eu-west-1:111122223333:cluster/${CLUSTER}`,
        service: "web",
        family: "web",
        revision: 1,
        verdict,
        reason,
        remedy,
      },
    ]);
    expect(summary).toMatchObject({ tasks: 1, protected: verdict === "protected" ? 1 : 0, verdicts: { [verdict]: 1 } });
    for (const time of [readAt.aws, readAt.console]) expect(Date.parse(time)).toBeGreaterThan(0);
  });
});

describe("the worst verdict counts", () => {
  const bad = { version: "31.02.137", leftOut: ["helper"] };
  test.each<[string, Scenario]>([
    ["unprotected", { ...web(bare("web"), { lastStatus: "PENDING" }), defenders: [] }],
    ["defender-not-healthy", web(protectedBy("web", bad), { healthStatus: "UNKNOWN" }, { connected: false })],
    ["not-connected", web(protectedBy("web", bad), {}, { connected: false })],
    ["unsupported-defender", web(protectedBy("web", bad))],
    ["outdated-defender", web(protectedBy("web", { ...bad, version: "34.00.100" }))],
  ])("%s", async (verdict, scenario) => {
    expect((await jsonOf(scenario)).tasks).toMatchObject([{ verdict }]);
  });
});

describe("a better revision", () => {
  const both = { registered: [bare("web"), protectedBy("web")], defenders: [] };

  test("that nobody uses yet: the service is to be updated", async () => {
    const { tasks } = await jsonOf({ ...both, workloads: [service("web", "web:1")] });
    expect(tasks).toMatchObject([{ remedy: "web:2 is protected: update the service web." }]);
  });

  test("that the service moves to: its deployment is to be waited for", async () => {
    const { tasks } = await jsonOf({ ...both, workloads: [service("web", "web:1", { next: "web:2" })] });
    const remedy =
      "web:2 is protected, and the service web is moving to it: wait for its deployment. If it doesn't end, look at the events of the service.";
    expect(tasks).toMatchObject([{ remedy }]);
  });

  test("that a service of the same name moves to in another cluster is not waited for", async () => {
    const workloads = ["a", "b", "c"].map((cluster) =>
      service("web", "web:1", { cluster, next: cluster === "b" ? "web:1" : "web:2" }),
    );
    const { stdout } = await runStatus({ ...both, workloads }, ["--all-clusters"]);
    expect(stdout).toMatch(/^a\/web .*moving to it.*\nb\/web .* web:2 is protected: update the service web\.\nc\/web /);
  });

  test("for a task without service: it is to be run again", async () => {
    const { tasks } = await jsonOf({ ...both, workloads: [{ cluster: CLUSTER, runs: "web:1", count: 1 }] });
    expect(tasks).toMatchObject([{ service: null, remedy: "web:2 is protected: run the task again." }]);
  });

  test("isn't the one that the service moves to, or the newest, if that is unprotected, too", async () => {
    const put = expect.stringMatching(/^Put the task definition web under runtime defense with this project/);
    const registered = [bare("web"), bare("web"), protectedBy("web"), bare("web")];
    const moving = { registered, defenders: [], workloads: [service("web", "web:1", { next: "web:2" })] };
    expect((await jsonOf(moving)).tasks).toMatchObject([{ remedy: put }]);
  });

  test("has to be protected besides having the Console's version", async () => {
    const elsewhere = protectedBy("web", { consoleAddress: "other.example.com" });
    const registered = [protectedBy("web", { version: "34.03.138" }), elsewhere];
    const { tasks } = await jsonOf({ ...web(bare("web")), registered });
    const remedy = expect.stringMatching(/^Synthesize and deploy again, for a revision with Defender 34\.04\.145/);
    expect(tasks).toMatchObject([{ verdict: "outdated-defender", remedy }]);
  });

  test("with the Console's version: the service is to be updated", async () => {
    const registered = [protectedBy("web", { version: "34.03.138" }), protectedBy("web")];
    const { tasks } = await jsonOf({ ...web(bare("web")), registered });
    expect(tasks).toMatchObject([
      { verdict: "outdated-defender", remedy: "web:2 is up to date: update the service web." },
    ]);
  });
});

describe("an unknown state never counts as protected", () => {
  test("a task that is still starting isn't protected", async () => {
    const { tasks } = await jsonOf(web(protectedBy("web"), { lastStatus: "PENDING" }));
    expect(tasks).toMatchObject([{ verdict: "defender-not-healthy", reason: "The task is PENDING, not RUNNING yet." }]);
  });

  test("but without a health check, as old Consoles make it, ECS knows no health of a Defender", async () => {
    const old = JSON.stringify(protectedBy("web"), (key, value) => (key === "healthCheck" ? undefined : value));
    const unchecked: Registration = JSON.parse(old.replaceAll('"HEALTHY"', '"START"'));
    expect((await jsonOf(web(unchecked))).tasks).toMatchObject([{ verdict: "protected" }]);
  });

  test("of five tasks with three connected Defenders, none is protected", async () => {
    const { summary } = await jsonOf(web(protectedBy("web"), { count: 5 }, { count: 3 }));
    expect(summary).toMatchObject({ tasks: 5, protected: 0, verdicts: { "not-connected": 5 } });
  });

  test("Defenders of another account don't count", async () => {
    const cloudMetadata = { accountID: "999999999999", region: "eu-west-1" };
    const { tasks } = await jsonOf(web(protectedBy("web"), {}, { cloudMetadata }));
    expect(tasks[0].verdict).toBe("not-connected");
    expect(tasks[0].reason).toContain("1 connected from another account or region");
  });

  test("Defenders of this account and region count", async () => {
    const cloudMetadata = { accountID: "111122223333", region: "eu-west-1" };
    expect((await jsonOf(web(protectedBy("web"), {}, { cloudMetadata }))).summary.protected).toBe(1);
  });

  test("a Defender that connects to another Console doesn't count", async () => {
    const { tasks } = await jsonOf(web(protectedBy("web", { consoleAddress: "other.example.com" })));
    expect(tasks[0].verdict).toBe("unprotected");
    expect(tasks[0].reason).toContain("other.example.com");
  });

  test("the one connected Defender may be an unprotected task's, so that another task of the family doesn't count as connected", async () => {
    const unknownImage = protectedBy("web", { image: "mirror.example.com/defender:1" });
    const registered = [unknownImage, protectedBy("web")];
    const workloads = [service("old", "web:1"), service("new", "web:2")];
    const { tasks } = await jsonOf({ ...web(unknownImage), registered, workloads });
    expect(tasks).toMatchObject([
      { verdict: "unprotected" },
      { verdict: "not-connected", reason: expect.stringContaining("Defenders: 2 run, 1 connected.") },
    ]);
  });

  test("the one connected Defender may be that of a task that is being stopped", async () => {
    const good = protectedBy("web");
    const workloads = [service("web", "web:1", { lastStatus: "DEACTIVATING" }), service("web", "web:2")];
    const { tasks } = await jsonOf({ ...web(good), registered: [good, good], workloads });
    expect(tasks).toMatchObject([{ revision: 2, verdict: "not-connected" }]);
  });

  test("tasks that are still starting don't need connected Defenders", async () => {
    const workloads = [service("web", "web:1"), service("web", "web:1", { lastStatus: "PENDING" })];
    const { summary } = await jsonOf({ ...web(protectedBy("web")), workloads });
    expect(summary.verdicts).toMatchObject({ protected: 1, "defender-not-healthy": 1 });
  });

  test("tasks of a family that run no Defender don't need connected ones", async () => {
    const { summary } = await jsonOf({
      registered: [bare("web"), protectedBy("web")],
      workloads: [service("old", "web:1", { count: 3 }), service("new", "web:2", { count: 2 })],
      defenders: [{ family: "web", count: 2, connected: true }],
    });
    expect(summary.verdicts).toMatchObject({ unprotected: 3, protected: 2 });
  });
});

describe("a task that was started with overrides", () => {
  const started = (...containerOverrides: NonNullable<Workload["containerOverrides"]>) =>
    web(protectedBy("web"), { containerOverrides });
  const wsAddress = { name: "WS_ADDRESS", value: "wss://evil.example.com:443" };

  test.each<[string, Scenario, string]>([
    [
      "of the Defender's command",
      started({ name: "TwistlockDefender", command: ["--help"] }),
      "container TwistlockDefender, command",
    ],
    [
      "of the Defender's environment",
      started({ name: "TwistlockDefender", environment: [wsAddress] }),
      "container TwistlockDefender, environment",
    ],
    [
      "of the Defender's environment files",
      started({ name: "TwistlockDefender", environmentFiles: [{ type: "s3", value: "arn:aws:s3:::b/x.env" }] }),
      "container TwistlockDefender, environmentFiles",
    ],
    [
      "of a variable that the Defender sets",
      started({
        name: "app",
        environment: [
          { name: "MODE", value: "x" },
          { name: "FARGATE_TASK", value: "x" },
        ],
      }),
      "container app, environment FARGATE_TASK",
    ],
    [
      "of several containers",
      started(
        { name: "app", environment: [wsAddress] },
        { name: "TwistlockDefender", command: ["x"], environment: [wsAddress] },
      ),
      "container app, environment WS_ADDRESS; container TwistlockDefender, command; container TwistlockDefender, environment",
    ],
  ])("%s is unprotected", async (_, scenario, fields) => {
    const { tasks, summary } = await jsonOf(scenario);
    expect(tasks).toMatchObject([
      {
        verdict: "unprotected",
        reason: `The task was started with overrides of its protection: ${fields}.`,
        remedy: "Run it again without them: look at what starts it, such as a schedule, a state machine or a script.",
      },
    ]);
    expect(summary.protectedContainers).toBe(0);
  });

  test("of an application's command, its own variables or sizes is protected: the wrapper is the entry point", async () => {
    const app = { name: "app", command: ["migrate"], environment: [{ name: "MODE", value: "x" }], cpu: 128 };
    const { tasks } = await jsonOf(started(app, { name: "TwistlockDefender", memory: 512, command: [] }));
    expect(tasks).toMatchObject([{ verdict: "protected" }]);
  });

  test("may have the one connected Defender, so that another task of the family doesn't count as connected", async () => {
    const [overridden] = started({ name: "TwistlockDefender", environment: [wsAddress] }).workloads ?? [];
    const workloads = [service("web", "web:1"), { ...service("web", "web:1"), ...overridden }];
    const { summary } = await jsonOf({ ...web(protectedBy("web")), workloads });
    expect(summary.verdicts).toMatchObject({ unprotected: 1, "not-connected": 1, protected: 0 });
  });
});

describe("a copy of the Defender's image under another name", () => {
  const REPOSITORY = "mirror.example.com/security/prisma-defender";
  const copy = protectedBy("web", { image: `${REPOSITORY}:34.04.145` });

  test("that isn't configured is unprotected, and the remedy names DEFENDER_IMAGES", async () => {
    const { tasks } = await jsonOf(web(copy));
    expect(tasks).toMatchObject([
      {
        verdict: "unprotected",
        reason: `web:1 is not a protected task definition: container TwistlockDefender, image: expected a Defender image, …/twistlock/defender:defender_MM_mm_bbb, from registry-auth.twistlock.com or registry.twistlock.com or registry-auth.local.invalid (another registry of your own: DEFENDER_REGISTRY; a copy under another name: DEFENDER_IMAGES), got "${REPOSITORY}:34.04.145".`,
        remedy:
          "If that image is your copy of the Defender's, name it in DEFENDER_IMAGES. Otherwise put the task definition web under runtime defense with this project, deploy it, then update the service web.",
      },
    ]);
  });

  test.each([
    ["its repository", REPOSITORY],
    ["the image itself", `${REPOSITORY}:34.04.145`],
    ["several", `registry.example.com:5000/defender, ${REPOSITORY}`],
  ])("is a Defender if DEFENDER_IMAGES names %s, with the version that the Console lists", async (_, images) => {
    const { tasks } = await jsonOf(web(copy), { DEFENDER_IMAGES: images });
    expect(tasks).toMatchObject([
      {
        verdict: "protected",
        reason: "Every container is wrapped, and the Defender 34.04.145 is healthy and connected.",
      },
    ]);
  });

  test("is outdated when the Console lists an older Defender of the family", async () => {
    const { tasks } = await jsonOf(web(copy, {}, { version: "34.03.138" }), { DEFENDER_IMAGES: REPOSITORY });
    expect(tasks).toMatchObject([{ verdict: "outdated-defender" }]);
    expect(tasks[0].reason).toContain("The Defender is 34.03.138, older than the Console, 34.04.145.");
  });

  test.each([[["34.03.138", "34.04.145"]], [["34.04.145", "34.03.138"]]])(
    "has the oldest version of those that the Console lists for its family: %j",
    async (versions) => {
      const defenders = versions.map((version) => ({ family: "web", count: 1, connected: true, version }));
      const { tasks } = await jsonOf({ ...web(copy, { count: 2 }), defenders }, { DEFENDER_IMAGES: REPOSITORY });
      expect(tasks[0].reason).toContain("The Defender is 34.03.138, older than the Console, 34.04.145.");
    },
  );

  test("is not up to date when the Console doesn't say its version", async () => {
    const { tasks } = await jsonOf(web(copy, {}, { version: "" }), { DEFENDER_IMAGES: REPOSITORY });
    expect(tasks).toMatchObject([
      {
        verdict: "outdated-defender",
        reason: "The Defender's version is not known: neither its image's tag nor the Console says it.",
      },
    ]);
  });

  test("with another tag than DEFENDER_IMAGES names is unprotected", async () => {
    const { tasks } = await jsonOf(web(copy), { DEFENDER_IMAGES: `${REPOSITORY}:34.04.146` });
    expect(tasks).toMatchObject([{ verdict: "unprotected" }]);
  });

  test("gets the remedy for an unprotected task if more than the image deviates", async () => {
    const made = { image: `${REPOSITORY}:1`, consoleAddress: "other.example.com" };
    const { tasks } = await jsonOf(web(protectedBy("web", made)));
    expect(tasks[0].remedy).toMatch(/^Put the task definition web under runtime defense/);
  });
});

test("a notice says that more Defenders are connected than tasks were read", async () => {
  const { stderr, stdout } = await runStatus(web(protectedBy("web"), {}, { count: 3 }));
  expect(stdout).toContain("1 of 1 running tasks protected (100 %)");
  expect(stderr).toBe(
    "Family web: 3 Defenders are connected, but these clusters run only 1. Others run elsewhere, or have just stopped. The Console doesn't say which tasks the connected ones belong to.\n",
  );
});

describe("a Console that answers null has no Defenders", () => {
  test("nothing is connected", async () => {
    const { tasks } = await jsonOf({ ...web(protectedBy("web")), defenders: [] });
    expect(tasks).toMatchObject([{ verdict: "not-connected" }]);
  });
});

const FLEET: Scenario = {
  registered: [protectedBy("web"), bare("api"), protectedBy("api"), protectedBy("job", { leftOut: ["helper"] })],
  workloads: [
    service("web", "web:1", { count: 3 }),
    service("api", "api:1", { count: 2 }),
    { cluster: "jobs", runs: "job:1", count: 1 },
  ],
  defenders: [
    { family: "web", count: 3, connected: true },
    { family: "job", count: 1, connected: true },
  ],
};

describe("formats", () => {
  test("text has one line per service, and the numbers", async () => {
    const { stdout } = await runStatus(FLEET, ["--all-clusters"]);
    expect(stdout.split("\n")).toEqual([
      "jobs/(no service)           0 of 1 protected, 1 left out: Not under runtime defense: helper. Remove them from runtimeDefense.exclude of the task's file, unless you leave them out on purpose.",
      "prisma-runtime-cluster/api  0 of 2 protected, 2 unprotected: api:1 is not a protected task definition: container TwistlockDefender: expected one, got none. (1 more) api:2 is protected: update the service api.",
      "prisma-runtime-cluster/web  3 of 3 protected",
      "",
      "Others      2 unprotected, 1 left out",
      "Containers  7 of 12 protected",
      expect.stringMatching(/^Read {8}AWS at 20\S+Z, the Console at 20\S+Z$/),
      "Coverage    3 of 6 running tasks protected (50 %)",
      "",
    ]);
  });

  test("text keeps within a terminal's width, beside the services' names", async () => {
    const terminal = { isTTY: true, columns: 70 };
    const { stdout } = await runStatus(FLEET, ["--all-clusters"], { NO_COLOR: "1" }, terminal);
    expect(stdout.split("\n").slice(4)).toEqual([
      "prisma-runtime-cluster/api  0 of 2 protected, 2 unprotected: api:1 is",
      "                            not a protected task definition: container",
      "                            TwistlockDefender: expected one, got none.",
      "                            (1 more) api:2 is protected: update the",
      "                            service api.",
      "prisma-runtime-cluster/web  3 of 3 protected",
      "",
      "Others      2 unprotected, 1 left out",
      "Containers  7 of 12 protected",
      expect.stringMatching(/^Read {8}AWS at 20\S+Z, the Console at$/),
      expect.stringMatching(/^ {12}20\S+Z$/),
      "Coverage    3 of 6 running tasks protected (50 %)",
      "",
    ]);
  });

  test("text gives a long name a line of its own on a terminal", async () => {
    const long = { ...service("payment-gateway", "api:1"), cluster: "production-cluster-eu-west-1" };
    const terminal = { isTTY: true, columns: 70 };
    const fleet = { registered: [bare("api")], workloads: [long] };
    const { stdout } = await runStatus(fleet, ["--all-clusters"], { NO_COLOR: "1" }, terminal);
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      "production-cluster-eu-west-1/payment-gateway",
      "                                          0 of 1 protected, 1",
      "                                          unprotected: api:1 is not a",
    ]);
  });

  test("text has the reason of a service's worst task", async () => {
    const { stdout } = await runStatus({
      registered: [protectedBy("web"), bare("web")],
      workloads: [service("web", "web:1"), service("web", "web:2"), service("web", "web:1")],
      defenders: [{ family: "web", count: 2, connected: true }],
    });
    expect(stdout).toMatch(/^\S+\/web {2}2 of 3 protected, 1 unprotected: web:2 is not a protected task definition: /);
  });

  test("JSON counts per cluster, service and family", async () => {
    const { stdout } = await runStatus(FLEET, ["--all-clusters", "--format", "json"]);
    const { summary } = JSON.parse(stdout);
    expect(summary).toMatchObject({ tasks: 6, protected: 3, percent: 50, containers: 12, protectedContainers: 7 });
    expect(summary.clusters).toMatchObject([{ tasks: 1 }, { tasks: 5, protected: 3, percent: 60 }]);
    expect(summary.services).toMatchObject([{ service: null }, { service: "api", protected: 0 }, { service: "web" }]);
    expect(summary.families).toMatchObject([{ family: "api" }, { family: "job" }, { family: "web", percent: 100 }]);
  });

  test("Markdown has the share, a picture, the services, and what to do", async () => {
    const { stdout } = await runStatus(FLEET, ["--all-clusters", "--format", "markdown"]);
    expect(stdout.replace(/20[\dT:.-]+Z/g, "TIME")).toMatchSnapshot();
  });

  test("Markdown has 300 services at most, and counts the others", async () => {
    const workloads = Array.from({ length: 302 }, (_, index) => service(`web-${index}`, "web:1"));
    const { stdout } = await runStatus({ registered: [bare("web")], workloads }, ["--format", "markdown"]);
    expect(stdout.match(/^\| \S+ \| web-/gm)).toHaveLength(300);
    expect(stdout).toContain("\n\n2 more: see --format json.\n\n");
  });

  test("JUnit has a case per task; what was left out is skipped", async () => {
    const { stdout } = await runStatus(FLEET, ["--all-clusters", "--format", "junit"]);
    expect(stdout).toContain('<testsuite name="status" tests="6" failures="2" errors="0" skipped="1">');
    expect(stdout.match(/<testcase /g)).toHaveLength(6);
    expect(stdout.match(/<failure /g)).toHaveLength(2);
    expect(stdout.match(/<skipped /g)).toHaveLength(1);
    expect(stdout).toContain('classname="prisma-runtime-cluster.web"');
    expect(stdout).toContain('classname="jobs.(no service)"');
    expect(stdout).toContain('type="unprotected">api:2 is protected: update the service api.</failure>');
  });
});

test("1,040 tasks in 40 services take one line per service, and only the calls that batches of 100 need", async () => {
  const families = Array.from({ length: 40 }, (_, index) => `family-${index}`);
  const { stdout, calls, asked } = await runStatus({
    registered: families.map((family) => protectedBy(family)),
    workloads: families.map((family) => service(family, `${family}:1`, { count: 26 })),
    defenders: families.map((family) => ({ family, count: 26, connected: true })),
  });
  expect(stdout).toContain("1040 of 1040 running tasks protected (100 %)");
  expect(stdout.match(/26 of 26 protected$/gm)).toHaveLength(40);
  const counts = Object.fromEntries(
    [...new Set(calls)].map((one) => [one, calls.filter((call) => call === one).length]),
  );
  expect(counts).toEqual({
    DescribeClusters: 1,
    ListTasks: 12,
    DescribeTasks: 11,
    DescribeServices: 4,
    DescribeTaskDefinition: 40,
  });
  // Fifty per page, and pages overlap by one.
  expect(asked).toBeLessThanOrEqual(26);
});

describe("which clusters", () => {
  test("without --cluster it is the stack's, by its name", async () => {
    expect((await runStatus(FLEET)).stdout).toContain("3 of 5 running tasks protected (60 %)");
  });

  test("or the one of ECS_CLUSTER", async () => {
    const { stdout } = await runStatus(FLEET, [], { ECS_CLUSTER: "jobs" });
    expect(stdout).toContain("0 of 1 running tasks protected (0 %)");
  });

  test("several by --cluster", async () => {
    const { stdout } = await runStatus(FLEET, ["--cluster", "jobs", "--cluster", CLUSTER]);
    expect(stdout).toContain("3 of 6 running tasks protected (50 %)");
  });

  test("an empty cluster counts as 100 %, and a notice says that nothing runs", async () => {
    const { stdout, stderr, status: exit } = await runStatus({}, ["--fail-under", "100"]);
    expect(stdout).toContain("0 of 0 running tasks protected (100 %)");
    expect(stderr).toBe(
      "No Fargate task runs in the clusters that were read, so 100 % means only that nothing is unprotected.\n",
    );
    expect(exit).toBe(0);
  });
});

test("without AWS_REGION, the region is that of the AWS profile", async () => {
  await localEcs({ registered: [], workloads: [], region: "us-east-1", emptyClusters: [CLUSTER] });
  const file = join(newFolder(), "config");
  writeFileSync(file, "[default]\nregion = us-east-1\n");
  delete process.env.AWS_REGION;
  process.env.AWS_CONFIG_FILE = file;
  const { problems } = await invoke(status, [], variablesFor(await start()));
  expect(problems).toEqual([]);
});

describe("--fail-under", () => {
  test.each([
    ["50", 0],
    ["50.1", 1],
    ["100", 1],
  ])("%s of 50 percent ends with %i", async (percent, exit) => {
    const { status: got, stderr } = await runStatus(FLEET, ["--all-clusters", "--fail-under", percent]);
    expect(got).toBe(exit);
    const sentence = `3 of 6 running tasks protected (50 %), and --fail-under asks for ${percent} %.\n`;
    expect(stderr).toBe(exit === 1 ? sentence : "");
  });
});

describe("refusals", () => {
  afterEach(() => jest.restoreAllMocks());

  test.each([
    [["--fail-under", "most"], '--fail-under must be a number from 0 to 100, got "most".'],
    [["--fail-under", ""], '--fail-under must be a number from 0 to 100, got "".'],
    [["--fail-under", "101"], '--fail-under must be a number from 0 to 100, got "101".'],
    [["--all-clusters", "--cluster", "a"], "--all-clusters and --cluster exclude each other. Leave one of them out."],
    [
      ["--cluster", "a b"],
      '--cluster must be a cluster\'s name or its ARN, arn:aws:ecs:REGION:ACCOUNT:cluster/NAME, got "a b".',
    ],
    [["--cluster", "mian"], 'There is no cluster "mian" in eu-west-1.'],
  ])("%j", async (args, sentence) => {
    const { problems, stdout } = await runStatus(FLEET, args);
    expect(problems.join("\n")).toContain(sentence);
    expect(stdout).toBe("");
  });

  test("an AWS_DEFAULT_REGION that the run would not read", async () => {
    const environment = { AWS_REGION: "", AWS_DEFAULT_REGION: "us-east-1" };
    const { problems, stdout, calls } = await runStatus(FLEET, ["--all-clusters"], environment);
    expect(problems).toEqual([
      'AWS_DEFAULT_REGION is "us-east-1", but this project reads only AWS_REGION (default eu-west-1). Set AWS_REGION.',
    ]);
    expect({ stdout, calls }).toEqual({ stdout: "", calls: [] });
  });

  test("AWS whose pages don't end: nothing is counted", async () => {
    let endTheRun = () => {};
    jest.spyOn(systemClock, "after").mockImplementation((milliseconds, callback) => {
      if (milliseconds !== 300_000) return () => {};
      endTheRun = callback;
      return () => {
        endTheRun = () => {};
      };
    });
    const intercept = onAction("ListClusters", (call) => {
      if (call === 50) endTheRun();
      return Response.json({ clusterArns: [], ...(call < 100 && { nextToken: String(call) }) });
    });
    const environment = { TL_TIMEOUT_MS: "10000" };
    const { problems, stdout } = await runStatus({ ecs: { intercept } }, ["--all-clusters"], environment);
    expect(problems).toEqual([
      "The run took longer than 300 seconds. Look at the Console and at AWS, or raise TL_TIMEOUT_MS.",
    ]);
    expect(stdout).toBe("");
  });

  test("AWS that denies a call in the middle: nothing is counted", async () => {
    const intercept = onAction("DescribeTaskDefinition", () => refusal("AccessDeniedException", "not authorized"));
    const { problems, stdout } = await runStatus({ ...FLEET, ecs: { intercept } });
    expect(problems).toEqual([expect.stringContaining("AWS does not allow ecs:DescribeTaskDefinition")]);
    expect(stdout).toBe("");
  });

  test("a Console that denies its list: nothing is counted", async () => {
    const { problems, stdout } = await runStatus({
      ...FLEET,
      local: {
        intercept: async (c, next) => (c.req.path.endsWith("/defenders") ? c.json({ err: "forbidden" }, 403) : next()),
      },
    });
    expect(problems).toEqual([expect.stringContaining("defenders")]);
    expect(stdout).toBe("");
  });

  test("no credentials", async () => {
    await localEcs({ registered: [], workloads: [] });
    const console = await start();
    setVariables({ ...CREDENTIALS, AWS_ACCESS_KEY_ID: "" });
    const { problems } = await invoke(status, [], variablesFor(console));
    expect(problems).toEqual([expect.stringContaining("No AWS credentials")]);
  });
});
