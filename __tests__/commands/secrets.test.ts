import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import type { MiddlewareHandler } from "hono";
import pMap from "p-map";

import { startLocalConsole } from "../../local-console/server";
import { EXAMPLE, filesIn, type Run, run, temporaryFolders, variablesFor } from "../entry";
import { spellings } from "../text/spellings";

// A password that URLs, JSON and shells write differently, and a bundle as long as a real one.
const PASSWORD = "k9\"\\ä z+/&%=?!#'<>";
const BUNDLE = Buffer.from(
  JSON.stringify({
    secrets: { "service-parameter": "sought after, found nowhere ?>~".repeat(8) },
    customerID: "sought-after",
    apiKey: "found nowhere ÿÿÿ",
  }),
).toString("base64");
// Long enough to occur only in the bundle. The first piece is its beginning, which a cut text would show.
const PIECES = [0, 100, 200, 300].map((start) => BUNDLE.slice(start, start + 40));

const PROJECT = resolve(__dirname, "../..");
const newFolder = temporaryFolders();

type Scene = { readonly token: string; readonly body: string };
type Case = {
  readonly title: string;
  readonly status: 0 | 1;
  /** Runs without DEBUG=1, too: with it, other code prints the same and more. */
  readonly alsoWithoutDebug?: true;
  /** Returns a bad response in place of the Console's, if any. */
  readonly instead?: (scene: Scene, path: string) => Response | undefined;
  /** Alters the Console's good answer with the protected task. */
  readonly change?: (answer: Answer) => void;
  readonly environment?: Readonly<Record<string, string>>;
};
type Pair = { name: string; value: string };
type Answer = { [key: string]: unknown; containerDefinitions: { [key: string]: unknown; environment: Pair[] }[] };

const everySpelling = ({ token, body }: Scene) =>
  [PASSWORD, token, BUNDLE].flatMap(spellings).concat(body, `Bearer ${token}`, JSON.stringify({ PASSWORD })).join(" ");
const echo = (status: number, scene: Scene) =>
  Response.json({ err: everySpelling(scene).slice(0, 15_000) }, { status });

const CASES: readonly Case[] = [
  { title: "success", status: 0, alsoWithoutDebug: true },
  { title: "success with an existing secret", status: 0, environment: { INSTALL_BUNDLE_SECRET_ARN: secretArn() } },
  { title: "a login refused, with an echo", status: 1, instead: (scene, path) => at("authenticate", path, 401, scene) },
  {
    title: "a request refused, with an echo",
    status: 1,
    instead: (scene, path) => at("fargate.json", path, 400, scene),
  },
  {
    title: "a trouble with an echo, again and again",
    status: 1,
    instead: (scene, path) => at("version", path, 503, scene),
  },
  {
    title: "an answer of secrets",
    status: 1,
    instead: (scene, path) =>
      path.endsWith("fargate.json") ? Response.json({ [everySpelling(scene)]: 1 }) : undefined,
  },
  {
    title: "secrets in wrong places of the protected task",
    status: 1,
    alsoWithoutDebug: true,
    change: ({ containerDefinitions: [app, sidecar] }) => {
      Object.assign(app ?? {}, { image: BUNDLE, command: [PASSWORD, BUNDLE], user: PASSWORD });
      app?.environment.push({ name: "OTHER", value: BUNDLE }, { name: BUNDLE, value: PASSWORD });
      Object.assign(sidecar ?? {}, {
        image: `x/${BUNDLE}`,
        user: BUNDLE,
        secrets: [{ name: BUNDLE, valueFrom: BUNDLE }],
      });
    },
  },
  {
    title: "a bundle that isn't base64",
    status: 1,
    change: ({ containerDefinitions: [, sidecar] }) => {
      const bundle = sidecar?.environment.find(({ name }) => name === "INSTALL_BUNDLE");
      if (bundle) bundle.value = `!${BUNDLE}`;
    },
  },
  { title: "an unexpected failure", status: 1, alsoWithoutDebug: true, environment: { CDKTF_CONTEXT_JSON: "{" } },
];

test("password, token and bundle appear nowhere, except the bundle in the one file for Terraform", async () => {
  const cases = CASES.flatMap((one) => (one.alsoWithoutDebug ? ["0", "1"] : ["1"]).map((debug) => ({ ...one, debug })));
  const tokens = new Set<string>();
  const results = await pMap(cases, (one) => play(one, tokens), { concurrency: 2 });
  const sought = [PASSWORD, ...tokens, BUNDLE].flatMap(spellings).concat(PIECES);
  expect(tokens.size).toBeGreaterThan(10);

  for (const { title, status, result, folder } of results) {
    expect({ title, status: result.status }).toEqual({ title, status });
    expect({ title, found: findings(result.stdout + result.stderr, sought) }).toEqual({ title, found: [] });
    const holders = filesIn(folder).filter((file) => findings(readFileSync(join(folder, file)), sought).length > 0);
    const expected = title.startsWith("success (") ? [TFVARS] : [];
    expect({ title, holders }).toEqual({ title, holders: expected });
    for (const file of holders) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      const others = [PASSWORD, ...tokens].flatMap(spellings);
      expect(findings(readFileSync(join(folder, file)), others)).toEqual([]);
      expect(JSON.parse(readFileSync(join(folder, file), "utf8"))).toEqual({ install_bundle: BUNDLE });
    }
  }

  // Files that runs leave elsewhere: compiled code, and the tests' snapshots.
  for (const place of [".build", "__tests__"]) {
    const files = filesWithin(join(PROJECT, place)).filter((file) => !file.endsWith(".ts"));
    expect(files.filter((file) => findings(readFileSync(file), sought).length > 0)).toEqual([]);
  }
});

test("the search finds each secret in each spelling", () => {
  for (const secret of [PASSWORD, BUNDLE].flatMap(spellings)) expect(findings(`a${secret}b`, [secret])).toHaveLength(1);
});

const TFVARS = "cdktf.out/stacks/prisma-runtime-defense/install_bundle.auto.tfvars.json";

async function play(
  { title, status, instead, change, environment, debug }: Case & { debug: string },
  tokens: Set<string>,
) {
  const intercept: MiddlewareHandler = async (c, next) => {
    const token = c.req.header("authorization")?.replace("Bearer ", "") ?? "";
    if (token) tokens.add(token);
    const body = c.req.method === "POST" ? await c.req.raw.clone().text() : "";
    const other = instead?.({ token, body }, c.req.path);
    if (other) return other;
    await next();
    if (change && c.req.path.endsWith("fargate.json")) {
      const answer: Answer = JSON.parse(await c.res.text());
      change(answer);
      c.res = Response.json(answer);
    }
    return undefined;
  };
  const local = await startLocalConsole({ password: PASSWORD, installBundle: BUNDLE, intercept });
  const folder = newFolder();
  writeFileSync(join(folder, "task.json"), TASK);
  const result: Run = await run(["synth"], {
    folder,
    environment: { ...variablesFor(local), TASK_DEFINITION_PATH: "task.json", DEBUG: debug, ...environment },
  });
  await local.close();
  return { title: `${title} (DEBUG=${debug})`, status, result, folder };
}

const TASK = readFileSync(EXAMPLE, "utf8");

function at(call: string, path: string, status: number, scene: Scene): Response | undefined {
  return path.endsWith(call) ? echo(status, scene) : undefined;
}

function secretArn(): string {
  return "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prisma/bundle-AbCdEf";
}

function findings(content: string | Buffer, sought: readonly string[]): readonly string[] {
  return sought.filter((secret) => content.includes(secret));
}

function filesWithin(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return filesIn(folder).map((file) => join(folder, file));
}
