import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type http from "node:http";
import { join } from "node:path";

import { RegistryError } from "../../lib/errors";
import { manualClock } from "../http/manual-clock";
import { loopback } from "../http/servers";
import { image } from "./made-up-images";
import { dockerFolders, read, readOne } from "./reading";
import { PASSWORD, registry, TOKEN, USER } from "./registry-server";

const servers = loopback();
const docker = dockerFolders();

afterEach(() => {
  servers.closeAll();
  docker.remove();
});

const PAIR = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
const FOUND = { entryPoint: ["/run"] };

async function serving(wants: "basic" | "bearer" = "bearer") {
  const url = await servers.plain(registry({ images: { "shop/web:1": image(FOUND) }, wants }));
  return new URL(url).host;
}

const OTHER = { auth: Buffer.from("other:hidden-pass").toString("base64") };

/** Makes a folder with a credential helper, and returns an environment whose PATH is that folder. */
function helper(name: string, script: string) {
  const folder = docker.folder({});
  const file = join(folder, `docker-credential-${name}`);
  writeFileSync(file, `#!${process.execPath}\n${script}`);
  chmodSync(file, 0o755);
  return { PATH: folder };
}

/** A helper that never answers. `onStart` is called while it runs; `ended` resolves when it has ended. */
async function hanging(onStart: () => void) {
  const ended = new AbortController();
  const url = await servers.plain(({ socket }) => {
    socket.on("close", () => ended.abort());
    onStart();
  });
  const environment = helper("made-up", `require("http").get(${JSON.stringify(url)}); setInterval(() => {}, 1000);`);
  return { environment, ended: once(ended.signal, "abort") };
}

const ANSWERS = `process.stdin.on("data", (server) => console.log(JSON.stringify({
  ServerURL: String(server), Username: ${JSON.stringify(USER)}, Secret: ${JSON.stringify(PASSWORD)} })));`;

/** A script that starts a process which would run for a minute. */
function leavesBehind(folder: string): string {
  const script = `require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"], { stdio: "inherit" })`;
  return `const left = ${script}; left.unref(); require("fs").writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(left.pid));`;
}

/** Whether the process was still running. Kills it. */
function isLeft(folder: string): boolean {
  const pid = readFileSync(join(folder, "pid"), "utf8");
  // One that has ended can still be sent signals, until the system's first process takes notice.
  const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
  try {
    process.kill(Number(pid), "SIGKILL");
    return !/\) [ZX] /.test(state);
  } catch {
    return false;
  }
}

