import { type LocalConsole, type LocalConsoleOptions, startLocalConsole } from "../../local-console/server";

export type Answer = { status: number; type: string | null; text: string; body: unknown };

const started: LocalConsole[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((local) => local.close()));
});

/** A local Console that is closed after the test. */
export async function start(options?: LocalConsoleOptions): Promise<LocalConsole> {
  const local = await startLocalConsole(options);
  started.push(local);
  return local;
}

export async function call(local: LocalConsole, pathAndQuery: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(`${local.url}${pathAndQuery}`, init);
  const text = await response.text();
  const type = response.headers.get("content-type");
  return { status: response.status, type, text, body: type?.includes("json") ? JSON.parse(text) : undefined };
}

export async function login(local: LocalConsole, password = local.password): Promise<Answer> {
  const body = JSON.stringify({ username: local.user, password });
  return call(local, "/api/v1/authenticate", { method: "POST", body });
}

export function tokenOf({ body }: Answer): string {
  if (typeof body === "object" && body !== null && "token" in body && typeof body.token === "string") return body.token;
  throw new Error("The answer holds no token.");
}

export async function get(local: LocalConsole, pathAndQuery: string): Promise<Answer> {
  return call(local, pathAndQuery, { headers: { authorization: `Bearer ${tokenOf(await login(local))}` } });
}

export async function post(local: LocalConsole, body: string | ReadableStream, query: Record<string, string>) {
  const headers = { authorization: `Bearer ${tokenOf(await login(local))}` };
  const init: RequestInit = { method: "POST", headers, body, duplex: "half" };
  return call(local, `/api/v1/defenders/fargate.json?${new URLSearchParams(query)}`, init);
}

export async function protect(local: LocalConsole, task: unknown, query: Record<string, string> = {}) {
  return post(local, JSON.stringify(task), { consoleaddr: "c.example", defenderType: "appEmbedded", ...query });
}
