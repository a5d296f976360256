import { existsSync } from "node:fs";
import { join } from "node:path";

import { getRequestListener } from "@hono/node-server";
import pMap from "p-map";

import { consoleApi } from "../../local-console/api";
import { DEFENDER_REGISTRY } from "../../local-console/defender";
import { type CallName, type ConsoleFault, FAULTS } from "../console/faults";
import { startFaultyConsole } from "../console/faulty-console";
import { EXAMPLE, filesIn, type Run, run, temporaryFolders } from "../entry";
import { spellings } from "../text/spellings";

// The whole fault table runs against the client alone; these rows check what the entry point makes of the outcomes.
const ROWS: readonly (readonly [CallName, ...string[]])[] = [
  [
    "authenticate",
    "HTTP 503 once",
    "HTTP 429 always",
    "refused from here on",
    "silence always",
    "HTTP 401 once",
    "redirect to another host",
    "HTTP 200, the Console's own page",
    "an empty answer",
    "an err that echoes password and token",
  ],
  [
    "version",
    "HTTP 401 once",
    "reset once before an answer",
    "HTTP 404, empty",
    "null",
    "something that is not HTTP",
    "a trouble that echoes password and token, always",
  ],
  [
    "defenders/fargate.json",
    "HTTP 500 three times, empty",
    "HTTP 401 always",
    "reset once in the body",
    "a chunked body without its end, always",
    "a body that gushes without end",
    "JSON cut off, its length right",
    "an err with pipeline commands",
  ],
  ["defenders/install-bundle", "HTTP 401 once", "HTTP 403", "the right keys with wrong values"],
];

const CASES = ROWS.flatMap(([call, ...names]) => names.map((name) => ({ call, name })));
const PASSWORD = 'pass "4711" wörd/+';
const BUNDLE = Buffer.from(JSON.stringify({ customerID: "made up", apiKey: "k".repeat(40) })).toString("base64");

const newFolder = temporaryFolders();

test("each fault at one of the calls is recovered from, or ends with status 1, one clear line and no files", async () => {
  const results = await pMap(CASES, strike, { concurrency: 3 });
  for (const { title, outcome, result, folder, tokens } of results) {
    const recovered = outcome === "recovered";
    expect({ title, status: result.status }).toEqual({ title, status: recovered ? 0 : 1 });
    if (outcome === "recovered") expect({ title, stderr: result.stderr }).toEqual({ title, stderr: "" });
    else expect({ title, stderr: result.stderr }).toEqual({ title, stderr: expect.stringContaining(outcome.says) });
    if (!recovered) expect(result.stderr).toMatch(/^[^\n]+\n$/);
    const isSynth = !title.endsWith("install-bundle");
    expect({ title, manifest: existsSync(join(folder, "cdktf.out/manifest.json")) }).toEqual({
      title,
      manifest: recovered && isSynth,
    });
    if (!recovered) expect({ title, files: filesIn(folder) }).toEqual({ title, files: [] });
    // install-bundle prints the bundle on purpose.
    const secrets = [PASSWORD, ...tokens, ...(isSynth ? [BUNDLE] : [])].flatMap(spellings);
    expect(secrets.filter((secret) => (result.stdout + result.stderr).includes(secret))).toEqual([]);
    expect(result.stdout + result.stderr).not.toMatch(/##(vso)?\[/i);
  }
  expect(results.filter(({ outcome }) => outcome === "recovered").length).toBeGreaterThanOrEqual(5);
});

type Struck = {
  readonly title: string;
  readonly outcome: ConsoleFault["outcome"];
  readonly result: Run;
  readonly folder: string;
  readonly tokens: readonly string[];
};

async function strike({ call, name }: (typeof CASES)[number]): Promise<Struck> {
  const fault = FAULTS.find((candidate) => candidate.name === name);
  if (!fault) throw new Error(`There is no fault named ${name}.`);
  const tokens: string[] = [];
  const api = consoleApi({
    host: "127.0.0.1",
    tenantPath: "",
    user: "access-key",
    password: PASSWORD,
    latencyMs: 0,
    version: "34.04.145",
    installBundle: BUNDLE,
    defenders: () => [],
    intercept: async (c, next) => {
      const token = c.req.header("authorization")?.replace("Bearer ", "");
      if (token) tokens.push(token);
      return next();
    },
    onRequest: () => undefined,
  });
  const listener = getRequestListener(api.fetch);
  const server = await startFaultyConsole(fault, call, (request, response) => void listener(request, response), [
    PASSWORD,
  ]);
  const folder = newFolder();
  const result = await run([call === "defenders/install-bundle" ? "install-bundle" : "synth"], {
    folder,
    environment: {
      TL_CONSOLE: server.url,
      TL_USER: "access-key",
      TL_PASS: PASSWORD,
      DEFENDER_REGISTRY,
      TL_CONSOLE_ADDRESS: "defenders.example.com",
      TASK_DEFINITION_PATH: EXAMPLE,
      ...(fault.isEndless && { TL_TIMEOUT_MS: "250" }),
    },
  });
  await server.close();
  const outcome = fault.except?.[call]?.outcome ?? fault.outcome;
  return { title: `${name} at ${call}`, outcome, result, folder, tokens };
}
