import type { LocalConsole } from "../../local-console/server";
import { call, get, login, post, protect, start, tokenOf } from "./client";

const FARGATE = "/api/v1/defenders/fargate.json";
const HERE = { consoleaddr: "c.example" };
const WRAPPER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"];

const original = {
  family: "shop",
  containerDefinitions: [{ name: "web", image: "nginx:1.27", entryPoint: ["sh", "-c"], command: ["hello"] }],
};
const withoutEntrypoint = (image: string) => ({ family: "shop", containerDefinitions: [{ name: "web", image }] });

const basic = ({ user, password }: LocalConsole) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

describe("authenticate", () => {
  test("gives a token that says whose it is", async () => {
    const token = tokenOf(await login(await start()));
    expect(token).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]{20,}$/);
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    expect(JSON.parse(payload)).toEqual({ iss: "local Console, protects nothing", sub: "local-user" });
  });

  test("gives another token each time", async () => {
    const local = await start();
    expect(tokenOf(await login(local))).not.toBe(tokenOf(await login(local)));
  });

  test("refuses wrong credentials", async () => {
    const { status, body } = await login(await start(), "wrong");
    expect({ status, body }).toEqual({ status: 401, body: { err: "invalid credentials" } });
  });

  test("accepts the user and password that it was started with", async () => {
    const local = await start({ user: "key-id", password: "its secret" });
    expect((await login(local)).status).toBe(200);
    expect((await login(local, "local-password")).status).toBe(401);
  });

  test.each([
    ["{", "failed to unmarshal: the body isn't JSON"],
    ["null", "failed to unmarshal: the body must be Object"],
    ['{"username":"local-user"}', "failed to unmarshal: password is missing"],
    ['{"username":"local-user","password":["hunter2"]}', "failed to unmarshal: password must be string"],
  ])("refuses the body %s without repeating it", async (text, err) => {
    const { status, body } = await call(await start(), "/api/v1/authenticate", { method: "POST", body: text });
    expect({ status, body }).toEqual({ status: 400, body: { err } });
  });
});

describe("fargate.json", () => {
  test("answers the task definition with the Defender in it", async () => {
    const local = await start();
    const { status, type, body } = await protect(local, original);
    expect({ status, type }).toEqual({ status: 200, type: "application/json" });
    expect(body).toMatchObject({
      family: "shop",
      containerDefinitions: [
        { name: "web", entryPoint: [...WRAPPER, "sh", "-c"], command: ["hello"] },
        {
          name: "TwistlockDefender",
          image: expect.stringMatching(
            /^registry-auth\.local\.invalid\/tw_local[0-9a-f]+\/twistlock\/defender:defender_34_04_145$/,
          ),
          logConfiguration: null,
        },
      ],
    });
  });

  test.each([
    ["a self-hosted one", {}, "wss://c.example:8084"],
    ["a SaaS one", { tenantPath: "us-2-158" }, "wss://c.example:443"],
  ])("names the web socket of %s", async (_kind, options, address) => {
    const { text } = await protect(await start(options), original);
    expect(text).toContain(JSON.stringify({ name: "WS_ADDRESS", value: address }));
  });

  test("gives the same bytes at every call and after every start", async () => {
    const [one, two] = [await start(), await start()];
    const { text } = await protect(one, original);
    expect((await protect(one, original)).text).toBe(text);
    expect((await protect(two, original)).text).toBe(text);
  });

  test.each([
    ["no authorization", undefined],
    ["a token of nobody", "Bearer eyJhbGciOiJub25lIn0.e30.x"],
    ["an empty token", "Bearer "],
    ["wrong Basic credentials", `Basic ${Buffer.from("local-user:wrong").toString("base64")}`],
  ])("refuses %s", async (_case, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const init = { method: "POST", headers, body: JSON.stringify(original) };
    const { status, body } = await call(await start(), `${FARGATE}?consoleaddr=c.example`, init);
    expect({ status, body }).toEqual({ status: 401, body: { err: "unauthorized" } });
  });

  test("refuses another Console's token", async () => {
    const authorization = `Bearer ${tokenOf(await login(await start()))}`;
    expect((await call(await start(), "/api/v1/version", { headers: { authorization } })).status).toBe(401);
  });

  test("accepts HTTP Basic, too", async () => {
    const local = await start();
    const init = { method: "POST", headers: { authorization: basic(local) }, body: JSON.stringify(original) };
    expect((await call(local, `${FARGATE}?consoleaddr=c.example`, init)).status).toBe(200);
  });

  test.each([{}, { consoleaddr: "" }, { consoleAddr: "c.example" }])("refuses the query %j", async (query) => {
    const { status, body } = await post(await start(), JSON.stringify(original), query);
    expect({ status, body }).toEqual({
      status: 400,
      body: { err: "missing console address for defender communication" },
    });
  });

  test.each([
    ["", "the body isn't JSON"],
    ["{", "the body isn't JSON"],
    ["<html>", "the body isn't JSON"],
    ["null", "the body must be Object"],
    ['"text"', "the body must be Object"],
    ["[]", "the body must be Object"],
    ["{}", "containerDefinitions is missing"],
    ['{"containerDefinitions":null}', "containerDefinitions must be Array"],
    ['{"containerDefinitions":[null]}', "containerDefinitions.0 must be Object"],
    ['{"containerDefinitions":[{"name":"web","image":7}]}', "containerDefinitions.0.image must be string"],
    [
      '{"containerDefinitions":[{"name":"web","image":"a","entryPoint":"sh"}]}',
      "containerDefinitions.0.entryPoint must be Array",
    ],
  ])("refuses the body %s", async (text, reason) => {
    const { status, body } = await post(await start(), text, HERE);
    expect({ status, body }).toEqual({ status: 400, body: { err: `failed to unmarshal: ${reason}` } });
  });

  test("accepts a body of almost 5 MB", async () => {
    const { status } = await protect(await start(), { ...original, padding: "x".repeat(5 * 1024 * 1024 - 1024) });
    expect(status).toBe(200);
  });

  test("refuses a longer body", async () => {
    const { status, body } = await protect(await start(), { ...original, padding: "x".repeat(5 * 1024 * 1024) });
    expect({ status, body }).toEqual({ status: 413, body: { err: "request body too large" } });
  });

  test("refuses a longer body without a Content-Length", async () => {
    const chunks = Array<Uint8Array>(6).fill(Buffer.alloc(1024 * 1024, " "));
    const { status, body } = await post(await start(), ReadableStream.from(chunks), HERE);
    expect({ status, body }).toEqual({ status: 413, body: { err: "request body too large" } });
  });

  test("accepts a body in chunks", async () => {
    const chunks = [...JSON.stringify(original)].map((character) => Buffer.from(character));
    const { status, body } = await post(await start(), ReadableStream.from(chunks), HERE);
    expect({ status, body }).toMatchObject({ status: 200, body: { family: "shop" } });
  });
});

