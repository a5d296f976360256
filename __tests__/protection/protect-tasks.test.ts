import { login } from "../../lib/console/client";
import { ConsoleError, type ExpectedError, ProofError, TaskFileError } from "../../lib/errors";
import { type ProtectOptions, protectTasks } from "../../lib/protection/protect-tasks";
import type { Task } from "../../lib/task/task";
import { text } from "../../lib/text/safe-text";
import { Secret } from "../../lib/text/secret";
import { DEFENDER_REGISTRY } from "../../local-console/defender";
import { type LocalConsoleOptions, startLocalConsole } from "../../local-console/server";
import { settingsFor } from "../console/good-console";
import { read, TASK } from "../task/read";
import { CONSOLE_ADDRESS } from "./facts";

/** Protects the tasks with a local Console; returns the result and the paths of all requests. */
async function run(
  tasks: readonly Task[],
  intercept: LocalConsoleOptions["intercept"],
  more: Partial<ProtectOptions> = {},
) {
  const server = await startLocalConsole({ ...(intercept && { intercept }) });
  const signal = more.signal ?? new AbortController().signal;
  const settings = settingsFor(server.url, {
    console: { user: server.user, password: new Secret(server.password), consoleAddress: CONSOLE_ADDRESS },
  });
  const console = await login(settings, { signal, notice: () => {} });
  const options = {
    consoleAddress: CONSOLE_ADDRESS,
    defenderRegistry: DEFENDER_REGISTRY,
    region: "eu-west-1",
    concurrency: 8,
    signal,
    ...more,
  };
  try {
    const proven = await protectTasks(tasks, console, options).then(
      ({ tasks }) => tasks,
      (error: ExpectedError) => error,
    );
    return { proven, paths: server.requests.map(({ path }) => path) };
  } finally {
    console[Symbol.dispose]();
    await server.close();
  }
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((done) => {
    open = done;
  });
  return { open: () => open(), opened };
}

async function fleet(size: number): Promise<readonly Task[]> {
  const task = await read(TASK);
  return Array.from({ length: size }, (_, index) => ({
    ...task,
    file: `tasks/${index}.json`,
    definition: { ...task.definition, family: `shop-${index}` },
  }));
}

const failing = (families: readonly string[]): LocalConsoleOptions["intercept"] => {
  return async (c, next) => {
    if (!c.req.path.endsWith("/fargate.json")) return next();
    const { family } = Object(await c.req.raw.clone().json());
    return families.includes(family) ? c.json({ err: "no licence left" }, 400) : next();
  };
};

test("many tasks take one login and the allowed number of parallel requests, and are returned in order", async () => {
  const [tasks, done] = [await fleet(20), [] as number[]];
  let [open, peak] = [0, 0];
  const three = gate();
  const { proven, paths } = await run(
    tasks,
    async (c, next) => {
      if (!c.req.path.endsWith("/fargate.json")) return next();
      peak = Math.max(peak, ++open);
      // The first three wait for each other.
      if (open === 3) three.open();
      await three.opened;
      await next();
      open -= 1;
    },
    { concurrency: 3, onProgress: (count) => done.push(count) },
  );
  expect(peak).toBe(3);
  expect(paths.filter((path) => path.endsWith("/authenticate"))).toHaveLength(1);
  expect(paths).toHaveLength(23);
  expect(Array.isArray(proven) && proven.map(({ family }) => family)).toEqual(tasks.map((t) => t.definition.family));
  expect(done).toEqual(tasks.map((_, index) => index + 1));
});

test("failures of all tasks are reported together, and those in the same words once", async () => {
  const { proven } = await run(await fleet(5), failing(["shop-1", "shop-3", "shop-4"]));
  expect(proven).toBeInstanceOf(ConsoleError);
  expect(proven).toMatchObject({ sentences: [expect.stringMatching(/^tasks\/1\.json and 2 more: .*no licence left/)] });
});

