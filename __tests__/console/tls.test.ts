import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { login } from "../../lib/console/client";
import { SettingsError } from "../../lib/errors";
import { authority, type Certificate, serverCertificate } from "../http/certificates";
import { loopback } from "../http/servers";
import { goodConsole, type Received, settingsFor } from "./good-console";
import { bundledClient } from "./run-client";

const servers = loopback();
const folder = mkdtempSync(join(tmpdir(), "tls-"));
const caFile = join(folder, "ca.pem");
let ca: Certificate;

beforeAll(async () => {
  ca = await authority();
  const { cert } = await authority("One Before It");
  writeFileSync(caFile, `${cert}\n# the Console's own authority\n${ca.cert}`);
});

afterAll(() => {
  servers.closeAll();
  rmSync(folder, { recursive: true });
});

function context(notices: string[] = []) {
  return { signal: new AbortController().signal, notice: (line: string) => void notices.push(line) };
}

test("a Console with a private authority is trusted through TL_CA_CERT", async () => {
  const url = await servers.secure(await serverCertificate({ ca }), goodConsole());
  using console = await login(settingsFor(url, { network: { caFile } }), context());
  expect(await console.version()).toBe("34.04.145");
});

test("a retry, whose connection is new, trusts it, too", async () => {
  let tries = 0;
  const good = goodConsole();
  const url = await servers.secure(await serverCertificate({ ca }), (request, response) =>
    tries++ === 0 ? response.writeHead(503).end() : good(request, response),
  );
  const notices: string[] = [];
  (await login(settingsFor(url, { network: { caFile } }), context(notices)))[Symbol.dispose]();
  expect(notices).toEqual([expect.stringContaining("(try 2 of 4)")]);
});

test("TL_CA_CERT leaves the authorities of NODE_EXTRA_CA_CERTS trusted, except on Node 20", async () => {
  const extra = await authority("Another Authority");
  const extraFile = join(folder, "extra.pem");
  writeFileSync(extraFile, extra.cert);
  const url = await servers.secure(await serverCertificate({ ca: extra }), goodConsole());
  const client = await bundledClient();
  const { output } = await client.run(settingsFor(url, { network: { caFile } }), {
    env: { NODE_EXTRA_CA_CERTS: extraFile },
  });
  client.remove();
  const isNode20 = process.version.startsWith("v20.");
  expect(output).toContain(isNode20 ? "an authority that this machine doesn't trust" : "34.04.145");
});

test("a server that refuses this machine's TLS is not said to have none", async () => {
  const alert = Buffer.from([0x15, 3, 3, 0, 2, 2, 70]); // fatal, protocol_version
  const server = createServer((socket) => socket.on("error", () => {}).end(alert)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${Object(server.address()).port}`;
  const failing = login(settingsFor(`https://${host}`), context());
  await expect(failing).rejects.toThrow(`${host} offers no acceptable TLS: "alert protocol version": POST `);
  server.close();
});

test.each([
  [
    "an unknown authority",
    () => serverCertificate({ ca }),
    false,
    "is signed by an authority that this machine doesn't trust",
    "Set TL_CA_CERT",
  ],
  [
    "an unknown authority that is sent along",
    async () => {
      const { cert, key } = await serverCertificate({ ca });
      return { cert: `${cert}\n${ca.cert}`, key };
    },
    false,
    "is signed by an authority that this machine doesn't trust",
    "Set TL_CA_CERT",
  ],
  [
    "a self-signed certificate",
    () => serverCertificate(),
    false,
    "is self-signed",
    "set TL_CA_CERT to a PEM file with it",
  ],
  [
    "another self-signed certificate than the trusted one",
    () => serverCertificate(),
    true,
    "is self-signed",
    "TL_CA_CERT",
  ],
  ["an expired certificate", () => serverCertificate({ ca, expired: true }), true, "has expired", "Have it renewed"],
  [
    "a certificate that is valid from tomorrow",
    () => serverCertificate({ ca, future: true }),
    true,
    "is not valid yet",
    "clock",
  ],
  [
    "a certificate for another host",
    () => serverCertificate({ ca, host: "other.example.com" }),
    true,
    'is for other names: "DNS:other.example.com"',
    "Set TL_CONSOLE to one of its names.",
  ],
])("%s is refused at once, before anything is sent", async (_, certificate, trusted, says, remedy) => {
  const requests: Received[] = [];
  const notices: string[] = [];
  const url = await servers.secure(await certificate(), goodConsole(requests));
  const failing = login(settingsFor(url, { network: trusted ? { caFile } : {} }), context(notices));
  await expect(failing).rejects.toMatchObject({
    sentences: [
      expect.stringContaining(`The certificate of ${new URL(url).host} ${says}: POST ${url}/api/v1/authenticate. `),
    ],
  });
  await expect(failing).rejects.toThrow(remedy);
  expect(requests).toEqual([]);
  expect(notices).toEqual([]);
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch verification off", async () => {
  const requests: Received[] = [];
  const url = await servers.secure(await serverCertificate(), goodConsole(requests));
  const client = await bundledClient();
  const proxy = await servers.proxy(undefined, await serverCertificate());
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  const direct = await client.run(settingsFor(url), { env });
  const through = await client.run(settingsFor(url), { env, proxy: `https://${proxy.host}` });
  client.remove();
  expect(direct.output).toContain("is self-signed: POST ");
  expect(through.output).toContain("has a certificate that this machine doesn't trust ");
  expect({ requests, connects: proxy.connects }).toEqual({ requests: [], connects: [] });
});

test("a plain HTTP server under https is reported as such", async () => {
  const url = (await servers.plain(goodConsole())).replace("http:", "https:");
  await expect(login(settingsFor(url), context())).rejects.toThrow(`${new URL(url).host} does not speak TLS: `);
});

test.each([
  ["is missing", undefined, "can't be read (ENOENT)"],
  ["is a folder", "folder", "can't be read (EISDIR)"],
  ["is larger than 1 MiB", Buffer.alloc(2 * 1024 * 1024), "can't be read (larger than 1 MiB)"],
  ["is not PEM", Buffer.from([0x30, 0x82, 0x01]), "holds none. Convert a DER file"],
  ["is empty", "", "holds none. Convert"],
  [
    "holds a broken certificate",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "holds a broken one. Write each from -----BEGIN CERTIFICATE----- to",
  ],
])("a TL_CA_CERT that %s is reported before any request", async (_, content, says) => {
  const requests: Received[] = [];
  const url = await servers.plain(goodConsole(requests));
  const file = content === "folder" ? folder : join(folder, "given.pem");
  if (content !== undefined && content !== "folder") writeFileSync(file, content);
  const failing = login(settingsFor(url, { network: { caFile: file } }), context());
  await expect(failing).rejects.toThrow(SettingsError);
  await expect(failing).rejects.toThrow("TL_CA_CERT must be a PEM file with certificates, ");
  await expect(failing).rejects.toThrow(says);
  expect(requests).toEqual([]);
});
