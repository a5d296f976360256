import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { MiddlewareHandler } from "hono";

import { COMMANDS, type CommandName, loadCommand, runCommand } from "../../lib/commands/commands";
import { printFailure } from "../../lib/commands/failure";
import type { Environment } from "../../lib/settings/environment";
import { maskSecretsOf } from "../../lib/settings/secrets";
import { VARIABLES } from "../../lib/settings/settings";
import { Secret } from "../../lib/text/secret";
import { startLocalConsole } from "../../local-console/server";
import { filesIn, temporaryFolders, variablesFor } from "../entry";
import { spellings } from "../text/spellings";
import { invocationIn } from "./invoke";
import { STACK } from "./registered";
import {
  BUNDLE,
  CONTENT,
  DONE,
  FAILED,
  PARAMETER,
  PASSWORD,
  type Scene,
  SECRET_VARIABLES,
  SECRETS_IN_VARIABLES,
  USER,
} from "./scenes";

// No command writes text from outside unmasked: each secret, in each spelling, is put into everything that a command reads.

const newFolder = temporaryFolders();

const PAIR = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
const MIDDLE = BUNDLE.slice(90, 190);
const LICENCE = "tw_abcdefgh12345678";
const COMMANDS_OF_PIPELINES = "##vso[task.complete] ##[error] \n::error::x";

const SECRETS = [...SECRETS_IN_VARIABLES, MIDDLE, PARAMETER, LICENCE];
const SOUGHT = [...SECRETS.flatMap(spellings).filter((one) => !one.includes(LICENCE)), LICENCE.slice(3)];
/** Once masked, these are short enough to be shown whole. */
const HOSTILE = [
  ...[PASSWORD, PAIR, BUNDLE].map((secret) => spellings(secret).join(" ")),
  `${CONTENT} ${MIDDLE}`,
  BUNDLE.replace(/.{76}/g, "$&\r\n"),
  `r.example.com/${LICENCE}/defender ${COMMANDS_OF_PIPELINES} \u001b[31m\u202e`,
];

let lastFolder = "";

/** Makes a folder, or returns the last one again if a command left it empty. */
function emptyFolder(): string {
  if (!existsSync(lastFolder) || readdirSync(lastFolder).length > 0) lastFolder = newFolder();
  return lastFolder;
}

type Written = { readonly streams: string; readonly files: string; readonly status: number };

/** Runs a command as main.ts does, in this process; `files` is the content of its folder without the *.tfvars.json files. */
async function perform(name: string, args: readonly string[], environment: Environment): Promise<Written> {
  const folder = environment.CDKTF_OUTDIR ?? emptyFolder();
  maskSecretsOf(environment);
  const { invocation, stdout, stderr } = invocationIn({ ...environment, CDKTF_OUTDIR: folder, DEBUG: "1" });
  const command = await loadCommand(name);
  const status = await runCommand(command, args, invocation).catch(async (error: unknown) => {
    await printFailure(error, { command, args }, invocation);
    return 1;
  });
  const files = (existsSync(folder) ? filesIn(folder) : [])
    .filter((file) => !file.endsWith(".tfvars.json"))
    .map((file) => readFileSync(join(folder, file), "latin1"));
  return { streams: stdout() + stderr(), files: files.join("\n"), status };
}

function findings({ streams, files }: Written): readonly string[] {
  const text = `${streams}\n${files}`;
  return SOUGHT.filter((secret) => text.includes(secret));
}

const BASE = { TL_CONSOLE: "http://127.0.0.1:9", TL_RETRY_DELAY_MS: "1", ...SECRET_VARIABLES };

/** Runs the command in a scene, with each secret in its variable; `other` variables replace the scene's. */
function performScene(name: string, { args, environment }: Scene, other: Environment = {}): Promise<Written> {
  return perform(name, args, { ...BASE, ...environment, ...other });
}

