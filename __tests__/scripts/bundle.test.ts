// Parts of packages that the bundle leaves out or loads late, while the other tests use the whole packages.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import zlib from "node:zlib";

import type { MiddlewareHandler } from "hono";

import { type LocalConsole, startLocalConsole } from "../../local-console/server";
import { run, temporaryFolders, variablesFor } from "../entry";

const lazyZlib = jest.requireActual<{ constants: object }>("../../scripts/lazy-zlib.cjs");

const newFolder = temporaryFolders();
let local: LocalConsole | undefined;

afterEach(() => local?.close());

async function synth(intercept: MiddlewareHandler, environment = {}) {
  local = await startLocalConsole({ intercept });
  return run(["synth"], { folder: newFolder(), environment: { ...variablesFor(local), ...environment } });
}

test.each([
  ["gzip", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["br", zlib.brotliCompressSync],
] as const)("an answer that is compressed by %s is read", async (encoding, compress) => {
  const { status, stderr } = await synth(async (context, next) => {
    await next();
    const body = compress(await context.res.arrayBuffer());
    context.res = new Response(body, { status: context.res.status, headers: { "content-encoding": encoding } });
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("texts keep their non-ASCII characters", async () => {
  const folder = newFolder();
  const task = (image: string) => JSON.stringify({ family: "shop", containerDefinitions: [{ name: "web", image }] });
  writeFileSync(join(folder, "old.json"), task("nginx:1.27"));
  writeFileSync(join(folder, "new.json"), task("nginx:1.28"));
  const { stdout } = await run(["diff", "old.json", "new.json"], { folder });
  expect(stdout).toMatch(/nginx:1\.27\s+→\s+nginx:1\.28/);
});

test("a redirect isn't followed", async () => {
  const { status, stderr } = await synth(async (context) => context.redirect("http://127.0.0.1:9/", 307));
  expect(status).toBe(1);
  expect(stderr).toContain('The Console redirects to "127.0.0.1:9" (HTTP 307)');
});

test("a proxy of the environment isn't used for loopback addresses", async () => {
  const proxy = "http://127.0.0.1:9";
  const { status, stderr } = await synth((_, next) => next(), { HTTP_PROXY: proxy, HTTPS_PROXY: proxy });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("the numbers in place of zlib's constants are Node's", () => {
  expect(zlib.constants).toMatchObject(lazyZlib.constants);
});
