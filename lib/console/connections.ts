import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import tls from "node:tls";

import { HttpsProxyAgent } from "hpagent";
import { getProxyForUrl } from "proxy-from-env";

import { SettingsError } from "../errors";
import { oneLine } from "../outside-text";

/** Where sockets come from: kept alive between calls, verified, through the proxy where there is one. */
export type Connections = {
  agentFor(url: URL): http.Agent;
  close(): void;
};

/** The way to the proxy, or through it, failed: the Console was not reached. */
export class ProxyError extends Error {
  constructor(
    /** `host:port` */
    readonly proxy: string,
    /** The error's code, or `HTTP 407` when that was the answer to CONNECT. */
    readonly reason: string,
  ) {
    super("The proxy failed.");
  }
}

/** @throws SettingsError when TL_CA_CERT names no certificate; `agentFor` when HTTPS_PROXY is no proxy's address. */
export async function openConnections(
  caFile: string | undefined,
  connectMs: number,
  stop: AbortSignal,
): Promise<Connections> {
  const secure: https.AgentOptions = {
    keepAlive: true,
    // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    rejectUnauthorized: true,
    ...(caFile === undefined ? {} : { secureContext: await trusting(caFile) }),
  };
  const plain = new http.Agent({ keepAlive: true });
  const direct = directly(secure, connectMs);
  let tunnel: https.Agent | undefined; // one is enough: HTTPS_PROXY is the same for every address
  return {
    agentFor: (url) => {
      // For loopback alone, so it never goes to a proxy, which would read the password.
      if (url.protocol === "http:") return plain;
      const proxy = proxyOf(url);
      if (proxy === undefined) return direct;
      tunnel ??= tunnelThrough(proxy, secure, connectMs, stop);
      return tunnel;
    },
    close: () => {
      for (const agent of [plain, direct, tunnel]) agent?.destroy();
    },
  };
}

// Beside Node's own authorities: the proxy's or another address's certificate may be signed by one of those.
async function trusting(caFile: string): Promise<tls.SecureContext> {
  const name = `TL_CA_CERT must be a PEM file with certificates, ${oneLine(caFile, 120)}`;
  const text = await readFile(caFile, "latin1").catch((error: NodeJS.ErrnoException) => {
    throw new SettingsError([`${name} can't be read (${error.code}). Check the path and the file's rights.`]);
  });
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    if (certificates.length === 0) throw new Error("no certificate");
    for (const certificate of certificates) new X509Certificate(certificate);
    return tls.createSecureContext({ ca: [...tls.rootCertificates, ...certificates] });
  } catch {
    const remedy = "Convert a DER file with openssl x509 -inform der -in FILE -out FILE.pem";
    throw new SettingsError([`${name} holds ${certificates.length ? "a broken one" : "none"}. ${remedy}.`]);
  }
}

function proxyOf(url: URL): URL | undefined {
  const setting = getProxyForUrl(url.href);
  if (setting === "") return undefined;
  const proxy = URL.canParse(setting) ? new URL(setting) : undefined;
  if (proxy?.hostname && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new SettingsError([
    "HTTPS_PROXY must be an address such as http://proxy.example.com:3128, got something else.",
  ]);
}

function tunnelThrough(proxy: URL, secure: https.AgentOptions, connectMs: number, stop: AbortSignal): https.Agent {
  // The signal is for a request to the proxy that would hold the process.
  const proxyRequestOptions: object = { ...secure, signal: stop };
  const agent = new HttpsProxyAgent({ ...secure, timeout: connectMs, proxy, proxyRequestOptions });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target, done) =>
    connect(target, (error, socket) => {
      if (error) done?.(new ProxyError(proxy.host, reasonOf(error)), socket);
      else done?.(null, limited(socket, connectMs));
    });
  return agent;
}

// hpagent tells a status, and its time limit, in the message alone.
function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  if (message === "Proxy timeout") return "ETIMEDOUT";
  const status = /^Bad response: (\d{3})$/.exec(message)?.[1];
  return status ? `HTTP ${status}` : (code ?? "no reason given");
}

function directly(secure: https.AgentOptions, connectMs: number): https.Agent {
  const agent = new https.Agent(secure);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target) => {
    const socket = connect(target);
    return socket && limited(socket, connectMs);
  };
  return agent;
}

function limited<S extends Duplex>(socket: S, milliseconds: number): S {
  const late = Object.assign(new Error("The connection took too long."), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(late), milliseconds);
  for (const event of ["secureConnect", "close"]) socket.once(event, () => clearTimeout(timer));
  return socket;
}