async function expectNoSecret(name: string, scene: Scene): Promise<void> {
  const written = await performScene(name, scene);
  expect(written.streams).toContain(scene.shows);
  expect(written.status).toBe(scene.status);
  expect(findings(written)).toEqual([]);
}

const READ_ALONE = [
  ...["TL_USER", "TL_PROJECT", "TL_CA_CERT", "RUNTIME_DEFENSE_DEFAULTS"],
  ...["AWS_DEFAULT_REGION", "TERRAFORM_BINARY_NAME"],
];
const KEPT = ["TL_PASS", "TASK_DEFINITION_PATH", "DOCKER_CONFIG"];
/** Refused together, in the first step. The others would not be read any more then. */
const READ_TOGETHER = Object.keys(VARIABLES).filter((name) => ![...READ_ALONE, ...KEPT].includes(name));

/** Which of them stop each command if they hold a secret. It doesn't read the others, or only passes them on. */
const STOPPING: Readonly<Record<CommandName, readonly string[]>> = {
  synth: ["together", "TL_USER", "TL_CA_CERT", "RUNTIME_DEFENSE_DEFAULTS", "AWS_DEFAULT_REGION"],
  check: ["together", "RUNTIME_DEFENSE_DEFAULTS", "AWS_DEFAULT_REGION"],
  diff: ["together", "RUNTIME_DEFENSE_DEFAULTS", "AWS_DEFAULT_REGION"],
  protect: ["together", "TL_USER", "TL_CA_CERT", "RUNTIME_DEFENSE_DEFAULTS"],
  "install-bundle": ["together", "TL_USER", "TL_CA_CERT"],
  "check-artifact": [],
  "check-plan": ["together"],
  "check-registered": ["together", "TL_CA_CERT", "TERRAFORM_BINARY_NAME"],
  status: ["together", "TL_USER", "TL_CA_CERT"],
  destroy: ["together", "TERRAFORM_BINARY_NAME"],
  "check-state": [],
};

