import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { digest, type MadeUpImage } from "./made-up-images";

export const LOGIN = { user: "robot", password: "pull-0815-made-up" };
// As htpasswd -nbB makes it.
const HTPASSWD = "robot:$2y$05$fJ1ipokX8rkE34Gb63A5RuzfrwfZ3NvVsntnotdP6YunYv1BchJBK";

export type RunningRegistry = {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  push(repository: string, tag: string, image: MadeUpImage): Promise<void>;
  stop(): Promise<void>;
};

/** Starts Debian's docker-registry as a process on a free port, with or without a password. */
export async function startDockerRegistry({ secured }: { readonly secured: boolean }): Promise<RunningRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "docker-registry-"));
  const [config, passwords] = [join(folder, "config.yml"), join(folder, "htpasswd")];
  writeFileSync(passwords, `${HTPASSWD}\n`);
  const auth = secured ? { auth: { htpasswd: { realm: "made-up", path: passwords } } } : {};
  const storage = { filesystem: { rootdirectory: join(folder, "data") } };
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ version: "0.1", storage, http: { addr: "127.0.0.1:0" }, ...auth }));
  const process = spawn("docker-registry", ["serve", config], { stdio: ["ignore", "ignore", "pipe"] });
  const host = await new Promise<string>((resolve, reject) => {
    process.on("error", reject);
    process.on("exit", () => reject(new Error("docker-registry has ended")));
    createInterface({ input: process.stderr }).on("line", (line) => {
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });

  const basic = Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString("base64");
  const send = async (
    method: string,
    url: string,
    body: Buffer = Buffer.alloc(0),
    type = "application/octet-stream",
  ) => {
    const headers = { "content-type": type, ...(secured && { authorization: `Basic ${basic}` }) };
    const response = await fetch(url, { method, headers, ...(method !== "GET" && { body: new Uint8Array(body) }) });
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
    return response;
  };
  const push = async (repository: string, tag: string, { top, manifests, blobs }: MadeUpImage) => {
    const base = `http://${host}/v2/${repository}`;
    for (const [name, content] of blobs) {
      const upload = await send("POST", `${base}/blobs/uploads/`);
      const location = new URL(upload.headers.get("location") ?? "", base);
      location.searchParams.set("digest", name);
      await send("PUT", location.href, content);
    }
    // An index must come after the manifests that it names.
    const children = [...manifests].filter(([name]) => name !== digest(top.body));
    for (const [name, { type, body }] of children) await send("PUT", `${base}/manifests/${name}`, body, type);
    await send("PUT", `${base}/manifests/${tag}`, top.body, top.type);
  };
  const stop = async () => {
    process.removeAllListeners("exit");
    const ended = once(process, "exit");
    process.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { host, push, stop };
}
