import { setMaxListeners } from "node:events";
import http from "node:http";
import https from "node:https";

import type { NetworkSettings } from "../settings/network";
import type { Clock } from "./clock";
import { limitConnecting } from "./connecting";
import { proxyFor } from "./proxies";
import { trustAuthorities } from "./trust";
import { tunnelThrough } from "./tunnel";

/** Opens sockets: kept alive between calls, verified, and through the proxy if there is one. */
export type Connections = {
  /**
   * @param isRetry whether the call failed before: then its connection is new, as those kept alive may all be dead
   * @throws SettingsError when the proxy's variable, such as HTTPS_PROXY, holds no valid address.
   */
  agentFor(url: URL, isRetry?: boolean): http.Agent;
  close(): void;
};

type ConnectionOptions = Pick<NetworkSettings, "caFile" | "proxies" | "timeoutMs"> & {
  readonly signal: AbortSignal;
  readonly clock: Clock;
};

// The most of a try's time that connecting may take.
const CONNECT_MS = 10_000;

/** @throws SettingsError when `caFile` holds no certificate. */
export function openConnections(options: ConnectionOptions): Connections {
  const { caFile, signal } = options;
  setMaxListeners(0, signal); // each pending call adds a listener
  const secure: https.AgentOptions = {
    // Set explicitly, because NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    rejectUnauthorized: true,
    ...(caFile === undefined ? {} : { secureContext: trustAuthorities(caFile) }),
  };
  const kept = openAgents({ ...secure, keepAlive: true }, options);
  const fresh = openAgents({ ...secure, keepAlive: false }, options);
  return {
    agentFor: (url, isRetry = false) => (isRetry ? fresh : kept).agentFor(url),
    close: () => {
      kept.close();
      fresh.close();
    },
  };
}

function openAgents(secure: https.AgentOptions, options: ConnectionOptions): Connections {
  const plain = new http.Agent({ keepAlive: secure.keepAlive });
  const connectMs = Math.min(CONNECT_MS, options.timeoutMs);
  const direct = directAgent(secure, connectMs, options.clock);
  let tunnel: https.Agent | undefined; // one is enough: HTTPS_PROXY is the same for every address
  return {
    agentFor: (url) => {
      // Only used for loopback, so it must not go through a proxy, which would read the password.
      if (url.protocol === "http:") return plain;
      const proxy = proxyFor(url, options.proxies);
      if (proxy === undefined) return direct;
      tunnel ??= tunnelThrough(proxy, secure, { ...options, connectMs });
      return tunnel;
    },
    close: () => {
      for (const agent of [plain, direct, tunnel]) agent?.destroy();
    },
  };
}

function directAgent(secure: https.AgentOptions, connectMs: number, clock: Clock): https.Agent {
  const agent = new https.Agent(secure);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target) => {
    const socket = connect(target);
    return socket && limitConnecting(socket, connectMs, clock);
  };
  return agent;
}
