import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { inspect } from "node:util";

import pMap from "p-map";

import { manualClock } from "../http/manual-clock";
import { spellings } from "../text/spellings";
import { CALLS, type CallName, FAULTS, type RegistryFault } from "./faults";
import { indexOf, type MadeUpImage } from "./made-up-images";
import { dockerFolders, read } from "./reading";
import { PASSWORD, registry, TOKEN, USER } from "./registry-server";

const ROWS = FAULTS.flatMap((fault) => CALLS.map((call) => ({ fault, call, title: `${fault.name} at ${call}` })));
const MADE = indexOf({ architecture: "arm64" }, { entryPoint: ["/run"], command: ["it"] });
const PATHS = pathsIn(MADE);
const SPELLINGS = [PASSWORD, TOKEN].flatMap(spellings);

type Result = {
  readonly found: unknown;
  readonly notices: readonly string[];
  readonly strikes: number;
  readonly host: string;
  readonly tookMs: number;
};

const docker = dockerFolders();
const results = new Map<string, Result>();

beforeAll(async () => {
  await pMap(ROWS, async (row) => results.set(row.title, await run(row.fault, row.call)), { concurrency: 8 });
});

const recovered = ROWS.filter((row) => outcomeOf(row) === "recovered").length;
const SUMMARY = `${FAULTS.length} faults × ${CALLS.length} calls: ${recovered} recovered, ${ROWS.length - recovered} refused`;

afterAll(() => {
  docker.remove();
  process.stdout.write(`Fault suite of the registries: ${SUMMARY}\n`);
});

test("the README states the numbers of this suite", () => {
  expect(readFileSync(join(__dirname, "../../README.md"), "utf8")).toContain(SUMMARY);
});

test.each(ROWS)("$title: one clear outcome, and no secret", (row) => {
  const outcome = outcomeOf(row);
  const { found, notices, strikes, host } = resultOf(row.title);
  const problems: readonly string[] = found instanceof Error && "sentences" in found ? Object(found).sentences : [];
  if (outcome === "recovered") expect(found).toMatchObject({ entryPoint: ["/run"], command: ["it"] });
  else expect(problems).toEqual([expect.stringContaining(outcome.says)]);
  for (const problem of problems) {
    expect(problem).toContain(host);
    expect(problem).toMatch(/^[^\n]{20,900}\.$/);
  }
  // A redirect is a request of its own, and so is a challenge that is answered.
  if (row.fault.tries !== undefined && row.call !== "token") expect(strikes).toBe(row.fault.tries);

  for (const line of [...problems, ...notices]) {
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]|##(vso)?\[/u);
    expect(SPELLINGS.filter((secret) => line.includes(secret))).toEqual([]);
  }
  // DEBUG=1 shows the error whole.
  const shown = inspect(found, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  expect(SPELLINGS.filter((secret) => shown.includes(secret))).toEqual([]);
});

test("the client waits as long as Retry-After asks for", () => {
  for (const call of CALLS) {
    const { notices, tookMs } = resultOf(`HTTP 429 with Retry-After: 1 at ${call}`);
    expect(notices).toEqual([
      expect.stringMatching(/\(HTTP 429\): GET http:.*\. Trying again in 1 s \(try 2 of 4\)\.$/),
    ]);
    expect(tookMs).toBeGreaterThanOrEqual(1000);
  }
});

test.each([
  [429, "Try again later, or log in with docker login for a higher limit."],
  [503, "Try again later."],
])("HTTP %i ends with its own remedy", (status, remedy) => {
  for (const call of CALLS) {
    const { found } = resultOf(`HTTP ${status} always at ${call}`);
    expect(Object(found).sentences).toEqual([expect.stringContaining(`. ${remedy}`)]);
  }
});

async function run(fault: RegistryFault, call: CallName): Promise<Result> {
  const { clock, runNext } = manualClock();
  const good = registry({ images: { "shop/web:1": MADE }, wants: "bearer" });
  let strikes = 0;
  const server = http.createServer((request, response) => {
    const isChallenge = call !== "token" && !request.headers.authorization;
    const isStruck = request.url?.startsWith(PATHS[call]) && (!isChallenge || strikes > 0);
    if (!isStruck || (fault.strikes !== "always" && strikes++ >= fault.strikes)) return good(request, response);
    if (fault.strikes === "always") strikes += 1;
    fault.strike({ server, request, response, secrets: [PASSWORD, request.headers.authorization ?? ""] });
    // The time limit expires once a part of an endless answer can have arrived.
    if (fault.isEndless) setTimeout(runNext, 50);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const auth = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
  const notices: string[] = [];
  // After a failed try, its pause is all that the clock still has to run.
  const notice = (line: string) => {
    notices.push(line);
    setImmediate(runNext);
  };
  const name = `${host}/shop/web:1`;
  const dockerConfigFolder = docker.folder({ auths: { [host]: { auth } } });
  const found = (await read([name], { dockerConfigFolder, notice, clock })).get(name);
  server.closeAllConnections();
  if (server.listening) await new Promise((done) => server.close(done));
  return {
    found,
    notices,
    strikes: fault.strikes === "always" ? strikes : Math.min(strikes, fault.strikes + 1),
    host,
    tookMs: clock.now(),
  };
}

function pathsIn({ manifests, blobs }: MadeUpImage): Readonly<Record<CallName, string>> {
  const [, , manifest] = manifests.keys();
  const [, configuration] = blobs.keys();
  return {
    token: "/token",
    index: "/v2/shop/web/manifests/1",
    manifest: `/v2/shop/web/manifests/${manifest}`,
    configuration: `/v2/shop/web/blobs/${configuration}`,
  };
}

function outcomeOf({ fault, call }: { fault: RegistryFault; call: CallName }) {
  return fault.except?.[call]?.outcome ?? fault.outcome;
}

function resultOf(title: string): Result {
  const result = results.get(title);
  if (!result) throw new Error(`no result of ${title}`);
  return result;
}