describe.each(Object.keys(COMMANDS) as CommandName[])("%s writes no secret", (name) => {
  test("from its arguments", async () => {
    for (const outside of HOSTILE) {
      const all = [
        [`--${outside}`],
        [outside],
        [outside, outside, outside],
        [outside, "--format", outside],
        ["--out", outside],
      ];
      for (const args of all) {
        const written = await perform(name, args, BASE);
        expect({ args, found: findings(written) }).toEqual({ args, found: [] });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not hold these
        expect(written.streams).not.toMatch(/##vso\[|##\[|^::|\u001b|\u202e/m);
      }
    }
  });

  test("from the variables that hold one, when it does its work", async () => {
    await expectNoSecret(name, await DONE[name](newFolder()));
  });

  test("from any other variable that it reads", async () => {
    const scene = await DONE[name](newFolder());
    const all = [["together", ...READ_TOGETHER], ...READ_ALONE.map((variable) => [variable, variable])];
    for (const outside of HOSTILE) {
      const stopping: string[] = [];
      for (const [title = "", ...variables] of all) {
        const other = Object.fromEntries(variables.map((variable) => [variable, outside]));
        const written = await performScene(name, scene, other);
        expect({ title, found: findings(written) }).toEqual({ title, found: [] });
        if (written.status === 1) stopping.push(title);
      }
      expect(stopping).toEqual(STOPPING[name]);
    }
  });

  test.each(["text", "github", "junit"])("from a file, in the format %s", async (format) => {
    const folder = newFolder();
    for (const [index, outside] of HOSTILE.entries()) {
      const task = {
        family: outside,
        [outside]: outside,
        containerDefinitions: [
          { name: outside, image: outside, entryPoint: [outside], [outside]: { [outside]: outside } },
        ],
        runtimeDefense: { exclude: { [outside]: outside }, [outside]: 1 },
      };
      const file = join(folder, `${index}.json`);
      writeFileSync(file, JSON.stringify(task));
      const options = [
        ["--stack", STACK, "--outputs", file],
        ["--cluster", outside],
      ];
      for (const args of [[file], [file, file], [], [folder], ...options]) {
        const environment = { ...BASE, TASK_DEFINITION_PATH: file };
        const written = await perform(name, [...args, "--format", format], environment);
        expect({ args, found: findings(written) }).toEqual({ args, found: [] });
      }
    }
  });

  test("from the name of a folder or file", async () => {
    const folder = newFolder();
    for (const outside of [LICENCE, `${PASSWORD.replaceAll("/", "%2F")}`, PAIR.replaceAll("/", "_")]) {
      mkdirSync(join(folder, outside));
      writeFileSync(join(folder, outside, `${outside}.json`), "{");
      for (const path of [join(folder, outside), join(folder, outside, `${outside}.json`)])
        expect(findings(await perform(name, [path], { ...BASE, TASK_DEFINITION_PATH: path }))).toEqual([]);
    }
  });
});

test.each(FAILED)("%s writes no secret from the variables that hold one, when %s", async (name, _, make) => {
  await expectNoSecret(name, await make(newFolder()));
});

test("there is a failing run of each command", () => {
  expect(new Set(FAILED.map(([name]) => name))).toEqual(new Set(Object.keys(COMMANDS)));
});

describe.each(["synth", "protect", "install-bundle", "status"])("%s writes no secret", (name) => {
  test.each([200, 401, 500])("from a Console that echoes all of them with HTTP %i", async (status) => {
    const tokens = new Set<string>();
    for (const [call, outside] of HOSTILE.flatMap((text) =>
      ["authenticate", "fargate.json", "install-bundle"].map((path) => [path, text] as const),
    )) {
      const intercept: MiddlewareHandler = async (c, next) => {
        const token = c.req.header("authorization")?.replace("Bearer ", "") ?? "";
        if (token) tokens.add(token);
        if (!c.req.path.endsWith(call)) return next();
        const body = {
          err: `${outside} ${token}`,
          [outside]: outside,
          containerDefinitions: [{ name: outside, [token || "x"]: outside }],
        };
        return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
      };
      const local = await startLocalConsole({ user: USER, password: PASSWORD, installBundle: BUNDLE, intercept });
      const folder = newFolder();
      try {
        const environment = {
          ...variablesFor(local),
          ...(name === "status" ? { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } : {}),
          TL_RETRY_DELAY_MS: "1",
          CDKTF_OUTDIR: join(folder, "out"),
        };
        mkdirSync(join(folder, "out"));
        const args = name === "protect" ? [environment.TASK_DEFINITION_PATH] : [];
        const written = await perform(name, args, environment);
        // On success, protect and install-bundle print the bundle on purpose.
        if (written.status === 0) continue;
        const text = written.streams + written.files;
        expect({ call, outside, found: findings(written) }).toEqual({ call, outside, found: [] });
        for (const token of tokens) expect(text).not.toContain(token);
      } finally {
        await local.close();
      }
    }
  });
});

test.each([
  ["a page's title", 401, {}, 'titled "No [redacted]"'],
  ["an address", 302, { location: "https://Sup3rSecret/77xyz" }, 'redirects to "redacted"'],
])("a secret is masked before %s is cut out of the answer", async (_, status, headers, shown) => {
  const intercept: MiddlewareHandler = async () =>
    new Response("<html><title>No Sup3rSecret<77xyz</title>", {
      status,
      headers: { "content-type": "text/html", ...headers },
    });
  const local = await startLocalConsole({ password: "Sup3rSecret/77xyz", intercept });
  try {
    new Secret("Sup3rSecret<77xyz");
    const { streams } = await perform("install-bundle", [], variablesFor(local));
    expect(streams).toContain(shown);
    expect(streams).not.toMatch(/sup3r/i);
  } finally {
    await local.close();
  }
});

test("the search finds each secret in each spelling", () => {
  for (const outside of SOUGHT) expect(findings({ streams: `a${outside}b`, files: "", status: 0 })).toContain(outside);
});