describe("Docker's configuration gives credentials", () => {
  test.each([
    ["the registry's name", (host: string) => ({ auths: { [host]: { auth: PAIR } } })],
    ["its address", (host: string) => ({ auths: { [`https://${host}/v2/`]: { auth: PAIR } } })],
    ["its http address", (host: string) => ({ auths: { [`http://${host}`]: { auth: PAIR } } })],
    [
      "its name, beside other keys that begin with it",
      (host: string) => ({
        auths: { [`${host}/other/team`]: OTHER, [`https://${host}/v2/`]: OTHER, [host]: { auth: PAIR } },
      }),
    ],
    [
      "its address, beside another key for one repository",
      (host: string) => ({ auths: { [`https://${host}/other`]: OTHER, [`https://${host}/v1/`]: { auth: PAIR } } }),
    ],
    ["user and password", (host: string) => ({ auths: { [host]: { username: USER, password: PASSWORD } } })],
    ["auths, if the store has none", (host: string) => ({ credsStore: "none", auths: { [host]: { auth: PAIR } } })],
  ])("by %s", async (_, config) => {
    const host = await serving();
    const environment = helper("none", 'console.log("credentials not found in native keychain"); process.exit(1)');
    expect(
      await readOne(`${host}/shop/web:1`, { dockerConfigFolder: docker.folder(config(host)), environment }),
    ).toMatchObject(FOUND);
  });

  test("by auths, if the store's answer has an empty secret", async () => {
    const host = await serving();
    const environment = helper("empty", 'console.log(JSON.stringify({ Username: "", Secret: "" }))');
    const dockerConfigFolder = docker.folder({ credsStore: "empty", auths: { [host]: { auth: PAIR } } });
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder, environment })).toMatchObject(FOUND);
  });

  test.each([
    ["the registry's own helper", (host: string) => ({ credHelpers: { [host]: "made-up" }, credsStore: "missing" })],
    ["the store for all registries", () => ({ credsStore: "made-up" })],
    [
      "the store rather than auths",
      (host: string) => ({ credsStore: "made-up", auths: { [host]: { auth: "b2xkOm9sZA==" } } }),
    ],
  ])("by %s", async (_, config) => {
    const host = await serving("basic");
    const environment = helper("made-up", ANSWERS);
    expect(
      await readOne(`${host}/shop/web:1`, { dockerConfigFolder: docker.folder(config(host)), environment }),
    ).toMatchObject(FOUND);
  });

  test.each([
    ["in auths", (host: string) => ({ auths: { [host]: { auth: PAIR, identitytoken: "refresh-me-0815" } } })],
    ["of a helper", () => ({ credsStore: "made-up" })],
  ])("by an identity token %s, which the token service exchanges", async (_, config) => {
    const forms: string[] = [];
    const good = registry({ images: { "shop/web:1": image(FOUND) }, wants: "anonymous-bearer" });
    const url = await servers.plain((request, response) => {
      if (request.method !== "POST") return good(request, response);
      let form = "";
      request.setEncoding("utf8").on("data", (chunk) => {
        form += chunk;
      });
      request.on("end", () => {
        forms.push(form);
        response.end(JSON.stringify({ access_token: `${TOKEN}1` }));
      });
    });
    const { host } = new URL(url);
    const answer = JSON.stringify({ Username: "<token>", Secret: "refresh-me-0815" });
    const environment = helper("made-up", `console.log(${JSON.stringify(answer)});`);
    const dockerConfigFolder = docker.folder(config(host));
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder, environment })).toMatchObject(FOUND);
    expect(Object.fromEntries(new URLSearchParams(forms[0]))).toEqual({
      grant_type: "refresh_token",
      client_id: "prisma-ecs-runtime-defense",
      service: "made-up",
      scope: "repository:shop/web:pull",
      refresh_token: "refresh-me-0815",
    });
  });

  test("by a helper that leaves behind a process that keeps its output open", async () => {
    const host = await serving("basic");
    const dockerConfigFolder = docker.folder({ credsStore: "made-up" });
    const environment = helper("made-up", `${leavesBehind(dockerConfigFolder)} ${ANSWERS}`);
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder, environment })).toMatchObject(FOUND);
    expect(isLeft(dockerConfigFolder)).toBe(true);
  });

  test("and the helper sees no secret of this project", async () => {
    const echo = 'console.log(JSON.stringify({ Username: "x", Secret: JSON.stringify(process.env) }));';
    const { PATH } = helper("made-up", echo);
    const requests: string[] = [];
    const good = registry({ images: {}, wants: "basic" });
    const url = await servers.plain((request, response) => {
      requests.push(Buffer.from(request.headers.authorization?.split(" ")[1] ?? "", "base64").toString());
      good(request, response);
    });
    const dockerConfigFolder = docker.folder({ credsStore: "made-up" });
    const environment = { PATH, TL_PASS: "console-pass", TF_VAR_install_bundle: "bundle", REGION: "eu-west-1" };
    await readOne(`${new URL(url).host}/shop/web:1`, { dockerConfigFolder, environment });
    expect(requests.at(-1)).toBe(`x:${JSON.stringify({ PATH, REGION: "eu-west-1" })}`);
  });

  test("once per registry, for any number of images", async () => {
    const host = await serving("basic");
    const { PATH } = helper("made-up", `require("fs").appendFileSync(process.env.LOG, "asked\\n");${ANSWERS}`);
    const folder = docker.folder({ credsStore: "made-up" });
    const log = join(folder, "log");
    const images = [1, 2, 3, 4].map((tag) => `${host}/shop/web:${tag}`);
    await read(images, { dockerConfigFolder: folder, environment: { PATH, LOG: log } });
    expect(readFileSync(log, "utf8")).toBe("asked\n");
  });
});

