import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

import { login } from "../../lib/console/client";
import { ConsoleError } from "../../lib/errors";
import type { ConsoleSettings } from "../../lib/settings/console";
import { mask } from "../../lib/text/secret";
import { manualClock } from "../http/manual-clock";
import { BUNDLE, goodConsole, PASSWORD, type Received, settingsFor, TOKEN } from "./good-console";

const DEFINITION = { family: "web", containerDefinitions: [{ name: "app", image: "nginx:1" }] };
const DEFENDER = { consoleaddr: "defenders.example.com", defenderType: "appEmbedded" };

const servers: http.Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: http.RequestListener): Promise<string> {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function context(stop = new AbortController(), notices: string[] = []) {
  return { signal: stop.signal, notice: (line: string) => void notices.push(line) };
}

async function received(more: (url: string) => Partial<ConsoleSettings> = () => ({})): Promise<Received[]> {
  const requests: Received[] = [];
  const url = await serve(goodConsole(requests));
  using console = await login(settingsFor(url, { console: more(url) }), context());
  await console.version();
  await console.protect({ definition: DEFINITION });
  await console.installBundle();
  return requests;
}

test("a retry opens a new connection, since those kept alive may all be dead", async () => {
  const used = new WeakSet<object>();
  const good = goodConsole();
  const url = await serve((request, response) => {
    if (used.has(request.socket)) return request.socket.destroy();
    used.add(request.socket);
    return good(request, response);
  });
  const notices: string[] = [];
  using console = await login(settingsFor(url), context(new AbortController(), notices));
  await Promise.all(Array.from({ length: 6 }, () => console.version()));
  notices.length = 0;
  expect(await console.version()).toBe("34.04.145");
  expect(notices).toEqual([expect.stringContaining("(try 2 of 4)")]);
});

describe("the requests", () => {
  test("are those that the API documents", async () => {
    const bearer = `Bearer ${TOKEN}`;
    const [authenticate, version, fargate, bundle] = await received();
    const post = { method: "POST", contentType: "application/json" };
    expect(authenticate).toMatchObject({ ...post, path: "/api/v1/authenticate", query: {} });
    expect(authenticate?.authorization).toBeUndefined();
    expect(JSON.parse(authenticate?.body ?? "")).toEqual({ username: "access-key-id", password: PASSWORD });
    expect(version).toEqual({ method: "GET", path: "/api/v1/version", query: {}, authorization: bearer, body: "" });
    expect(fargate).toMatchObject({ ...post, path: "/api/v1/defenders/fargate.json", authorization: bearer });
    expect(fargate?.query).toEqual(DEFENDER);
    expect(JSON.parse(fargate?.body ?? "")).toEqual(DEFINITION);
    expect(bundle).toEqual({
      method: "GET",
      path: "/api/v1/defenders/install-bundle",
      query: DEFENDER,
      authorization: bearer,
      body: "",
    });
  });

  test("carry the project in every call but the login", async () => {
    const [authenticate, ...others] = await received(() => ({ project: "team a&b" }));
    expect(authenticate?.query).toEqual({});
    expect(others.map(({ query }) => query.project)).toEqual(["team a&b", "team a&b", "team a&b"]);
  });

  test("go to the overriding URLs, and keep their own query parameters except those that we set", async () => {
    const [authenticate, , fargate] = await received((url) => ({
      authenticateUrl: `${url}/elsewhere/authenticate?tenant=7`,
      fargateUrl: `${url}/elsewhere/fargate.json?consoleaddr=old.example.com&interpreter=%2Fbin%2Fsh`,
    }));
    expect(authenticate).toMatchObject({ path: "/elsewhere/authenticate", query: { tenant: "7" } });
    expect(fargate?.path).toBe("/elsewhere/fargate.json");
    expect(fargate?.query).toEqual({ ...DEFENDER, interpreter: "/bin/sh" });
  });

  test("carry the options that a task sets, and no others", async () => {
    const requests: Received[] = [];
    using console = await login(settingsFor(await serve(goodConsole(requests))), context());
    await console.protect({
      definition: DEFINITION,
      extractEntrypoint: true,
      registryType: "aws",
      registryCredentialId: "111122223333",
      filesystemMonitoring: false,
      defenderImage: "registry.example.com/defender:1",
    });
    expect(requests[1]?.query).toEqual({
      ...DEFENDER,
      extractEntrypoint: "true",
      registryType: "aws",
      registryCredentialID: "111122223333",
      filesystemMonitoring: "false",
      defenderImage: "registry.example.com/defender:1",
    });
  });
});

test("the answers are parsed", async () => {
  using console = await login(settingsFor(await serve(goodConsole())), context());
  expect(await console.version()).toBe("34.04.145");
  expect((await console.protect({ definition: DEFINITION })).family).toBe("web");
  const { installBundle: bundle, wsAddress } = await console.installBundle();
  expect(bundle.reveal()).toBe(BUNDLE);
  expect(`${bundle}`).toBe("[redacted]");
  expect(wsAddress).toBe("wss://defenders.example.com:443");
  const texts = [PASSWORD, TOKEN, "nothing of theirs"].map((text) => JSON.stringify({ text }));
  expect(texts.map(console.holdsCredential)).toEqual([true, true, false]);
});

test("the secrets of an answer are masked from then on, the licence token also without its prefix", async () => {
  const [bundle, token] = ["bundle-of-this-answer-0815", "0a1b2c3d4e5f60718293a4b5"];
  const image = `registry.example.com/tw_${token}/twistlock/defender:defender_34_04_145`;
  const environment = [{ name: "INSTALL_BUNDLE", value: bundle }];
  const answer = { containerDefinitions: [{ name: "TwistlockDefender", image, environment }] };
  const good = goodConsole();
  const url = await serve((request, response) =>
    request.url?.includes("fargate") ? response.end(JSON.stringify(answer)) : good(request, response),
  );
  using console = await login(settingsFor(url), context());
  await console.protect({ definition: DEFINITION });
  expect(mask(`${bundle} and ${token}`)).toBe("[redacted] and [redacted]");
});

test.each([
  [
    "a bundle that isn't base64",
    "/install-bundle",
    '{"installBundle":"e30"}',
    "an installBundle, base64 of a JSON object, was",
  ],
  ["a bundle that isn't JSON", "/install-bundle", '{"installBundle":"AAAA"}', "base64 of a JSON object, was expected"],
  ["a version in another form", "/version", '"34.4.145"', "where a version such as 34.04.145 was expected"],
  ["a version with a prefix", "/version", '"v34.04.145"', "where a version such as 34.04.145 was expected"],
  ["a token that would break a header", "/authenticate", '{"token":"a\\r\\nX: y"}', "an object with a token"],
  ["containers that aren't objects", "/fargate.json", '{"containerDefinitions":[{},"app"]}', "containerDefinitions"],
])("%s is refused", async (_, path, answer, says) => {
  const good = goodConsole();
  const url = await serve((request, response) =>
    request.url?.split("?")[0]?.endsWith(path) ? response.end(answer) : good(request, response),
  );
  const run = async () => {
    const console = await login(settingsFor(url), context());
    await console.version();
    await console.protect({ definition: DEFINITION });
    await console.installBundle();
  };
  await expect(run()).rejects.toThrow(says);
});

test("a token that expires is renewed once for all its calls, and each call is repeated once", async () => {
  let logins = 0;
  let refusals = 0;
  const good = goodConsole();
  const url = await serve((request, response) => {
    if (request.url?.endsWith("/authenticate")) {
      logins += 1;
      response.end(JSON.stringify({ token: `token-${logins}` }));
    } else if (request.headers.authorization === "Bearer token-1") {
      refusals += 1;
      response.writeHead(401).end('{"err":"token expired"}');
    } else good(request, response);
  });
  using console = await login(settingsFor(url), context());
  const versions = await Promise.all(Array.from({ length: 64 }, () => console.version()));
  expect(new Set(versions)).toEqual(new Set(["34.04.145"]));
  expect({ logins, refusals }).toEqual({ logins: 2, refusals: 64 });
  await console.version();
  expect({ logins, refusals }).toEqual({ logins: 2, refusals: 64 });
});

test("another refusal than that of the token causes no second login", async () => {
  let logins = 0;
  const url = await serve((request, response) => {
    if (!request.url?.endsWith("/authenticate")) response.writeHead(403).end();
    else response.end(JSON.stringify({ token: `token-${++logins}` }));
  });
  using console = await login(settingsFor(url), context());
  await expect(console.version()).rejects.toThrow("(HTTP 403)");
  expect(logins).toBe(1);
});

test("a second login that fails is reported by every call, and not tried again", async () => {
  let logins = 0;
  const url = await serve((request, response) => {
    if (!request.url?.endsWith("/authenticate")) response.writeHead(401).end();
    else if (logins++ === 0) response.end('{"token":"token-1"}');
    else response.writeHead(401).end('{"err":"key revoked"}');
  });
  using console = await login(settingsFor(url), context());
  const outcomes = await Promise.allSettled([console.version(), console.installBundle()]);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({
      reason: { message: expect.stringContaining('refused the login (HTTP 401, "key revoked")') },
    });
  }
  await expect(console.version()).rejects.toThrow("refused the login");
  expect(logins).toBe(2);
});

