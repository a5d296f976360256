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
import { deadline } from "./deadline";

/** Where sockets come from: kept alive between calls, verified, through the proxy where there is one. */
export type Connections = {
  agentFor(url: URL): http.Agent;
  /** `host:port` of the proxy that stands before this address. */
  proxyFor(url: URL): string | undefined;
  close(): void;
};

/** The way to the proxy, or through it, failed: the Console was not reached. */
export class ProxyError extends Error {
  readonly code: string | undefined;
  /** What the proxy answered to CONNECT. */
  readonly status: number | undefined;

  constructor(error: Error & { code?: string }, timedOut: boolean) {
    super("The proxy failed.");
    this.code = timedOut ? "ETIMEDOUT" : error.code;
    const status = /^Bad response: (\d{3})$/.exec(error.message)?.[1];
    this.status = status === undefined ? undefined : Number(status);
  }
}

/** @throws SettingsError when TL_CA_CERT names no certificate, or HTTPS_PROXY is no proxy's address. */
export async function openConnections(
  urls: readonly URL[],
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
  const plain = connectWithin(connectMs, new http.Agent({ keepAlive: true }));
  const direct = connectWithin(connectMs, new https.Agent(secure));
  const tunnels = new Map(
    urls.flatMap((url) => {
      const proxy = proxyOf(url);
      return proxy ? [[proxy.href, tunnel(proxy, secure, connectMs, stop)] as const] : [];
    }),
  );
  return {
    agentFor: (url) => (url.protocol === "http:" ? plain : (tunnels.get(proxyOf(url)?.href ?? "") ?? direct)),
    proxyFor: (url) => proxyOf(url)?.host,
    close: () => {
      for (const agent of [plain, direct, ...tunnels.values()]) agent.destroy();
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

// Plain http is for loopback alone, so it never goes to a proxy, which would read the password.
function proxyOf(url: URL): URL | undefined {
  const setting = url.protocol === "https:" ? getProxyForUrl(url.href) : "";
  if (setting === "") return undefined;
  const proxy = URL.canParse(setting) ? new URL(setting) : undefined;
  if (proxy?.hostname && (proxy.protocol === "http:" || proxy.protocol === "https:")) return proxy;
  throw new SettingsError([
    "HTTPS_PROXY must be an address such as http://proxy.example.com:3128, got something else.",
  ]);
}

function tunnel(proxy: URL, secure: https.AgentOptions, connectMs: number, stop: AbortSignal): https.Agent {
  const request = { ...secure, signal: stop };
  const agent = new HttpsProxyAgent({ ...secure, proxy, proxyRequestOptions: request as object });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target, done) => {
    const limit = deadline(connectMs, stop);
    request.signal = limit.signal; // read by the next line; a proxy that never answers CONNECT would hold the process
    return connect(target, (error, socket) => {
      limit.release();
      if (error) done?.(new ProxyError(error, limit.signal.aborted), socket);
      else done?.(null, limited(socket, connectMs));
    });
  };
  return agent;
}

function connectWithin<A extends http.Agent>(milliseconds: number, agent: A): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target) => {
    const socket = connect(target);
    return socket && limited(socket, milliseconds);
  };
  return agent;
}

function limited<S extends Duplex>(socket: S, milliseconds: number): S {
  const late = Object.assign(new Error("The connection took too long."), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(late), milliseconds);
  for (const event of [socket instanceof tls.TLSSocket ? "secureConnect" : "connect", "close"]) {
    socket.once(event, () => clearTimeout(timer));
  }
  return socket;
}
