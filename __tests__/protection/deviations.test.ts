import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";

import { runCommand } from "../../lib/commands/commands";
import { synth } from "../../lib/commands/synth";
import { ProofError } from "../../lib/errors";
import { isJsonArray, type JsonObject } from "../../lib/json";
import { DEFENDER_REGISTRY } from "../../local-console/defender";
import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { type Answer, DEVIATIONS, ORIGINAL, part } from "./deviations";
import { CONSOLE_ADDRESS } from "./facts";

const PREFIX = "the Console's answer is not the protected task: ";

let console: LocalConsole;
let token = "";
let change: (answer: unknown, sent: unknown) => unknown = (answer) => answer;
let folder: string;

beforeAll(async () => {
  console = await startLocalConsole({
    intercept: async (c, next) => {
      const sent: unknown = c.req.path.endsWith("/fargate.json") ? await c.req.raw.clone().json() : null;
      await next();
      token = c.req.header("authorization")?.replace("Bearer ", "") ?? token;
      if (sent === null) return;
      const answer = change(await c.res.json(), sent);
      c.res = undefined;
      c.res = Response.json(answer);
    },
  });
});
afterAll(() => console.close());
beforeEach(async () => {
  change = (answer) => answer;
  folder = await mkdtemp(join(tmpdir(), "deviations-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The problems of the whole command, without their common prefix; empty when it succeeds. */
async function problemsOfSynth(task: JsonObject): Promise<readonly string[]> {
  const file = join(folder, "task.json");
  const output = join(folder, "cdktf.out");
  await writeFile(file, JSON.stringify(task));
  await mkdir(output);
  await writeFile(join(output, "manifest.json"), "{}"); // output of an earlier run
  const invocation = {
    environment: {
      TL_CONSOLE: console.url,
      TL_USER: console.user,
      TL_PASS: console.password,
      DEFENDER_REGISTRY,
      // The proof doesn't use this one.
      DEFENDER_IMAGES: "evil.example.com/twistlock/defender",
      TL_CONSOLE_ADDRESS: CONSOLE_ADDRESS,
      TL_RETRY_DELAY_MS: "1",
      TASK_DEFINITION_PATH: file,
      CDKTF_OUTDIR: output,
    },
    projectFolder: folder,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    signal: new AbortController().signal,
  };
  try {
    await runCommand(synth, [], invocation);
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    expect(existsSync(output)).toBe(false);
    return error.sentences.map((problem) => problem.replace("task.json: ", "").replace(PREFIX, ""));
  }
  expect(existsSync(join(output, "stacks", "prisma-runtime-defense", "cdk.tf.json"))).toBe(true);
  return [];
}

function parts(answer: unknown): Answer {
  const task = part(answer);
  const [app, worker, sidecar] = isJsonArray(task.containerDefinitions) ? task.containerDefinitions.map(part) : [];
  if (!app || !worker || !sidecar) throw new Error("The local Console answers with three containers.");
  return { task, app, worker, sidecar };
}

test("a task that the Console protects as documented is synthesized", async () => {
  expect(await problemsOfSynth(ORIGINAL)).toEqual([]);
});

test.each(Object.entries(DEVIATIONS))(
  "an answer is refused when %s",
  async (_, { alter, problems, runtimeDefense }) => {
    change = (answer) => {
      alter(parts(answer));
      return answer;
    };
    const found = await problemsOfSynth({ ...ORIGINAL, ...(runtimeDefense && { runtimeDefense }) });
    expect(found).toEqual(problems);
    expect(found.join("\n")).not.toMatch(/hidden|eyJ|tw_local/);
  },
);

test("the first 50 of many deviations are named, and the others are counted", async () => {
  change = (answer) => {
    const { app } = parts(answer);
    for (let index = 0; index < 100_000; index++) app[`key${index}`] = index;
    return answer;
  };
  const problems = await problemsOfSynth(ORIGINAL);
  expect(problems).toHaveLength(51);
  expect(problems[49]).toBe("container app, key49: expected none, got 49.");
  expect(problems[50]).toBe("99950 more deviations.");
});

test.each([
  ["the password", () => console.password],
  ["the password in base64", () => Buffer.from(`xx${console.password}`).toString("base64")],
  ["the token", () => token],
])("an answer that holds %s in an accepted variable is refused", async (_, secret) => {
  change = (answer) => {
    const { app } = parts(answer);
    const environment = isJsonArray(app.environment) ? app.environment : [];
    app.environment = [...environment, { name: "NEW", value: `before ${secret()} behind` }];
    return answer;
  };
  const problems = await problemsOfSynth({ ...ORIGINAL, runtimeDefense: { accept: ["environment:NEW"] } });
  expect(problems).toEqual(["task definition: expected neither TL_PASS nor a token in it, got one of them."]);
});

test("a task whose file holds the password isn't even sent", async () => {
  const [app] = ORIGINAL.containerDefinitions;
  const environment = [{ name: "TL_PASS", value: console.password }];
  const task = { ...ORIGINAL, containerDefinitions: [{ ...app, dependsOn: [], volumesFrom: [], environment }] };
  const earlier = console.requests.length;
  await expect(problemsOfSynth(task)).rejects.toThrow(
    /task\.json: holds the value of TL_PASS\. Remove it: it would be deployed, and stored in Terraform's state\.$/,
  );
  const paths = console.requests.slice(earlier).map(({ path }) => path);
  expect(paths).toContain("/api/v1/authenticate");
  expect(paths.filter((path) => path.endsWith("/fargate.json"))).toEqual([]);
});

test("an answer that is the unprotected task definition is refused", async () => {
  change = (_, sent) => sent;
  const problems = await problemsOfSynth(ORIGINAL);
  expect(problems).toContain("container TwistlockDefender: expected one, got none.");
  expect(problems.filter((problem) => problem.includes("entryPoint: expected to begin with"))).toHaveLength(2);
});

test.each([
  ["nothing", [], "[]"],
  ["an empty word", [""], '[""]'],
  [
    "the wrapper once more",
    ["/var/lib/twistlock/fargate/defender", "fargate"],
    '["/var/lib/twistlock/fargate/defender","fargate"]',
  ],
])("an entry point that the Console extracts is refused when %s follows the wrapper", async (_, words, shown) => {
  change = (answer) => {
    const { worker } = parts(answer);
    worker.entryPoint = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint", ...words];
    return answer;
  };
  const [app] = ORIGINAL.containerDefinitions;
  const containerDefinitions = [{ ...app }, { name: "worker", image: "nginx:1.27" }];
  expect(
    await problemsOfSynth({ ...ORIGINAL, containerDefinitions, runtimeDefense: { entryPoint: { extract: true } } }),
  ).toEqual([`container worker, entryPoint: expected the image's entry point behind the wrapper, got ${shown}.`]);
});

const HARMLESS: Readonly<Record<string, { alter: (answer: Answer) => void; runtimeDefense?: JsonObject }>> = {
  "the wrapper and the condition of older Consoles": {
    alter: ({ app, worker }) => {
      for (const container of [app, worker]) {
        const [, ...words] = isJsonArray(container.entryPoint) ? container.entryPoint : [];
        container.entryPoint = ["/var/lib/twistlock/fargate/fargate_defender.sh", ...words];
      }
      worker.dependsOn = [{ containerName: "TwistlockDefender", condition: "START" }];
    },
  },
  "nulls and empty lists": {
    alter: ({ task, app, sidecar }) => {
      Object.assign(task, { pidMode: null, placementConstraints: [], proxyConfiguration: {} });
      Object.assign(app, { privileged: null, ulimits: [], systemControls: null });
      Object.assign(sidecar, { command: null, mountPoints: [], logConfiguration: null });
    },
  },
  "another order of keys, containers and variables": {
    alter: ({ task, app }) => {
      const reversed = Object.entries(app).reverse();
      for (const [key] of reversed) delete app[key];
      Object.assign(app, Object.fromEntries(reversed));
      for (const [part, key] of [
        [app, "environment"],
        [app, "dependsOn"],
        [task, "containerDefinitions"],
      ] as const) {
        part[key] = isJsonArray(part[key]) ? [...part[key]].reverse() : null;
      }
    },
  },
  "only the variables of older Consoles": {
    alter: ({ app, worker, sidecar }) => {
      for (const container of [app, worker, sidecar]) {
        const environment = isJsonArray(container.environment) ? container.environment.map(part) : [];
        container.environment = environment.filter(({ name }) => {
          return !["TW_IMAGE_NAME", "DEFENDER_TYPE", "FILESYSTEM_MONITORING", "FIPS_ENABLED"].includes(String(name));
        });
      }
    },
  },
  "a variable that is accepted by name": {
    alter: ({ app, sidecar }) => {
      for (const container of [app, sidecar]) {
        const environment = isJsonArray(container.environment) ? container.environment : [];
        container.environment = [...environment, { name: "NEW_CONSOLE_SETTING", value: "any" }];
      }
    },
    runtimeDefense: { accept: ["environment:NEW_CONSOLE_SETTING"] },
  },
  "a variable that is accepted with its value": {
    alter: ({ app }) => {
      const environment = isJsonArray(app.environment) ? app.environment : [];
      app.environment = [...environment, { name: "NEW", value: "one=two" }];
    },
    runtimeDefense: { accept: ["environment:NEW=one=two"] },
  },
  "capabilities in another order, and named twice": {
    alter: ({ app }) => {
      const capabilities = { add: ["SYS_PTRACE", "NET_ADMIN", "SYS_PTRACE"], drop: ["MKNOD", "MKNOD"] };
      app.linuxParameters = { capabilities, initProcessEnabled: true };
    },
  },
  "an old Console's sidecar, without a health check and waited for only with START": {
    alter: ({ app, worker, sidecar }) => {
      delete sidecar.healthCheck;
      worker.dependsOn = [{ containerName: "TwistlockDefender", condition: "START" }];
      app.dependsOn = [
        { containerName: "worker", condition: "START" },
        { containerName: "TwistlockDefender", condition: "START" },
      ];
    },
  },
  "a health check at its bounds": {
    alter: ({ sidecar }) => {
      sidecar.healthCheck = { ...part(sidecar.healthCheck), interval: 300, retries: 1, startPeriod: 0, timeout: 60 };
    },
  },
  "an install bundle as long as Secrets Manager keeps": {
    alter: ({ sidecar }) => {
      const environment = isJsonArray(sidecar.environment) ? sidecar.environment.map(part) : [];
      const value = Buffer.from(JSON.stringify({ a: "a".repeat(49_144) })).toString("base64");
      sidecar.environment = environment.map((entry) => (entry.name === "INSTALL_BUNDLE" ? { ...entry, value } : entry));
    },
  },
  "a Defender without logs": { alter: ({ sidecar }) => void delete sidecar.logConfiguration },
  "a Defender that dials without a port": {
    alter: ({ sidecar }) => {
      const environment = isJsonArray(sidecar.environment) ? sidecar.environment.map(part) : [];
      sidecar.environment = environment.map((entry) =>
        entry.name === "WS_ADDRESS" ? { ...entry, value: "wss://CONSOLE.example.com" } : entry,
      );
    },
  },
  "a Defender from Palo Alto Networks' own registry": {
    alter: ({ sidecar }) => {
      sidecar.image = "registry-auth.twistlock.com/tw_abcdef0123456789/twistlock/defender:defender_34_04_145";
    },
  },
};

test.each(Object.entries(HARMLESS))("an answer passes with %s", async (_, { alter, runtimeDefense }) => {
  change = (answer) => {
    alter(parts(answer));
    return answer;
  };
  expect(await problemsOfSynth({ ...ORIGINAL, ...(runtimeDefense && { runtimeDefense }) })).toEqual([]);
});