describe("fargate.json's published parameters", () => {
  test("consoleaddr is used unchanged, even a URL", async () => {
    const { text } = await protect(await start(), original, { consoleaddr: "https://c.example/x" });
    expect(text).toContain('"wss://https://c.example/x:8084"');
  });

  test.each([
    ["true", { filesystemMonitoring: "true" }],
    ["false", { filesystemMonitoring: "false" }],
    ["false", {}],
    ["false", { filesystemmonitoring: "true" }],
  ])("FILESYSTEM_MONITORING is %s for %j", async (value, query) => {
    const { body } = await protect(await start(), original, query);
    const environment = expect.arrayContaining([{ name: "FILESYSTEM_MONITORING", value }]);
    expect(body).toMatchObject({ containerDefinitions: [{ environment }, { environment }] });
  });

  test("defenderImage replaces the Defender's image", async () => {
    const defenderImage = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/defender:1";
    const { body } = await protect(await start(), original, { defenderImage });
    expect(body).toMatchObject({ containerDefinitions: [{ image: "nginx:1.27" }, { image: defenderImage }] });
  });

  test("extractEntrypoint finds the entry point and command of a well-known image", async () => {
    const query = { extractEntrypoint: "true", registryType: "2", registryCredentialID: "hub" };
    const { body } = await protect(await start(), withoutEntrypoint("nginx"), query);
    const entryPoint = [...WRAPPER, "/docker-entrypoint.sh", "nginx", "-g", "daemon off;"];
    expect(body).toMatchObject({ containerDefinitions: [{ entryPoint }, {}] });
  });

  test("extractEntrypoint refuses another image", async () => {
    const { status, body } = await protect(await start(), withoutEntrypoint("my-app:1"), { extractEntrypoint: "true" });
    const err = "failed to extract entrypoint for image my-app:1: the local Console knows a few well-known images only";
    expect({ status, body }).toEqual({ status: 400, body: { err } });
  });

  test.each([{ extractEntrypoint: "false" }, { extractentrypoint: "true" }, {}])(
    "the entry point is only the wrapper with %j",
    async (query) => {
      const { body } = await protect(await start(), withoutEntrypoint("nginx"), query);
      expect(body).toMatchObject({ containerDefinitions: [{ entryPoint: WRAPPER }, {}] });
    },
  );

  test.each([
    { interpreter: "/bin/bash" },
    { registryType: "aws" },
    { registryCredentialID: "111122223333" },
    { defenderImagePullSecret: "pull-secret" },
    { cloudFormation: "false" },
    { project: "Central Console" },
  ])("%j is accepted and changes nothing", async (query) => {
    const local = await start();
    const { status, text } = await protect(local, original, query);
    expect({ status, text }).toEqual({ status: 200, text: (await protect(local, original)).text });
  });

  test.each([
    [{ defenderType: "daemonset" }, 'defenderType must be "appEmbedded"'],
    [{ cloudFormation: "true" }, 'cloudFormation must be "false"'],
    [{ filesystemMonitoring: "yes" }, 'filesystemMonitoring must be ("true" | "false")'],
    [{ extractEntrypoint: "" }, 'extractEntrypoint must be ("true" | "false")'],
  ])("%j is refused", async (query, reason) => {
    const { status, body } = await protect(await start(), original, query);
    expect({ status, body }).toEqual({ status: 400, body: { err: `the local Console's query: ${reason}` } });
  });
});

