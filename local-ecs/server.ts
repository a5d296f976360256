import { createAdaptorServer } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";

import { accountOf, type Contents } from "./account";
import { ecsApi, type RecordedRequest } from "./api";

export type LocalEcsOptions = Contents & {
  /** @default 0, any free one */
  readonly port?: number;
  /** Milliseconds before each answer. @default 0 */
  readonly latencyMs?: number;
  /** Runs before the API on every request: to inject a fault, or to alter an answer. */
  readonly intercept?: MiddlewareHandler;
};

export type LocalEcs = {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  readonly region: string;
  /** All requests, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Stops at once, calls in progress included. */
  close(): Promise<void>;
};

/** Starts a stand-in for ECS' API on loopback. It runs nothing: it reports the given tasks as running. */
export async function startLocalEcs(options: LocalEcsOptions): Promise<LocalEcs> {
  const { port = 0, latencyMs = 0, intercept } = options;
  const account = accountOf(options);
  const requests: RecordedRequest[] = [];
  const api = ecsApi({ account, latencyMs, intercept, onRequest: (request) => void requests.push(request) });
  const server = createAdaptorServer({ fetch: api.fetch, serverOptions: { keepAliveTimeout: 0 } });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`,
    region: account.region,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
