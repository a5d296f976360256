import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { consoleSetBy } from "../../lib/console/calls";
import { login } from "../../lib/console/client";
import { SettingsError } from "../../lib/errors";
import { systemClock } from "../../lib/http/clock";
import { openConnections } from "../../lib/http/connections";
import { exchange } from "../../lib/http/exchange";
import { Secret } from "../../lib/text/secret";
import { authority, type Certificate, serverCertificate } from "../http/certificates";
import { manualClock } from "../http/manual-clock";
import { loopback } from "../http/servers";
import { goodConsole, settingsFor } from "./good-console";

const servers = loopback();
const folder = mkdtempSync(join(tmpdir(), "proxy-"));
const caFile = join(folder, "ca.pem");
let ca: Certificate;
let certificate: Certificate;
let unknown: Certificate;

beforeAll(async () => {
  ca = await authority();
  writeFileSync(caFile, ca.cert);
  certificate = await serverCertificate({ ca });
  unknown = await serverCertificate();
});

afterEach(() => {
  servers.closeAll();
});

afterAll(() => rmSync(folder, { recursive: true }));

function through(proxy: string, exceptions?: string, variable = "HTTPS_PROXY") {
  return {
    proxies: { https: { variable, address: new Secret(proxy) }, ...(exceptions && { exceptions }) },
  };
}

function context(notices: string[] = []) {
  return { signal: new AbortController().signal, notice: (line: string) => void notices.push(line) };
}

test("the calls go through one tunnel, and only the proxy gets the proxy's credentials", async () => {
  const headers: string[] = [];
  const good = goodConsole();
  const url = await servers.secure(certificate, (request, response) => {
    headers.push(...request.rawHeaders);
    good(request, response);
  });
  const proxy = await servers.proxy();
  const network = through(`http://us%40er:p%2Fw@${proxy.host}`);
  using console = await login(settingsFor(url, { network: { ...network, caFile } }), context());
  expect(await console.version()).toBe("34.04.145");
  const authorization = `Basic ${Buffer.from("us@er:p/w").toString("base64")}`;
  expect(proxy.connects).toEqual([{ target: new URL(url).host, authorization }]);
  expect(proxy.requests).toEqual([]);
  expect(headers.join()).not.toMatch(/proxy-/i);
});

test("each connection of 64 parallel calls is a tunnel", async () => {
  const connections = new Set<unknown>();
  const good = goodConsole();
  const url = await servers.secure(certificate, (request, response) => {
    connections.add(request.socket);
    good(request, response);
  });
  const proxy = await servers.proxy();
  const network = through(`http://${proxy.host}`);
  using console = await login(settingsFor(url, { network: { ...network, caFile } }), context());
  const versions = await Promise.all(Array.from({ length: 64 }, () => console.version()));
  expect(versions).toEqual(Array(64).fill("34.04.145"));
  expect(connections.size).toBeGreaterThan(1);
  expect(proxy.connects.map(({ target }) => target)).toEqual(Array(connections.size).fill(new URL(url).host));
});

test("an answer through the tunnel may take longer than its connection", async () => {
  const { clock, runNext, waiting } = manualClock();
  const url = new URL(
    await servers.secure(certificate, (_, response) => {
      // Only the answer's limit is still running, not the connection's.
      response.end(String(waiting()));
    }),
  );
  const proxy = await servers.proxy();
  const { signal } = new AbortController();
  const network = through(`http://${proxy.host}`);
  const connections = openConnections({ ...network, caFile, timeoutMs: 30_000, signal, clock });
  const peer = consoleSetBy("TL_CONSOLE");
  const { body } = await exchange({ method: "GET", url, peer }, { connections, limitMs: 60_000, signal, clock });
  connections.close();
  expect(body.toString()).toBe("1");
  expect(runNext).toThrow("no timer is waiting");
  expect(proxy.connects).toHaveLength(1);
});

