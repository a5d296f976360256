import { isIPv4 } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";

import { consoleApi, type RecordedRequest } from "./api";
import { INSTALL_BUNDLE, VERSION } from "./defender";
import type { ListedDefender } from "./defenders";

export type LocalConsoleOptions = {
  /** @default 0, any free one */
  readonly port?: number;
  /** A loopback address: others must not reach a server with published credentials. @default "127.0.0.1" */
  readonly host?: string;
  /** As the SaaS Console has it: `/us-2-158123456`. @default none */
  readonly tenantPath?: string;
  readonly user?: string;
  readonly password?: string;
  /** Milliseconds before each answer. @default 0 */
  readonly latencyMs?: number;
  /** @default VERSION */
  readonly version?: string;
  /** @default one that says it is local */
  readonly installBundle?: string;
  /** The Defenders that it lists. @default none */
  readonly defenders?: readonly ListedDefender[] | (() => readonly ListedDefender[]);
  /** Runs before the API on every request: to inject a fault, or to alter an answer. */
  readonly intercept?: MiddlewareHandler;
};

export type LocalConsole = {
  /** The path to Console, tenant path included. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly version: string;
  readonly installBundle: string;
  /** All requests, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Stops at once, calls in progress included. */
  close(): Promise<void>;
};

/** Starts a stand-in for a Prisma Cloud Compute Console. It protects nothing, and its made-up credentials say so. */
export async function startLocalConsole(options: LocalConsoleOptions = {}): Promise<LocalConsole> {
  const { port = 0, host = "127.0.0.1", latencyMs = 0, installBundle = INSTALL_BUNDLE, intercept } = options;
  const { user = "local-user", password = "local-password", version = VERSION } = options;
  if (!isLoopback(host)) throw new RangeError(`host must be a loopback address such as 127.0.0.1, got ${host}.`);
  const tenantPath = withSlashInFront(options.tenantPath ?? "");
  const { defenders: listed = [] } = options;
  const defenders = typeof listed === "function" ? listed : () => listed;

  const requests: RecordedRequest[] = [];
  const onRequest = (request: RecordedRequest) => void requests.push(request);
  const api = consoleApi({
    host,
    tenantPath,
    user,
    password,
    latencyMs,
    version,
    installBundle,
    intercept,
    onRequest,
    defenders,
  });
  // Idle connections never time out. A client that waits for them never ends, so a test notices it without a clock.
  const server = createAdaptorServer({ fetch: api.fetch, serverOptions: { keepAliveTimeout: 0 } });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });

  const address = server.address();
  const boundPort = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${boundPort}${tenantPath}`,
    user,
    password,
    version,
    installBundle,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

function withSlashInFront(tenantPath: string): string {
  const segments = tenantPath.split("/").filter((segment) => segment !== "");
  if (!segments.every((segment) => /^[\w.-]+$/.test(segment))) {
    throw new RangeError(`tenantPath must have letters, digits, -, _ and . between its slashes, got ${tenantPath}.`);
  }
  return segments.map((segment) => `/${segment}`).join("");
}
