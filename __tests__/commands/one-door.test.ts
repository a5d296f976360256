import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { MiddlewareHandler } from "hono";

import { COMMANDS, loadCommand, runCommand } from "../../lib/commands/commands";
import { printFailure } from "../../lib/commands/failure";
import type { Environment } from "../../lib/settings/environment";
import { maskSecretsOf } from "../../lib/settings/secrets";
import { Secret } from "../../lib/text/secret";
import { startLocalConsole } from "../../local-console/server";
import { filesIn, temporaryFolders, variablesFor } from "../entry";
import { spellings } from "../text/spellings";
import { invocationIn } from "./invoke";

// No command writes text from outside unmasked: each secret, in each spelling, is put into everything that a command reads.

const newFolder = temporaryFolders();

const PASSWORD = 'correct "horse" %battery/staple+';
const USER = "access-key-of-nobody";
const PAIR = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
const PARAMETER = "a-parameter-of-nobody/4c7e9a550f3e6c1d".repeat(4);
const CONTENT = JSON.stringify({ secrets: { "service-parameter": PARAMETER }, apiKey: "made up" });
const BUNDLE = Buffer.from(CONTENT).toString("base64");
const MIDDLE = BUNDLE.slice(90, 190);
const LICENCE = "tw_abcdefgh12345678";
const COMMANDS_OF_PIPELINES = "##vso[task.complete] ##[error] \n::error::x";

const SECRETS = [PASSWORD, PAIR, BUNDLE, MIDDLE, PARAMETER, LICENCE];
const SOUGHT = [...SECRETS.flatMap(spellings).filter((one) => !one.includes(LICENCE)), LICENCE.slice(3)];
/** Once masked, these are short enough to be shown whole. */
const HOSTILE = [
  ...[PASSWORD, PAIR, BUNDLE].map((secret) => spellings(secret).join(" ")),
  `${CONTENT} ${MIDDLE}`,
  BUNDLE.replace(/.{76}/g, "$&\r\n"),
  `r.example.com/${LICENCE}/defender ${COMMANDS_OF_PIPELINES} \u001b[31m\u202e`,
];

type Written = { readonly streams: string; readonly files: string; readonly status: number };

/** Runs a command as main.ts does, in this process; `files` is the content of its folder without the *.tfvars.json files. */
async function perform(name: string, args: readonly string[], environment: Environment): Promise<Written> {
  const folder = environment.CDKTF_OUTDIR ?? newFolder();
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

const BASE = {
  TL_CONSOLE: "http://127.0.0.1:9",
  TL_USER: USER,
  TL_PASS: PASSWORD,
  TL_RETRY_DELAY_MS: "1",
  INSTALL_BUNDLE: BUNDLE,
};

describe.each(Object.keys(COMMANDS))("%s writes no secret", (name) => {
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

  test("from its variables", async () => {
    for (const outside of HOSTILE.filter((text) => !text.includes("\0"))) {
      const variables = [
        "AWS_REGION",
        "STACK_NAME",
        "TL_API_VERSION",
        "TL_CONSOLE_ADDRESS",
        "CONTAINER_IMAGES",
        "IAM_PATH",
      ];
      const environment = { ...BASE, ...Object.fromEntries(variables.map((variable) => [variable, outside])) };
      const written = await perform(name, ["some", "some"], environment);
      expect(findings(written)).toEqual([]);
      expect(findings(await perform(name, [], { ...environment, TASK_DEFINITION_PATH: outside }))).toEqual([]);
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
      for (const args of [[file], [file, file], [], [folder], ["--cluster", outside]]) {
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
      const local = await startLocalConsole({ password: PASSWORD, installBundle: BUNDLE, intercept });
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