test.each([
  [
    "beside one for Basic, in two headers",
    (realm: string) => [`Bearer ${realm},service="reg"`, 'Basic realm="https://other"'],
  ],
  ["behind one for Basic", (realm: string) => [`Basic realm="https://other", Bearer ${realm}, service="reg"`]],
  [
    "with spaces around its signs, and words without quotation marks",
    (realm: string) => [`Bearer ${realm.replace("=", " = ")} , service=reg`],
  ],
])("a challenge for a token is understood %s", async (_, challenges) => {
  const asked: string[] = [];
  const good = registry({ images: { "shop/web:1": image(FOUND) } });
  const url = await servers.plain((request, response) => {
    asked.push(request.url ?? "");
    const realm = `realm="http://${request.headers.host}/token"`;
    if (request.url?.startsWith("/token")) return response.end(JSON.stringify({ token: "t" }));
    if (request.headers.authorization) return good(request, response);
    return response.writeHead(401, { "www-authenticate": challenges(realm) }).end();
  });
  expect(await readOne(`${new URL(url).host}/shop/web:1`, { dockerConfigFolder: docker.folder({}) })).toMatchObject(
    FOUND,
  );
  expect(asked[1]).toBe("/token?service=reg&scope=repository%3Ashop%2Fweb%3Apull");
});

test("a challenge without a realm asks for nothing that could be given", async () => {
  const url = await servers.plain((_, response) => {
    response.writeHead(401, { "www-authenticate": 'Bearer service="reg"' }).end();
  });
  const { host } = new URL(url);
  expect(String(await readOne(`${host}/shop/web:1`, { dockerConfigFolder: docker.folder({}) }))).toContain(
    `${host} refuses access (HTTP 401): GET ${url}/v2/shop/web/manifests/1. Tried: without credentials`,
  );
});

test("a challenge whose realm is no address is refused, and quoted", async () => {
  const url = await servers.plain((_, response) => {
    response.writeHead(401, { "www-authenticate": 'Bearer realm="nowhere",service="reg"' }).end();
  });
  const { host } = new URL(url);
  expect(String(await readOne(`${host}/shop/web:1`, { dockerConfigFolder: docker.folder({}) }))).toContain(
    `${host} refers to "nowhere" for a token: GET ${url}/v2/shop/web/manifests/1. That must be an https address. Ask whoever runs the registry ${host}.`,
  );
});

describe("a secret that a registry sends appears in no message", () => {
  const asked = async (answer: (pathname: string, response: http.ServerResponse) => void) => {
    const url = await servers.plain((request, response) => answer(new URL(request.url ?? "", url).pathname, response));
    return String(await readOne(`${new URL(url).host}/shop/web:1`, { dockerConfigFolder: docker.folder({}) }));
  };

  test("a realm's password and query", async () => {
    const realm = "https://robot:R0b0tS3cret@auth.example.com/token?sig=S1gnature99";
    const text = await asked((_, response) => {
      response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
    });
    expect(text).toContain('refers to "https://auth.example.com" for a token');
    expect(text).not.toMatch(/R0b0tS3cret|S1gnature99/);
  });

  test("unused tokens", async () => {
    const tokens = { token: "opaqueToken1111", access_token: "opaqueAccess2222", refresh_token: "opaqueRefresh3333" };
    const text = await asked((pathname, response) => {
      if (pathname === "/token") return response.end(JSON.stringify(tokens));
      const message = Object.values(tokens).join(" ");
      const realm = `Bearer realm="http://${response.req.headers.host}/token"`;
      return response
        .writeHead(response.req.headers.authorization ? 403 : 401, { "www-authenticate": realm })
        .end(JSON.stringify({ errors: [{ code: "DENIED", message }] }));
    });
    expect(text).toContain("DENIED: [redacted] [redacted] [redacted]");
  });
});

