import type { MiddlewareHandler } from "hono";

import { type Ecs, openEcs } from "../../lib/aws/ecs";
import type { NetworkSettings } from "../../lib/settings/network";
import type { Contents, Registration } from "../../local-ecs/account";
import { type LocalEcs, type LocalEcsOptions, startLocalEcs } from "../../local-ecs/server";

export const NETWORK: NetworkSettings = { proxies: {}, timeoutMs: 30_000, retryDelayMs: 1, concurrency: 8 };

export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIALOCAL",
  AWS_SECRET_ACCESS_KEY: "local-secret-access-key",
  AWS_REGION: "eu-west-1",
  // Nothing is read from this machine's own configuration.
  AWS_CONFIG_FILE: "/nonexistent/config",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  AWS_EC2_METADATA_DISABLED: "true",
};

const before = { ...process.env };
const open: { close(): unknown }[] = [];

afterEach(async () => {
  setVariables({});
  Object.assign(process.env, before);
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** Sets variables of this process, which the SDK reads itself. They are restored after each test. */
export function setVariables(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (/^AWS_/.test(name)) delete process.env[name];
  Object.assign(process.env, variables);
}

export async function localEcs(options: LocalEcsOptions): Promise<LocalEcs> {
  const local = await startLocalEcs(options);
  open.push(local);
  setVariables({ ...CREDENTIALS, AWS_ENDPOINT_URL: local.url, AWS_MAX_ATTEMPTS: "2" });
  return local;
}

/** Opens a client, which is closed after the test. */
export async function openFor(network: Partial<NetworkSettings> = {}, region?: string): Promise<Ecs> {
  const { signal } = new AbortController();
  const ecs = await openEcs({ network: { ...NETWORK, ...network }, signal, ...(region && { region }) });
  open.push({ close: () => ecs[Symbol.dispose]() });
  return ecs;
}

export const web: Registration = { family: "web", containerDefinitions: [{ name: "app", image: "nginx:1.29" }] };

export const ACCOUNT: Contents = {
  registered: [web, web],
  workloads: [
    { cluster: "main", service: "web", runs: "web:1", next: "web:2", count: 2 },
    { cluster: "main", runs: "web:2", count: 1 },
    { cluster: "other", service: "web", runs: "web:2", count: 1 },
  ],
  emptyClusters: ["idle"],
};

/** Answers one action with `respond`, and leaves the others to the local ECS. */
export function onAction(action: string, respond: (call: number) => Response | undefined): MiddlewareHandler {
  let calls = 0;
  return async (c, next) => {
    if (!c.req.header("x-amz-target")?.endsWith(`.${action}`)) return next();
    return respond(++calls) ?? next();
  };
}

export function refusal(type: string, message: string, status = 400): Response {
  return Response.json({ __type: type, message }, { status });
}