describe("install-bundle", () => {
  const BUNDLE = "/api/v1/defenders/install-bundle";

  test("gives the bundle that fargate.json puts into the task", async () => {
    const local = await start();
    const { body } = await get(local, `${BUNDLE}?consoleaddr=c.example&defenderType=appEmbedded`);
    expect(body).toEqual({ installBundle: local.installBundle, wsAddress: "wss://c.example:8084" });
    expect((await protect(local, original)).text).toContain(
      JSON.stringify({ name: "INSTALL_BUNDLE", value: local.installBundle }),
    );
  });

  test("gives a bundle that says that it isn't real, in the shape of a real one", async () => {
    const { installBundle } = await start();
    expect(installBundle).toMatch(/^eyJ[A-Za-z0-9+/]{300,}={0,2}$/);
    expect(JSON.parse(Buffer.from(installBundle, "base64").toString())).toEqual({
      secrets: { "service-parameter": expect.stringMatching(/^local, not a real Defender credential: /) },
      globalProxyOpt: expect.any(Object),
      customerID: "local-not-a-customer",
      apiKey: expect.stringMatching(/^local, not a real Defender credential: /),
    });
  });

  test("gives the bundle that the server was started with", async () => {
    const local = await start({ installBundle: "eyJvdGhlciI6MX0=" });
    const { body } = await get(local, `${BUNDLE}?consoleaddr=c.example`);
    expect(body).toMatchObject({ installBundle: "eyJvdGhlciI6MX0=" });
    expect((await protect(local, original)).text).toContain('"eyJvdGhlciI6MX0="');
  });

  test("gives no bundle without an address", async () => {
    const { status, body } = await get(await start(), `${BUNDLE}?defenderType=appEmbedded`);
    expect({ status, body }).toEqual({
      status: 400,
      body: { err: "missing console address for defender communication" },
    });
  });
});

describe("the other calls", () => {
  const IMAGE = /^registry-auth\.local\.invalid\/tw_local[0-9a-f]+\/twistlock\/defender:defender_33_03_138$/;

  test.each([
    ["version", "33.03.138"],
    ["defenders/image-name", expect.stringMatching(IMAGE)],
    ["settings/certs", { consoleSAN: ["127.0.0.1", "localhost"] }],
    ["defenders", null],
    ["defenders?type=appEmbedded&connected=true", null],
  ])("%s is answered with JSON", async (name, body) => {
    const answer = await get(await start({ version: "33.03.138" }), `/api/v1/${name}`);
    expect(answer).toMatchObject({ status: 200, type: "application/json", body });
  });

  test.each(["version", "defenders/image-name", "settings/certs", "defenders", "defenders/install-bundle"])(
    "%s needs a login",
    async (name) => {
      const { status, body } = await call(await start(), `/api/v1/${name}`);
      expect({ status, body }).toEqual({ status: 401, body: { err: "unauthorized" } });
    },
  );

  test("_ping needs none", async () => {
    expect((await call(await start(), "/api/v1/_ping")).status).toBe(200);
  });
});

describe("addresses", () => {
  test.each(["v1", "v34.04", "v34.03", "v33.10", "v22.12", "v09.00"])("the API is served as %s", async (version) => {
    expect((await get(await start(), `/api/${version}/version`)).body).toBe("34.04.145");
  });

  test.each([
    "/api/v34.05/version",
    "/api/v35.00/version",
    "/api/v34.4/version",
    "/api/v2/version",
    "/api/v34.04.145/version",
    "/api/version",
    "/api/v1/nothing",
    "/api/v1/defenders/fargate.json",
    "/api/v1/authenticate",
    "/version",
    "/",
  ])("GET %s is 404 with an empty body", async (address) => {
    expect(await get(await start(), address)).toMatchObject({ status: 404, text: "" });
  });

  test.each(["us-2-158123456", "/us-2-158123456/", "a/b"])("the tenant path %s comes first", async (tenantPath) => {
    const local = await start({ tenantPath });
    expect(new URL(local.url).pathname).toBe(`/${tenantPath.replace(/^\/|\/$/g, "")}`);
    expect((await get(local, "/api/v1/version")).body).toBe("34.04.145");
    expect(await get(local, "/api/v1/nothing")).toMatchObject({ status: 404, text: "" });
  });

  test.each(["/api/v1/_ping", "/us-2-999/api/v1/_ping", "/us-2-1588/api/v1/_ping", "/"])(
    "%s, without the configured tenant path, is an HTML page",
    async (address) => {
      const local = await start({ tenantPath: "us-2-158" });
      const answer = await call({ ...local, url: new URL(local.url).origin }, address);
      expect(answer).toMatchObject({ status: 404, type: expect.stringContaining("text/html") });
      expect(answer.text).toMatch(/^<!DOCTYPE html>/);
    },
  );
});
