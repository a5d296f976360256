import type http from "node:http";

import type { ConsoleSettings } from "../../lib/settings/console";
import type { NetworkSettings } from "../../lib/settings/network";
import type { Settings } from "../../lib/settings/settings";
import { Secret } from "../../lib/text/secret";

export const PASSWORD = 'pass "4711" wörd/+';
export const TOKEN = "token-0815.abc-DEF_123";
export const BUNDLE = Buffer.from(JSON.stringify({ customerID: "local", apiKey: "k".repeat(40) })).toString("base64");

export type ClientSettings = Pick<Settings, "console" | "network">;

export function settingsFor(
  url: string,
  more: { readonly console?: Partial<ConsoleSettings>; readonly network?: Partial<NetworkSettings> } = {},
): ClientSettings {
  const console: ConsoleSettings = {
    url,
    apiUrl: `${url}/api/v1`,
    apiSetting: "TL_CONSOLE",
    user: "access-key-id",
    password: new Secret(PASSWORD),
    consoleAddress: "defenders.example.com",
    ...more.console,
  };
  return { console, network: { proxies: {}, timeoutMs: 60_000, retryDelayMs: 1, concurrency: 8, ...more.network } };
}

export type Received = {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
};

/** Answers every call as a Console would, and records the requests in `received`. */
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
        contentType: request.headers["content-type"],
        body,
      });
      const last = pathname.slice(pathname.lastIndexOf("/") + 1);
      // The version has a wrong content type on purpose: only the content counts.
      const type = last === "version" ? "text/plain" : "application/json";
      response.writeHead(Object.hasOwn(ANSWERS, last) ? 200 : 404, { "content-type": type });
      response.end(JSON.stringify(ANSWERS[last]));
    });
  };
}

const ANSWERS: Readonly<Record<string, unknown>> = {
  authenticate: { token: TOKEN },
  version: "34.04.145",
  "fargate.json": { family: "web", containerDefinitions: [{ name: "app" }, { name: "TwistlockDefender" }] },
  defenders: null,
  "install-bundle": { installBundle: BUNDLE, wsAddress: "wss://defenders.example.com:443" },
};
