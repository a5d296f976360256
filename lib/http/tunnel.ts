import type https from "node:https";

import { HttpsProxyAgent } from "hpagent";

import type { Clock } from "./clock";
import { limitConnecting } from "./connecting";
import type { ChosenProxy } from "./proxies";

/** What may be said of a proxy: its address holds a password. */
export type FailedProxy = Pick<ChosenProxy, "variable"> & {
  /** `host:port` */
  readonly host: string;
  readonly hasUser: boolean;
};

/** The proxy failed, or the way through it: the other side was not reached. */
export class ProxyError extends Error {
  constructor(
    readonly proxy: FailedProxy,
    /** The error's code, or `HTTP 407` when that was the answer to CONNECT. */
    readonly reason: string,
  ) {
    super("The proxy failed.");
  }
}

/** An agent whose connections go through the proxy. They fail with `ProxyError`. */
export function tunnelThrough(
  proxy: ChosenProxy,
  secure: https.AgentOptions,
  { connectMs, signal, clock }: { readonly connectMs: number; readonly signal: AbortSignal; readonly clock: Clock },
): https.Agent {
  const failed = { variable: proxy.variable, host: proxy.url.host, hasUser: proxy.url.username !== "" };
  // The signal ends a request to the proxy that would keep the process running.
  const proxyRequestOptions: object = { ...secure, signal };
  const agent = new HttpsProxyAgent({ ...secure, timeout: connectMs, proxy: proxy.url, proxyRequestOptions });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target, done) =>
    connect(target, (error, socket) => {
      if (error) done?.(new ProxyError(failed, reasonOf(error)), socket);
      else done?.(null, limitConnecting(socket, connectMs, clock));
    });
  return agent;
}

// hpagent says a status, and its time limit, in the message alone.
function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  if (message === "Proxy timeout") return "ETIMEDOUT";
  const status = /^Bad response: (\d{3})$/.exec(message)?.[1];
  return status ? `HTTP ${status}` : (code ?? "no reason given");
}