test("the Console's certificate is verified behind the tunnel", async () => {
  const url = await servers.secure(unknown, goodConsole());
  const proxy = await servers.proxy();
  const network = through(`http://${proxy.host}`);
  await expect(login(settingsFor(url, { network: { ...network, caFile } }), context())).rejects.toThrow(
    `The certificate of ${new URL(url).host} is self-signed: `,
  );
  expect(proxy.connects).toHaveLength(1);
});

test("an IPv6 address has brackets in CONNECT, and none in the check of its certificate", async () => {
  const secured = await servers.secure(await serverCertificate({ ca, host: "::1" }), goodConsole());
  const targets: string[] = [];
  const proxy = await servers.tunnel((target) => {
    targets.push(target);
    return connect(Number(new URL(secured).port), "127.0.0.1");
  });
  const network = { ...through(`http://${proxy}`), caFile };
  (await login(settingsFor("https://[::1]:8083", { network }), context()))[Symbol.dispose]();
  expect(targets).toEqual(["[::1]:8083"]);
});

test("a proxy may have an IPv6 address", async () => {
  const failing = login(settingsFor("https://console.example.com", { network: through("http://[::1]:1") }), context());
  // A machine without IPv6 has another code, but the address is understood there, too.
  await expect(failing).rejects.toThrow(/^The proxy \[::1\]:1 \(HTTPS_PROXY\) can't be used \((?!ENOTFOUND)\w+\)/);
});

test("a proxy with an unknown authority is named, and the file to trust it by", async () => {
  const proxy = (await servers.secure(unknown, goodConsole())).replace("https://", "");
  const failing = login(
    settingsFor("https://console.example.com", { network: through(`https://localhost:${proxy.split(":")[1]}`) }),
    context(),
  );
  await expect(failing).rejects.toThrow(/\(HTTPS_PROXY\) has a certificate that this machine doesn't trust \(\w+\): /);
  await expect(failing).rejects.toThrow("Set TL_CA_CERT to a PEM file with its authority");
});

test.each([
  ["a name", "localhost", "localhost"],
  ["an IP address, which TLS takes for no server's name", "127.0.0.1", false],
])("a proxy that speaks TLS and has %s is trusted through TL_CA_CERT", async (_, host, serverName) => {
  const url = await servers.secure(certificate, goodConsole());
  const proxy = await servers.proxy(undefined, await serverCertificate({ ca, host }));
  const network = { ...through(`https://${proxy.host.replace("127.0.0.1", host)}`), caFile };
  (await login(settingsFor(url, { network }), context()))[Symbol.dispose]();
  expect(proxy.connects).toHaveLength(1);
  expect(proxy.serverNames).toEqual([serverName]);
});

test.each([
  ["never opens its tunnel", "", "The proxy PROXY (HTTPS_PROXY) does not answer in time (ETIMEDOUT): "],
  ["opens one to nowhere", "HTTP/1.1 200 OK\r\n\r\n", "No connection to console.example.com within the limit: "],
])("a proxy that %s is given up before the answer's limit", async (_, says, expected) => {
  const proxy = await servers.proxy((socket) => socket.write(says));
  const { signal } = new AbortController();
  const options = { signal, clock: systemClock };
  const connections = openConnections({ ...through(`http://${proxy.host}`), timeoutMs: 50, ...options });
  const url = new URL("https://console.example.com/api/v1/version");
  const call = { method: "GET", url, peer: consoleSetBy("TL_CONSOLE") } as const;
  await expect(exchange(call, { connections, limitMs: 60_000, ...options })).rejects.toThrow(
    expected.replace("PROXY", proxy.host),
  );
  connections.close();
});

test("a host in NO_PROXY is reached directly", async () => {
  const url = await servers.secure(certificate, goodConsole());
  const network = through("http://127.0.0.1:1", "other.example.com,127.0.0.1");
  using console = await login(settingsFor(url, { network: { ...network, caFile } }), context());
  expect(await console.version()).toBe("34.04.145");
});

test("plain http on loopback never goes to a proxy, which would read the password", async () => {
  const proxy = await servers.proxy();
  const network = through(`http://${proxy.host}`);
  using console = await login(settingsFor(await servers.plain(goodConsole()), { network }), context());
  expect(await console.version()).toBe("34.04.145");
  expect({ connects: proxy.connects, requests: proxy.requests }).toEqual({ connects: [], requests: [] });
});

const PAGE = "<html><title>Blocked</title></html>";
const TUNNEL_FAULTS = [
  [
    "requires other credentials",
    "HTTP/1.1 407 Proxy Authentication Required",
    "requires a valid user and password (HTTP 407): ",
    1,
  ],
  [
    "gets too many requests",
    "HTTP/1.1 429 Too Many Requests",
    "does not connect to console.example.com (HTTP 429), after 4 tries: ",
    4,
  ],
  ["forbids the Console", "HTTP/1.1 403 Forbidden", "does not connect to console.example.com (HTTP 403): ", 1],
  [
    "does not reach the Console",
    "HTTP/1.1 503 Unavailable",
    "does not connect to console.example.com (HTTP 503), after 4 tries: ",
    4,
  ],
  ["does not speak HTTP", "SSH-2.0-OpenSSH_9.6", "can't be used (HPE_INVALID_CONSTANT): ", 1],
] as const;

test.each(TUNNEL_FAULTS)("a proxy that %s is named, without its credentials", async (_, line, says, tries) => {
  const notices: string[] = [];
  const proxy = await servers.proxy((socket) => socket.end(`${line}\r\ncontent-length: ${PAGE.length}\r\n\r\n${PAGE}`));
  const network = through(`http://user:hidden@${proxy.host}`);
  const failing = login(settingsFor("https://console.example.com", { network }), context(notices));
  await expect(failing).rejects.toMatchObject({
    sentences: [expect.stringContaining(`The proxy ${proxy.host} (HTTPS_PROXY) ${says}`)],
  });
  await expect(failing).rejects.not.toThrow("hidden");
  expect(notices.join()).not.toContain("hidden");
  expect(proxy.connects).toHaveLength(tries);
});

test.each([
  [
    "refuses connections",
    "http://user:hidden@127.0.0.1:1",
    "The proxy 127.0.0.1:1 (HTTPS_PROXY) can't be used (ECONNREFUSED), after 4 tries: ",
  ],
])("a proxy that %s is named", async (_, setting, says) => {
  const network = through(setting);
  await expect(login(settingsFor("https://console.example.com", { network }), context())).rejects.toThrow(says);
});

test.each([
  ["", "Write them into ALL_PROXY, http://user:password@host:port."],
  ["user:hidden@", "Check the user and password in ALL_PROXY, http://user:password@host:port."],
])("the error of a proxy that refuses the login %j names the variable to write it in", async (user, says) => {
  const proxy = await servers.proxy((socket) => socket.end("HTTP/1.1 407 No\r\n\r\n"));
  const network = through(`http://${user}${proxy.host}`, undefined, "ALL_PROXY");
  const failing = login(settingsFor("https://console.example.com", { network }), context());
  await expect(failing).rejects.toThrow(`The proxy ${proxy.host} (ALL_PROXY) requires a valid user and password`);
  await expect(failing).rejects.toThrow(says);
});

test.each(["socks5://user:hidden@127.0.0.1:1080", "http://", "http://[bad"])(
  "HTTPS_PROXY=%s is refused",
  async (setting) => {
    const network = through(setting);
    const failing = login(settingsFor("https://console.example.com", { network }), context());
    await expect(failing).rejects.toThrow(SettingsError);
    await expect(failing).rejects.toThrow(/^HTTPS_PROXY must be an address such as [^@]*$/);
  },
);
