import { once } from "node:events";
import { Agent, request } from "node:http";
import { createConnection } from "node:net";

import { startLocalConsole } from "../../local-console/server";
import { call, get, login, protect, start } from "./client";

const original = { family: "shop", containerDefinitions: [{ name: "web", image: "nginx", entryPoint: ["sh"] }] };

test("credentials and version have local defaults, and can be set like the bundle", async () => {
  expect(await start()).toMatchObject({ user: "local-user", password: "local-password", version: "34.04.145" });
  const own = { user: "u", password: "p", version: "33.00.100", installBundle: "eyJ9" };
  expect(await start(own)).toMatchObject(own);
});

test("it listens on the configured port", async () => {
  const first = await start();
  const port = Number(new URL(first.url).port);
  await first.close();
  expect((await start({ port })).url).toBe(`http://127.0.0.1:${port}`);
});

test("a port in use is refused", async () => {
  const port = Number(new URL((await start()).url).port);
  await expect(startLocalConsole({ port })).rejects.toThrow(`address already in use 127.0.0.1:${port}`);
});

test.each(["0.0.0.0", "::", "192.168.0.1", "127.0.0.1.example.com", "console.example.com", ""])(
  "host %p is refused: it is not a loopback address",
  async (host) => {
    await expect(startLocalConsole({ host })).rejects.toThrow(
      `host must be a loopback address such as 127.0.0.1, got ${host}`,
    );
  },
);

test.each(["localhost", "127.0.0.1"])("%s is served", async (host) => {
  expect((await get(await start({ host }), "/api/v1/version")).status).toBe(200);
});

test.each(["a b", "a:b", "a/*", "a?b", "a/{b}"])("tenant path %p is refused", async (tenantPath) => {
  await expect(startLocalConsole({ tenantPath })).rejects.toThrow(
    `tenantPath must have letters, digits, -, _ and . between its slashes, got ${tenantPath}`,
  );
});

test("requests are listed in order of arrival, with what was asked and sent", async () => {
  const local = await start({ tenantPath: "us-2-158" });
  await protect(local, original, { extractEntrypoint: "true" });
  await call(local, "/nothing?a=1");
  expect(local.requests).toEqual([
    { method: "POST", path: "/us-2-158/api/v1/authenticate", query: {} },
    {
      method: "POST",
      path: "/us-2-158/api/v1/defenders/fargate.json",
      query: { consoleaddr: "c.example", defenderType: "appEmbedded", extractEntrypoint: "true" },
      body: original,
    },
    { method: "GET", path: "/us-2-158/nothing", query: { a: "1" } },
  ]);
});

test("the list of requests holds no password and no token", async () => {
  const local = await start({ password: "hunter2-secret" });
  const { text } = await login(local);
  await login(local, "wrong-secret");
  await get(local, "/api/v1/version");
  expect(local.requests).toHaveLength(4);
  expect(JSON.stringify(local.requests)).not.toMatch(/secret/);
  expect(JSON.stringify(local.requests)).not.toContain(text.slice(10, 40));
});

test("every answer takes the configured latency, in parallel", async () => {
  const local = await start({ latencyMs: 500 });
  const begun = performance.now();
  const open = Array.from({ length: 20 }, () => call(local, "/api/v1/_ping"));
  await Promise.race(open);
  expect(local.requests).toHaveLength(20);
  await Promise.all(open);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(498);
});

test("an interceptor answers in place of the API, or alters its answer", async () => {
  let calls = 0;
  const local = await start({
    intercept: async (c, next) => {
      calls += 1;
      if (c.req.path.endsWith("/_ping")) return c.json({ err: "busy" }, 503);
      await next();
      c.res.headers.set("x-call", String(calls));
      return undefined;
    },
  });
  expect(await call(local, "/api/v1/_ping")).toMatchObject({ status: 503, body: { err: "busy" } });
  const response = await fetch(`${local.url}/api/v1/version`);
  expect([response.status, response.headers.get("x-call")]).toEqual([401, "2"]);
  expect(local.requests).toHaveLength(2);
});

test("an interceptor that fails gives an answer with status 500", async () => {
  const local = await start({
    intercept: () => {
      throw new Error("injected");
    },
  });
  expect(await call(local, "/api/v1/_ping")).toMatchObject({ status: 500, body: { err: "injected" } });
});

/** Whether this ends without waiting for anything: in so many turns of the event loop, however long they take. */
function endsAtOnce(work: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  const giveUp = async () => {
    for (let turns = 0; turns < 10_000 && !isOver; turns++) await new Promise(setImmediate);
    return false;
  };
  const end = work.finally(() => {
    isOver = true;
  });
  return Promise.race([end.then(() => true), giveUp()]);
}

describe("close", () => {
  test("ends at once with a kept-alive connection", async () => {
    const local = await start();
    const agent = new Agent({ keepAlive: true });
    const ping = request(`${local.url}/api/v1/_ping`, { agent }).end();
    const [response] = await once(ping, "response");
    const { socket } = response;
    response.resume();
    await once(response, "end");
    const isOver = await endsAtOnce(Promise.all([local.close(), once(socket, "close")]));
    agent.destroy();
    expect(isOver).toBe(true);
  });

  test("ends at once with a connection that never asked anything", async () => {
    const local = await start();
    const socket = createConnection(Number(new URL(local.url).port), "127.0.0.1");
    await once(socket, "connect");
    // The server accepts connections in order: with this answer, it has accepted the other one.
    await call(local, "/api/v1/_ping");
    const isOver = await endsAtOnce(Promise.all([local.close(), once(socket, "close")]));
    socket.destroy();
    expect(isOver).toBe(true);
  });

  test("ends at once with a call in progress, which fails", async () => {
    const local = await start({ latencyMs: 60_000 });
    const pending = fetch(`${local.url}/api/v1/_ping`).then(
      () => "answered",
      () => "cut off",
    );
    while (local.requests.length === 0) await new Promise(setImmediate);
    await local.close();
    expect(await pending).toBe("cut off");
  });

  test("can be called twice", async () => {
    const local = await start();
    await local.close();
    await expect(local.close()).resolves.toBeUndefined();
  });

  test("frees the port", async () => {
    const local = await start();
    await local.close();
    await expect(fetch(local.url)).rejects.toThrow("fetch failed");
  });
});
