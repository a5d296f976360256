import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { consoleSetBy } from "../../lib/console/calls";
import { openConnections } from "../../lib/http/connections";
import { exchange } from "../../lib/http/exchange";
import { authority, serverCertificate } from "../http/certificates";
import { manualClock } from "../http/manual-clock";
import { loopback } from "../http/servers";
import { goodConsole, settingsFor } from "./good-console";
import { bundledClient } from "./run-client";

const servers = loopback();
let client: Awaited<ReturnType<typeof bundledClient>>;

beforeAll(async () => {
  client = await bundledClient();
});

afterAll(() => {
  client.remove();
  servers.closeAll();
});

test("64 parallel calls cause no warning, and idle connections don't keep the process running", async () => {
  const settings = settingsFor(await servers.plain(goodConsole()));
  const { output, stderr, ended } = await client.run(settings, { calls: 64 });
  expect(output.split(",")).toEqual(Array(64).fill("34.04.145"));
  expect(stderr).toBe("");
  expect(ended).toBe(true);
});

test("a proxy's tunnel does not keep the process running", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exit-"));
  const caFile = join(folder, "ca.pem");
  const ca = await authority();
  writeFileSync(caFile, ca.cert);
  const url = await servers.secure(await serverCertificate({ ca }), goodConsole());
  const proxy = await servers.proxy();
  const options = { calls: 8, proxy: `http://${proxy.host}` };
  const { output, stderr, ended } = await client.run(settingsFor(url, { network: { caFile } }), options);
  rmSync(folder, { recursive: true });
  expect({ output: output.split(","), stderr }).toEqual({ output: Array(8).fill("34.04.145"), stderr: "" });
  expect(proxy.connects.length).toBeGreaterThan(0);
  expect(ended).toBe(true);
});

test("a login that fails does not keep the process running", async () => {
  const url = await servers.plain((_, response) => response.writeHead(401).end());
  const { output, ended } = await client.run(settingsFor(url));
  expect(output).toBe(
    `The Console refused the login (HTTP 401): POST ${url}/api/v1/authenticate. Check TL_USER and TL_PASS.`,
  );
  expect(ended).toBe(true);
});

test("a proxy that never opens its tunnel does not hold the process beyond the limit", async () => {
  const proxy = await servers.proxy(() => undefined);
  const settings = settingsFor("https://console.example.com", { network: { timeoutMs: 300 } });
  const { output, ended } = await client.run(settings, { proxy: `http://user:pw@${proxy.host}` });
  expect(output).toMatch(
    /^(The proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) does not answer in time|No complete answer within)/,
  );
  expect(output).not.toContain("pw@");
  expect(ended).toBe(true);
});

test("a connection that can't be made is given up before the answer's limit", async () => {
  const { clock, runNext } = manualClock();
  const silent = net.createServer(() => runNext()).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  const url = new URL(`https://127.0.0.1:${typeof address === "object" ? address?.port : ""}/api/v1/version`);
  const peer = consoleSetBy("TL_CONSOLE");
  const { signal } = new AbortController();
  const connections = openConnections({ proxies: {}, timeoutMs: 50, signal, clock });
  const trying = exchange({ method: "GET", url, peer }, { connections, limitMs: 60_000, signal, clock });
  await expect(trying).rejects.toThrow(`No connection to ${url.host} within the limit: GET ${url.href}. `);
  connections.close();
  silent.close();
});