test("a helper that hangs is killed when the run is stopped, which ends with the reason", async () => {
  const stop = new AbortController();
  const host = await serving();
  const { environment, ended } = await hanging(() => stop.abort(new Error("interrupted")));
  const options = { dockerConfigFolder: docker.folder({ credsStore: "made-up" }), environment, signal: stop.signal };
  await expect(read([`${host}/shop/web:1`], options)).rejects.toThrow("interrupted");
  await ended;
});

describe("one sentence names", () => {
  const problem = async (config: unknown, environment = {}, more = {}) => {
    const host = await serving();
    const folder = docker.folder(config);
    const found = (await read([`${host}/shop/web:1`], { dockerConfigFolder: folder, environment, ...more })).get(
      `${host}/shop/web:1`,
    );
    expect(found).toBeInstanceOf(RegistryError);
    const text = Object(found).message.replaceAll(host, "HOST").replaceAll(folder, "FOLDER");
    expect(text).not.toMatch(/\n|hidden/);
    return text;
  };

  test.each([
    [
      "a broken configuration",
      '{"auths": hidden',
      "Docker's configuration FOLDER/config.json is not valid JSON. Fix it",
    ],
    ["a list", "[]", "FOLDER/config.json is not as Docker writes it: the whole is wrong. Fix it"],
    ["auths of another form", { auths: "hidden" }, "is not as Docker writes it: auths is wrong. Fix it, or set"],
    ["an auth of another form", { auths: { x: { auth: 7 } } }, "is not as Docker writes it: auths.x.auth is wrong"],
    [
      "a configuration with a password in an address, without that password",
      { auths: { "https://me:hidden/hidden@registry.example.com/v2/": { auth: 7 } } },
      "is not as Docker writes it: auths.…@registry.example.com/v2/.auth is wrong",
    ],
    ["a helper with a path", { credsStore: "../../bin/hidden" }, "is not as Docker writes it: credsStore is wrong"],
    [
      "a missing helper",
      { credsStore: "missing" },
      "docker-credential-missing (named in FOLDER/config.json) is not installed. Install",
    ],
  ])("%s", async (_, config, says) => {
    expect(await problem(config, { PATH: "/no/such/folder" })).toContain(says);
  });

  test("an auth that isn't a user and a password", async () => {
    const host = await serving();
    const auth = Buffer.from("hidden").toString("base64");
    const dockerConfigFolder = docker.folder({ auths: { [host]: { auth } } });
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder })).toBe(
      `${join(dockerConfigFolder, "config.json")}: the auth of ${host} is not the base64 of user:password. ` +
        `Log in again with docker login ${host}.`,
    );
  });

  test("a configuration that can't be read", async () => {
    const folder = docker.folder({});
    const nested = join(folder, "nested");
    require("node:fs").mkdirSync(join(nested, "config.json"), { recursive: true });
    const host = await serving();
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder: nested })).toContain("can't be read (EISDIR)");
  });

  test.each([
    [
      "that fails",
      'console.log("the vault is sealed"); process.exit(2)',
      'ended with status 2 and says "the vault is sealed"',
    ],
    [
      "that fails after its answer",
      'console.log(JSON.stringify({ Username: "robot", Secret: "h3lper-Secret" })); process.exit(1)',
      "ended with status 1 and says what may be credentials, so it is not shown.",
    ],
    ["that fails without a word", "process.exit(1)", "ended with status 1 and says nothing"],
    ["that is killed", 'process.kill(process.pid, "SIGKILL")', "ended with status SIGKILL and says nothing"],
    ["that answers something else", 'console.log("hello")', "answered something else than credentials"],
    ["that answers numbers", "console.log(JSON.stringify({ Username: 1, Secret: 2 }))", "answered something else"],
    [
      "that answers too much",
      'process.stdout.write("x".repeat(3 << 20))',
      "can't be run (ERR_CHILD_PROCESS_STDIO_MAXBUFFER)",
    ],
    [
      "that prints a logging command",
      'console.log("##vso[x]y"); process.exit(1)',
      'ended with status 1 and says "## vso[x]y"',
    ],
  ])("a helper %s", async (_, script, says) => {
    const text = await problem({ credsStore: "made-up" }, helper("made-up", script));
    expect(text).toContain(
      `Docker's credential helper docker-credential-made-up (named in FOLDER/config.json) ${says}`,
    );
    expect(text).toContain("Install or fix it, or remove it from credsStore and credHelpers there.");
    expect(text).not.toContain("h3lper-Secret");
  });

  test("a helper that hangs, which is killed", async () => {
    const { clock, runNext } = manualClock();
    const host = await serving();
    // The helper reports that it runs, and only then its time limit expires.
    const { environment, ended } = await hanging(runNext);
    const dockerConfigFolder = docker.folder({ credsStore: "made-up" });
    const options = { dockerConfigFolder, environment, clock, network: { timeoutMs: 5000 } };
    expect(await readOne(`${host}/shop/web:1`, options)).toContain("did not answer within 5 s. Install or fix it");
    await ended;
  });

  test("a helper that hangs and leaves a process that keeps its output open", async () => {
    const { clock, runNext } = manualClock();
    const host = await serving();
    const started = await servers.plain((_, response) => {
      response.end();
      runNext();
    });
    const dockerConfigFolder = docker.folder({ credsStore: "made-up" });
    const waiting = `${leavesBehind(dockerConfigFolder)} require("http").get(${JSON.stringify(started)}); setInterval(() => {}, 1000);`;
    const options = {
      dockerConfigFolder,
      environment: helper("made-up", waiting),
      clock,
      network: { timeoutMs: 5000 },
    };
    expect(await readOne(`${host}/shop/web:1`, options)).toContain("did not answer within 5 s. Install or fix it");
    expect(isLeft(dockerConfigFolder)).toBe(true);
  });

  test.each([
    ["bearer", "token"],
    ["basic", "v2/shop/web/manifests/1"],
  ] as const)("a registry that requires credentials (%s) if there are none", async (wants, path) => {
    const host = await serving(wants);
    const text = await readOne(`${host}/shop/web:1`, { dockerConfigFolder: docker.folder({}) });
    const refusal = `${host} refuses access (HTTP 401, "UNAUTHORIZED: unauthorized"): GET http://${host}/${path}`;
    const tried = `Tried: without credentials, as Docker has none for ${host}`;
    const remedy = `log in with docker login ${host}`;
    expect(text).toBe(`${refusal}. ${tried}. Check that the image ${host}/shop/web:1 exists. If it does: ${remedy}.`);
  });

  test.each([
    ["those for another repository", (host: string) => ({ [`${host}/other/team`]: OTHER })],
    ["an entry that Docker has left empty", (host: string) => ({ [host]: {} })],
    ["a user without a password", (host: string) => ({ [host]: { username: USER } })],
  ])("a registry if the only credentials are %s", async (_, auths) => {
    const host = await serving();
    const dockerConfigFolder = docker.folder({ auths: auths(host) });
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder })).toContain(
      `Tried: without credentials, as Docker has none for ${host}.`,
    );
  });

  test("a registry that wants no credentials and hasn't the image: Docker's broken helper is not asked", async () => {
    const host = new URL(await servers.plain(registry({ images: {} }))).host;
    const dockerConfigFolder = docker.folder({ credsStore: "missing" });
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder })).toContain(
      `${host} has nothing at this address (HTTP 404`,
    );
  });

  test("a registry that refuses the credentials, and where they come from", async () => {
    const host = await serving();
    const auth = Buffer.from("someone:hidden-pass").toString("base64");
    const dockerConfigFolder = docker.folder({ auths: { [host]: { auth } } });
    const text = await readOne(`${host}/shop/web:1`, { dockerConfigFolder });
    expect(text).toContain(`Tried: the credentials in ${join(dockerConfigFolder, "config.json")}.`);
    expect(text).not.toContain("hidden");
  });
});
