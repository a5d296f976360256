import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";

import pMap from "p-map";

import type { Console } from "../../lib/console/client";
import { login } from "../../lib/console/client";
import { ConsoleError } from "../../lib/errors";
import { manualClock } from "../http/manual-clock";
import { spellings } from "../text/spellings";
import { CALLS, type CallName, type ConsoleFault, FAULTS } from "./faults";
import { startFaultyConsole } from "./faulty-console";
import { BUNDLE, goodConsole, PASSWORD, settingsFor, TOKEN } from "./good-console";

const ROWS = FAULTS.flatMap((fault) => CALLS.map((call) => ({ fault, call, title: `${fault.name} at ${call}` })));
const SPELLINGS = [PASSWORD, TOKEN].flatMap(spellings);
const BUNDLE_SPELLINGS = spellings(BUNDLE);
const DEFINITION = { family: "web", containerDefinitions: [{ name: "app", image: "nginx" }] };

type Result = {
  readonly error: unknown;
  readonly notices: readonly string[];
  readonly strikes: number;
  readonly where: string;
  /** Milliseconds on the client's clock. */
  readonly tookMs: number;
};

const results = new Map<string, Result>();

beforeAll(async () => {
  await pMap(ROWS, async (row) => results.set(row.title, await run(row.fault, row.call)), { concurrency: 8 });
});

const recovered = ROWS.filter((row) => expectation(row).outcome === "recovered").length;
const SUMMARY = `${FAULTS.length} faults × ${CALLS.length} calls: ${recovered} recovered, ${ROWS.length - recovered} refused`;

afterAll(() => {
  process.stdout.write(`Fault suite of the client: ${SUMMARY}\n`);
});

test("the README has the numbers of this suite", () => {
  expect(readFileSync(join(__dirname, "../../README.md"), "utf8")).toContain(SUMMARY);
});

test.each(ROWS)("$title: one clear outcome, and no secret", (row) => {
  const { outcome, tries } = expectation(row);
  const { error, notices, strikes, where } = resultOf(row.title);
  const problems = error instanceof ConsoleError ? error.sentences : [];

  if (outcome === "recovered") expect(error).toBeUndefined();
  else expect(problems).toEqual([expect.stringContaining(outcome.says)]);
  if (outcome !== "recovered") expect(problems[0]).toContain(`: ${where}. `);
  if (tries !== undefined) expect(strikes).toBe(tries);

  for (const line of [...problems, ...notices]) {
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]|##(vso)?\[/u);
    expect(line.length).toBeLessThan(600);
    expect([...SPELLINGS, ...BUNDLE_SPELLINGS].filter((secret) => line.includes(secret))).toEqual([]);
  }
  // DEBUG=1 shows the error whole.
  const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  expect(SPELLINGS.filter((secret) => shown.includes(secret))).toEqual([]);
});

test("Retry-After is waited for", () => {
  for (const call of CALLS) {
    const { notices, tookMs } = resultOf(`HTTP 429 with Retry-After: 1 at ${call}`);
    expect(notices).toEqual([
      expect.stringMatching(/\(HTTP 429\): \w+ http:.*\. Trying again in 1 s \(try 2 of 4\)\.$/),
    ]);
    expect(tookMs).toBeGreaterThanOrEqual(1000);
  }
});

test.each([
  ["HTTP 429 always", "The Console gets too many requests", "Try again later, or set TL_CONCURRENCY lower."],
  ["HTTP 503 always", "The Console fails", "Try again later, or ask whoever runs it."],
  ["HTTP 404, empty", "The Console has nothing at this address", "Check the path in TL_CONSOLE, and TL_API_VERSION."],
])("%s has its own words and remedy", (fault, what, remedy) => {
  for (const call of CALLS) {
    const [sentence] = Object(resultOf(`${fault} at ${call}`).error).sentences;
    expect(sentence.startsWith(`${what} (HTTP `)).toBe(true);
    expect(sentence.endsWith(`/${call}. ${remedy}`)).toBe(true);
  }
});

test("the time limit is told in seconds", () => {
  for (const call of CALLS) {
    const { notices } = resultOf(`silence once at ${call}`);
    expect(notices).toEqual([expect.stringMatching(/^No complete answer within 60 s: /)]);
  }
});

test("the table has at least 60 rows", () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(60);
});

async function run(fault: ConsoleFault, call: CallName): Promise<Result> {
  const { clock, runNext } = manualClock();
  // Ends the time limit once part of an endless answer can have arrived.
  const onStrike = () => void (fault.isEndless && setTimeout(runNext, 50));
  const server = await startFaultyConsole(fault, call, goodConsole(), [PASSWORD], onStrike);
  const notices: string[] = [];
  // After a failed try, its pause is the only timer.
  const notice = (line: string) => {
    notices.push(line);
    setImmediate(runNext);
  };
  const context = { signal: new AbortController().signal, notice };
  let client: Console | undefined;
  let error: unknown;
  try {
    client = await login(settingsFor(server.url), context, clock);
    if (call === "version") await client.version();
    if (call === "defenders/fargate.json") await client.protect({ definition: DEFINITION });
    if (call === "defenders/install-bundle") await client.installBundle();
  } catch (caught) {
    error = caught;
  }
  const tookMs = clock.now();
  client?.[Symbol.dispose]();
  await server.close();
  const method = call === "authenticate" || call === "defenders/fargate.json" ? "POST" : "GET";
  return { error, notices, strikes: server.strikes(), where: `${method} ${server.url}/api/v1/${call}`, tookMs };
}

function expectation({ fault, call }: { fault: ConsoleFault; call: CallName }) {
  return fault.except?.[call] ?? { outcome: fault.outcome, tries: fault.tries };
}

function resultOf(title: string): Result {
  const result = results.get(title);
  if (!result) throw new Error(`no result of ${title}`);
  return result;
}