test("each retry is one notice: what failed, which try comes, and when", async () => {
  let tries = 0;
  const notices: string[] = [];
  const good = goodConsole();
  const url = await serve((request, response) => {
    if (tries++ < 2) response.writeHead(503).end('{"err":"starting"}');
    else good(request, response);
  });
  (await login(settingsFor(url), context(undefined, notices)))[Symbol.dispose]();
  const where = `POST ${url}/api/v1/authenticate`;
  expect(notices).toEqual([
    `The Console fails (HTTP 503, "starting"): ${where}. Trying again in 0.1 s (try 2 of 4).`,
    `The Console fails (HTTP 503, "starting"): ${where}. Trying again in 0.1 s (try 3 of 4).`,
  ]);
});

describe("an abort", () => {
  test.each([
    ["before anything was sent", 0],
    ["while the Console is silent", 20],
  ])("%s ends the login at once with its reason", async (_, after) => {
    const stop = new AbortController();
    const reason = new Error("interrupted");
    const url = await serve(() => undefined);
    if (after === 0) stop.abort(reason);
    else setTimeout(() => stop.abort(reason), after);
    const notices: string[] = [];
    await expect(login(settingsFor(url), context(stop, notices))).rejects.toBe(reason);
    expect(notices).toEqual([]);
  });

  test("ends the pause before the next try at once", async () => {
    const stop = new AbortController();
    const url = await serve((_, response) => response.writeHead(503, { "retry-after": "3" }).end());
    const notice = () => setImmediate(() => stop.abort(new Error("interrupted")));
    // Time stands still, so the pause can't end by itself.
    const { clock, waiting } = manualClock();
    await expect(login(settingsFor(url), { signal: stop.signal, notice }, clock)).rejects.toThrow("interrupted");
    expect(waiting()).toBe(0);
  });

  test("by the end of its block ends a running call", async () => {
    const good = goodConsole();
    const url = await serve((request, response) => {
      if (!request.url?.endsWith("/version")) good(request, response);
      else console[Symbol.dispose]();
    });
    const console = await login(settingsFor(url), context());
    await expect(console.version()).rejects.toThrow("closed");
  });
});

test("a pause that would outlast the call's time ends the call at once", async () => {
  const url = await serve((_, response) => response.writeHead(503).end());
  const settings = settingsFor(url, { network: { timeoutMs: 10_000, retryDelayMs: 120_000 } });
  await expect(login(settings, context())).rejects.toThrow(
    "The Console fails (HTTP 503), no time is left for try 2 of 4; a call may take 40 s (4 times TL_TIMEOUT_MS): ",
  );
});

test.each([
  ["a closed port", "http://127.0.0.1:1", "127.0.0.1:1 refuses the connection, after 4 tries: "],
  // Longer than a DNS label may be, so no name server is asked.
  ["an unknown name", `https://${"x".repeat(64)}.invalid`, "is unknown (DNS): "],
])("%s is named", async (_, url, says) => {
  const failing = login(settingsFor(url), context());
  await expect(failing).rejects.toThrow(ConsoleError);
  await expect(failing).rejects.toThrow(says);
});
