import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";

import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import * as v from "valibot";

import { defenderImage } from "./defender";
import { type ListedDefender, listDefenders } from "./defenders";
import { entrypointOf } from "./images";
import { FargateTaskSchema, protect } from "./protect";

type ApiOptions = {
  readonly host: string;
  /** Empty, or with a slash in front and none at the end. */
  readonly tenantPath: string;
  readonly user: string;
  readonly password: string;
  readonly latencyMs: number;
  readonly version: string;
  readonly installBundle: string;
  /** Returns the Defenders that `GET defenders` lists; called for each request. */
  readonly defenders: () => readonly ListedDefender[];
  readonly intercept: MiddlewareHandler | undefined;
  readonly onRequest: (request: RecordedRequest) => void;
};

export type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** A task definition that was sent. A login's body isn't recorded. */
  body?: unknown;
};

const BODY_LIMIT = 5 * 1024 * 1024;

/** The Console's API, as far as Fargate needs it. */
export function consoleApi(options: ApiOptions): Hono<ApiEnvironment> {
  const { host, tenantPath, user, password, latencyMs, version, installBundle } = options;
  const tokens = new Set<string>();
  const app = new Hono<ApiEnvironment>();

  app.use(async (c, next) => {
    const request = { method: c.req.method, path: c.req.path, query: c.req.query() };
    c.set("request", request);
    options.onRequest(request);
    const due = performance.now() + latencyMs;
    await next();
    // The latency includes the time to make the answer. Without ref: a call that is still delayed must not keep a closed
    // server from ending.
    const rest = due - performance.now();
    if (latencyMs > 0 && rest > 0) await setTimeout(rest, undefined, { ref: false });
  });
  if (options.intercept) app.use(options.intercept);

  const api = app.basePath(`${tenantPath}/api/:version{v1|v\\d\\d\\.\\d\\d}`);
  api.use(async (c, next) => (isServed(c.req.param("version"), version) ? next() : c.body(null, 404)));
  const bounded = bodyLimit({ maxSize: BODY_LIMIT, onError: () => refuse(413, "request body too large") });
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const signedIn: MiddlewareHandler = async (c, next) => {
    const authorization = c.req.header("authorization") ?? "";
    if (authorization !== basic && !tokens.has(authorization.replace(/^Bearer /, ""))) refuse(401, "unauthorized");
    return next();
  };

  api.get("/_ping", (c) => c.text("OK"));
  api.post("/authenticate", bounded, async (c) => {
    const login = unmarshal(Login, parseJson(await c.req.text()));
    if (login.username !== user || login.password !== password) refuse(401, "invalid credentials");
    const token = localToken(user);
    tokens.add(token);
    return c.json({ token });
  });
  api.get("/version", signedIn, (c) => c.json(version));
  api.get("/settings/certs", signedIn, (c) => c.json({ consoleSAN: [...new Set([host, "localhost"])] }));
  api.get("/defenders", signedIn, (c) => c.json(listDefenders(options.defenders(), version, c.req.query())));
  api.get("/defenders/image-name", signedIn, (c) => c.json(defenderImage(version)));
  api.get("/defenders/install-bundle", signedIn, (c) => {
    const { consoleaddr } = defenderQuery(c.req.query());
    return c.json({ installBundle, wsAddress: wsAddress(consoleaddr, tenantPath) });
  });
  api.post("/defenders/fargate.json", signedIn, bounded, async (c) => {
    const body = parseJson(await c.req.text());
    c.get("request").body = body;
    const query = defenderQuery(c.req.query());
    const task = unmarshal(FargateTaskSchema, body);
    const protectedTask = protect(task, {
      image: query.defenderImage || defenderImage(version),
      installBundle,
      wsAddress: wsAddress(query.consoleaddr, tenantPath),
      filesystemMonitoring: query.filesystemMonitoring,
      ...(query.extractEntrypoint && { entrypointOf: extractEntrypoint }),
    });
    return c.json(protectedTask);
  });

  app.notFound((c) => {
    const isInTenant = tenantPath === "" || c.req.path.startsWith(`${tenantPath}/`);
    return isInTenant ? c.body(null, 404) : c.html(NO_SUCH_TENANT, 404);
  });
  app.onError((error, c) => c.json({ err: error.message }, error instanceof HTTPException ? error.status : 500));
  return app;
}

type ApiEnvironment = { Variables: { request: RecordedRequest } };

const NO_SUCH_TENANT =
  "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>";

const Login = v.object({ username: v.string(), password: v.string() });

const flag = v.pipe(
  v.optional(v.picklist(["true", "false"]), "false"),
  v.transform((text) => text === "true"),
);

// The other published parameters (interpreter, registryType, registryCredentialID,
// defenderImagePullSecret) have no documented effect, and none here.
const DefenderQuery = v.object({
  consoleaddr: v.optional(v.string(), ""),
  defenderType: v.optional(v.picklist(["appEmbedded"])),
  cloudFormation: v.optional(v.picklist(["false"])),
  filesystemMonitoring: flag,
  extractEntrypoint: flag,
  defenderImage: v.optional(v.string(), ""),
});

function defenderQuery(query: Record<string, string>): v.InferOutput<typeof DefenderQuery> {
  const parsed = v.safeParse(DefenderQuery, query);
  if (!parsed.success) return refuse(400, `the local Console's query: ${expectation(parsed.issues[0])}`);
  if (parsed.output.consoleaddr === "") refuse(400, "missing console address for defender communication");
  return parsed.output;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(400, "failed to unmarshal: the body isn't JSON");
  }
}

function unmarshal<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  if (Array.isArray(body)) return refuse(400, "failed to unmarshal: the body must be Object");
  const parsed = v.safeParse(schema, body);
  return parsed.success ? parsed.output : refuse(400, `failed to unmarshal: ${expectation(parsed.issues[0])}`);
}

// Doesn't quote the input, as valibot's own message would: it may be a password.
function expectation(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue) ?? "the body";
  return issue.input === undefined ? `${place} is missing` : `${place} must be ${issue.expected}`;
}

function extractEntrypoint(image: string): readonly string[] {
  return (
    entrypointOf(image) ??
    refuse(400, `failed to extract entrypoint for image ${image}: the local Console knows a few well-known images only`)
  );
}

function wsAddress(consoleAddress: string, tenantPath: string): string {
  return `wss://${consoleAddress}:${tenantPath ? 443 : 8084}`;
}

function isServed(asked: string | undefined, own: string): boolean {
  return asked === "v1" || (asked !== undefined && asked.slice(1) <= own.slice(0, "MM.mm".length));
}

function localToken(user: string): string {
  const parts = [
    { alg: "none", typ: "JWT" },
    { iss: "local Console, protects nothing", sub: user },
  ];
  const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  return [...encoded, randomBytes(32).toString("base64url")].join(".");
}

function refuse(status: 400 | 401 | 413, message: string): never {
  throw new HTTPException(status, { message });
}
