import fc from "fast-check";

import { parseTask } from "../../lib/task/parse-task";
import { CONTAINER, run, TASK } from "./read";

type Draft = { task: Record<string, unknown>; app: Record<string, unknown>; web: Record<string, unknown> };

/** Mistakes at different places, each with the one problem that it causes alone. */
const WRONG: readonly (readonly [problem: RegExp, make: (draft: Draft) => void])[] = [
  [/^family: must be text/, ({ task }) => (task.family = 1)],
  [/^executionRoleArn: must be a role's full ARN/, ({ task }) => (task.executionRoleArn = "role")],
  [/^networkMode: must be awsvpc/, ({ task }) => (task.networkMode = "host")],
  [/^tags: must be a list/, ({ task }) => (task.tags = "a")],
  [/^Tags: is not a known key/, ({ task }) => (task.Tags = [])],
  [/^cpu: must be CPU units/, ({ task }) => (task.cpu = "1 cpu")],
  [/^memory: must be MiB/, ({ task }) => (task.memory = "1 mb")],
  [/^volumes\[data\]\.host: must be an object/, ({ task }) => (task.volumes = [{ name: "data", host: "a" }])],
  [/^ipcMode: must be host/, ({ task }) => (task.ipcMode = "x")],
  [/^containerDefinitions\[app\]\.image: must be text/, ({ app }) => (app.image = 1)],
  [/^containerDefinitions\[app\]\.entryPoint: must be a list/, ({ app }) => (app.entryPoint = "/app")],
  [/^containerDefinitions\[app\]\.links: doesn't work on Fargate/, ({ app }) => (app.links = ["web"])],
  [/^containerDefinitions\[app\]\.memory: must be a number/, ({ app }) => (app.memory = "100")],
  [/^containerDefinitions\[app\]\.secrets: must be a list/, ({ app }) => (app.secrets = "S")],
  [
    /^containerDefinitions\[app\]\.environment\[WS_ADDRESS\]: WS_ADDRESS is a variable/,
    ({ app }) => (app.environment = [{ name: "WS_ADDRESS", value: "a" }]),
  ],
  [/^containerDefinitions\[web\]: has no entryPoint/, ({ web }) => delete web.entryPoint],
  [/^containerDefinitions\[web\]\.comand: is not a known key/, ({ web }) => (web.comand = null)],
  [
    /^containerDefinitions\[web\]\.dependsOn\[0\]: there is no container "db"/,
    ({ web }) => (web.dependsOn = [{ containerName: "db", condition: "START" }]),
  ],
  [
    /^containerDefinitions\[web\]\.mountPoints\[0\]: ".*" would hide the Defender/,
    ({ web }) => (web.mountPoints = [{ containerPath: "/var/lib/twistlock" }]),
  ],
  [
    /^containerDefinitions\[web\]\.portMappings\[0\]: hostPort 1 differs/,
    ({ web }) => (web.portMappings = [{ containerPort: 2, hostPort: 1 }]),
  ],
  [
    /^containerDefinitions\[web\]\.healthCheck\.retries: must be from 1 to 10/,
    ({ web }) => (web.healthCheck = { command: ["CMD"], retries: 11 }),
  ],
  [
    /^containerDefinitions\[web\]\.logConfiguration\.options\.region: has the placeholder/,
    ({ web }) => (web.logConfiguration = { logDriver: "splunk", options: { region: "{{x}}" } }),
  ],
];

function problemsWith(wrong: readonly (typeof WRONG)[number][]): readonly string[] {
  const app = { ...CONTAINER };
  const web = { ...CONTAINER, name: "web" };
  const runtimeDefense = { entryPoint: { lookUp: false } };
  const task = { ...TASK, containerDefinitions: [app, web], runtimeDefense };
  for (const [, make] of wrong) make({ task, app, web });
  const { findings } = run(parseTask(JSON.parse(JSON.stringify(task)), { defaults: {}, images: new Map() }), task);
  return findings.filter(({ kind }) => kind === "problem").map(({ text }) => text);
}

test.each(WRONG)("a single mistake gives exactly one problem: %s", (problem, make) => {
  expect(problemsWith([[problem, make]])).toEqual([expect.stringMatching(problem)]);
});

test("mistakes at several places are all found in one run, and nothing else", () => {
  fc.assert(
    fc.property(fc.subarray([...WRONG]), (wrong) => {
      const found = problemsWith(wrong);
      for (const [problem] of wrong) expect(found.filter((text) => problem.test(text))).toHaveLength(1);
      expect(found).toHaveLength(wrong.length);
    }),
    { numRuns: 500 },
  );
});