test("an answer that fails the proof outweighs a failed call, and both are reported", async () => {
  const { proven } = await run(await fleet(3), async (c, next) => {
    if (!c.req.path.endsWith("/fargate.json")) return next();
    const sent = Object(await c.req.raw.clone().json());
    if (sent.family === "shop-2") return next();
    return sent.family === "shop-0" ? c.json({ err: "no licence left" }, 400) : c.json(sent);
  });
  expect(proven).toBeInstanceOf(ProofError);
  const { sentences } = proven as ProofError;
  expect(sentences[0]).toMatch(/^tasks\/0\.json: .*no licence left/);
  expect(sentences.slice(1).length).toBeGreaterThan(1);
  for (const problem of sentences.slice(1))
    expect(problem).toMatch(/^tasks\/1\.json: the Console's answer is not the protected task/);
});

test("files whose long paths begin alike stay apart", async () => {
  const folder = `${"d".repeat(250)}/`.repeat(4);
  const tasks = (await fleet(2)).map((task, index) => ({ ...task, file: `${folder}${index}.json` }));
  const { proven } = await run(tasks, async (c, next) =>
    c.req.path.endsWith("/fargate.json") ? c.json(Object(await c.req.raw.clone().json())) : next(),
  );
  const { files, problems } = proven as ProofError;
  expect(files).toEqual(tasks.map(({ file }) => file));
  expect(new Set(problems.map(({ file }) => file))).toEqual(new Set(files));
});

test.each([
  [62_000, undefined],
  [64_500, /^tasks\/0\.json: the protected task definition has \d{5} bytes, and ECS takes 65536 at most\. Shorten/],
])("a task definition of %d bytes and a Defender is checked against ECS' limit", async (size, problem) => {
  const [task] = await fleet(1);
  if (!task) throw new Error("There is no task.");
  const containerDefinitions = task.definition.containerDefinitions.map((one) => ({ ...one, user: "u".repeat(size) }));
  const { proven } = await run([{ ...task, definition: { ...task.definition, containerDefinitions } }], undefined);
  if (!problem) return expect(proven).toHaveLength(1);
  expect(proven).toBeInstanceOf(TaskFileError);
  expect(proven).toMatchObject({ sentences: [expect.stringMatching(problem)] });
});

test("a hostile answer is a deviation of its task, and hides no deviation of others", async () => {
  const deep = JSON.parse("[".repeat(3000) + "]".repeat(3000));
  const hostile: Readonly<Record<string, object>> = {
    "shop-0": { user: deep },
    "shop-1": { name: { toString: 1 }, entryPoint: [{ valueOf: 1 }], environment: { a: 1 } },
    "shop-2": { user: "root" },
  };
  const { proven } = await run(await fleet(4), async (c, next) => {
    if (!c.req.path.endsWith("/fargate.json")) return next();
    const { family } = Object(await c.req.raw.clone().json());
    await next();
    const answer = Object(await c.res.json());
    Object.assign(answer.containerDefinitions[0], hostile[family]);
    c.res = undefined;
    c.res = Response.json(answer);
  });
  expect(proven).toBeInstanceOf(ProofError);
  const { sentences } = proven as ProofError;
  for (const expected of [
    "tasks/0.json: the Console's answer is not the protected task: task definition: expected at most 32 levels, got more.",
    "tasks/1.json: the Console's answer is not the protected task: container app: expected one, got none.",
    'tasks/2.json: the Console\'s answer is not the protected task: container app, user: expected none, got "root".',
  ])
    expect(sentences).toContain(expected);
});

test("an image of a hundred thousand lists in each other is a deviation, too", async () => {
  const image = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const { proven } = await run(await fleet(1), async (c, next) => {
    if (!c.req.path.endsWith("/fargate.json")) return next();
    return c.body(`{"containerDefinitions":[{"name":"app","image":${image}}]}`);
  });
  expect(proven).toBeInstanceOf(ProofError);
  expect((proven as ProofError).message).toContain("task definition: expected at most 32 levels, got more.");
});

test("a failed call that all tasks need is reported once, without a task's name", async () => {
  const { proven } = await run(await fleet(3), async (c, next) =>
    c.req.path.endsWith("/install-bundle") ? c.json({ err: "no rights" }, 403) : next(),
  );
  expect(proven).toBeInstanceOf(ConsoleError);
  expect((proven as ConsoleError).sentences).toEqual([expect.stringMatching(/^(?!tasks).*install-bundle/)]);
});

test("a stopped run soon sends no more requests, and ends with the reason", async () => {
  const stop = new AbortController();
  const reason = new ConsoleError([text`Stopped.`]);
  let asked = 0;
  const { proven } = await run(
    await fleet(20),
    (c, next) => {
      if (c.req.path.endsWith("/fargate.json") && ++asked === 2) stop.abort(reason);
      return next();
    },
    { concurrency: 2, signal: stop.signal },
  );
  expect(proven).toBe(reason);
  expect(asked).toBeLessThanOrEqual(4);
});
