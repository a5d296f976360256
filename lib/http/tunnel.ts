import type http from "node:http";
import type https from "node:https";
import { isIP, isIPv6 } from "node:net";
import tls from "node:tls";

import { HttpsProxyAgent } from "hpagent";

import type { Clock } from "./clock";
import { limitConnecting } from "./connecting";
import type { ChosenProxy } from "./proxies";
import { ProxyError } from "./proxy-failure";

/** An agent whose connections go through the proxy. They fail with `ProxyError`. */
export function tunnelThrough(
  proxy: ChosenProxy,
  secure: https.AgentOptions,
  { connectMs, signal, clock }: { readonly connectMs: number; readonly signal: AbortSignal; readonly clock: Clock },
): https.Agent {
  const { host, port, username, password } = proxy.url;
  const failed = { variable: proxy.variable, host, isLoggedIn: username !== "" || password !== "" };
  // Node connects to an IPv6 address without brackets only.
  const hostname = proxy.url.hostname.replace(/^\[(.*)\]$/, "$1");
  // For "https:" hpagent gives TLS the host as the server's name, and Node 26 refuses an IP address there.
  const protocol = proxy.url.protocol === "https:" && isIP(hostname) ? "tls:" : proxy.url.protocol;
  const address = { protocol, hostname, port, username, password } as URL; // all that hpagent reads
  // The signal aborts requests to the proxy, which would keep the process running.
  const proxyRequestOptions: object = { ...secure, signal, servername: "" };
  const agent = new HttpsProxyAgent({ ...secure, timeout: connectMs, proxy: address, proxyRequestOptions });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const target = withBrackets(options);
    return connect(target, (error, socket) => {
      if (error) done?.(new ProxyError(failed, nameOf(target), reasonOf(error)), socket);
      else done?.(null, limitConnecting(socket, connectMs, clock));
    });
  };
  return agent;
}

// In CONNECT an IPv6 address has brackets; in its certificate it has none.
function withBrackets(target: https.RequestOptions): https.RequestOptions {
  const host = target.host ?? "";
  if (!isIPv6(host)) return target;
  return { ...target, host: `[${host}]`, checkServerIdentity: (_, cert) => tls.checkServerIdentity(host, cert) };
}

function nameOf({ host, port }: http.RequestOptions): string {
  return Number(port ?? 443) === 443 ? `${host}` : `${host}:${port}`;
}

// hpagent reports a status, or that its time limit is over, only in the message.
function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  if (message === "Proxy timeout") return "ETIMEDOUT";
  const status = /^Bad response: (\d{3})$/.exec(message)?.[1];
  return status ? `HTTP ${status}` : (code ?? "no reason given");
}
