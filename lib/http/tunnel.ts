import type http from "node:http";
import type https from "node:https";

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
  const { host, username, password } = proxy.url;
  const failed = { variable: proxy.variable, host, isLoggedIn: username !== "" || password !== "" };
  // The signal aborts requests to the proxy, which would keep the process running.
  const proxyRequestOptions: object = { ...secure, signal };
  const agent = new HttpsProxyAgent({ ...secure, timeout: connectMs, proxy: proxy.url, proxyRequestOptions });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target, done) =>
    connect(target, (error, socket) => {
      if (error) done?.(new ProxyError(failed, nameOf(target), reasonOf(error)), socket);
      else done?.(null, limitConnecting(socket, connectMs, clock));
    });
  return agent;
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
