import type http from "node:http";

import { Secret } from "../../lib/secret";
import type { ConsoleSettings } from "../../lib/settings/console";

export const PASSWORD = 'pass "4711" wörd/+';
export const TOKEN = "token-0815.abc-DEF_123";
export const BUNDLE = Buffer.from(JSON.stringify({ customerID: "local", apiKey: "k".repeat(40) })).toString("base64");

export function settingsFor(url: string, more: Partial<ConsoleSettings> = {}): ConsoleSettings {
  return {
    url,
    apiUrl: `${url}/api/v1`,
    apiSetting: "TL_CONSOLE",
    user: "access-key-id",
    password: new Secret(PASSWORD),
    consoleAddress: "defenders.example.com",
    timeoutMs: 10_000,
    retryDelayMs: 1,
    ...more,
  };
}

export type Received = {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly authorization: string | undefined;
  readonly body: string;
};

/** Answers every call as a Console would, and keeps what came. */
export function goodConsole(received: Received[] = []): http.RequestListener {
  return (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://host");
      received.push({
        method: request.method ?? "",
        path: pathname,
        query: Object.fromEntries(searchParams),
        authorization: request.headers.authorization,
        body,
      });
      const last = pathname.slice(pathname.lastIndexOf("/") + 1);
      // The right JSON under a wrong content type: it is the content that counts.
      response.writeHead(200, { "content-type": last === "version" ? "text/plain" : "application/json" });
      response.end(JSON.stringify(ANSWERS[last] ?? null));
    });
  };
}

const ANSWERS: Readonly<Record<string, unknown>> = {
  authenticate: { token: TOKEN },
  version: "34.04.145",
  "fargate.json": { family: "web", containerDefinitions: [{ name: "app" }, { name: "TwistlockDefender" }] },
  "install-bundle": { installBundle: BUNDLE, wsAddress: "wss://defenders.example.com:443" },
};
