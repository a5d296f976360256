import { createHash } from "node:crypto";

import { manualClock } from "../http/manual-clock";
import { loopback } from "../http/servers";
import { digest, image, indexOf, json, type MadeUpImage } from "./made-up-images";
import { dockerFolders, read, readOne } from "./reading";
import { PASSWORD, registry, USER } from "./registry-server";

const servers = loopback();
const docker = dockerFolders();

afterEach(() => {
  servers.closeAll();
  docker.remove();
});

const WORDS = { entryPoint: ["/entrypoint.sh", "--flag"], command: ["serve", "--port=80"] };

/** A registry's host, with one image at `shop/web:1`. */
async function serving(made: MadeUpImage, wants?: "basic" | "bearer" | "anonymous-bearer", requests: string[] = []) {
  const url = await servers.plain(registry({ images: { "shop/web:1": made }, ...(wants && { wants }), requests }));
  return new URL(url).host;
}

describe("the configuration of an image", () => {
  test.each([
    ["an OCI manifest", image(WORDS)],
    ["a manifest of Docker's v2.2", image({ ...WORDS, docker: true })],
    ["an OCI index", indexOf({ architecture: "arm64", entryPoint: ["arm"] }, WORDS)],
    ["a manifest list of Docker", indexOf({ architecture: "arm64", docker: true }, { ...WORDS, docker: true })],
    ["an index with variants", indexOf({ variant: "v3", entryPoint: ["v3"] }, WORDS)],
    ["an index with a variant alone", indexOf({ variant: "v2", ...WORDS })],
  ])("is read from %s", async (_, made) => {
    const name = `${await serving(made)}/shop/web`;
    expect(await readOne(`${name}:1`)).toEqual({
      digest: digest(made.top.body),
      pinned: `${name}@${digest(made.top.body)}`,
      ...WORDS,
    });
  });

  test.each([
    ["only an entry point", { entryPoint: ["a"] }, ["a"], []],
    ["only a command", { command: ["sh", "-c", "run me"] }, [], ["sh", "-c", "run me"]],
    ["neither", {}, [], []],
    ["nulls", { entryPoint: null, command: null }, [], []],
    ["empty lists", { entryPoint: [], command: [] }, [], []],
  ])("may have %s", async (_, recipe, entryPoint, command) => {
    const host = await serving(image(recipe));
    expect(await readOne(`${host}/shop/web:1`)).toMatchObject({ entryPoint, command });
  });

  test("is read by its digest rather than its tag", async () => {
    const made = indexOf(WORDS);
    const name = `${await serving(made)}/shop/web:other@${digest(made.top.body)}`;
    expect(await readOne(name)).toMatchObject({ pinned: name, ...WORDS });
  });

  test("is read from an index within an index", async () => {
    const inner = indexOf(WORDS);
    const body = json({ manifests: [{ mediaType: inner.top.type, digest: digest(inner.top.body) }] });
    const host = await serving({ ...inner, top: { type: inner.top.type, body } });
    expect(await readOne(`${host}/shop/web:1`)).toMatchObject({ digest: digest(body), ...WORDS });
  });

  test("is read by a digest of SHA-512", async () => {
    const [config = json({})] = [...image(WORDS).blobs.values()];
    const name = `sha512:${createHash("sha512").update(config).digest("hex")}`;
    const mediaType = "application/vnd.oci.image.config.v1+json";
    const body = json({ config: { mediaType, digest: name } });
    const top = { type: "application/vnd.oci.image.manifest.v1+json", body };
    const host = await serving({ top, manifests: new Map(), blobs: new Map([[name, config]]) });
    expect(await readOne(`${host}/shop/web:1`)).toMatchObject(WORDS);
  });

  test("beside an entry with an empty platform is found", async () => {
    const made = image(WORDS);
    const one = { mediaType: made.top.type, digest: digest(made.top.body) };
    const other = { ...one, digest: `sha256:${"0".repeat(64)}`, platform: {} };
    const body = json({ manifests: [other, { ...one, platform: { os: "linux", architecture: "amd64" } }] });
    const host = await serving({ ...made, top: { type: "application/vnd.oci.image.index.v1+json", body } });
    expect(await readOne(`${host}/shop/web:1`)).toMatchObject(WORDS);
  });

  test("is not read from a document that is an index and a manifest at once", async () => {
    const made = image(WORDS);
    const [[config = ""] = []] = [...made.blobs];
    const body = json({
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: config },
      manifests: [{ mediaType: made.top.type, digest: digest(made.top.body) }],
    });
    const host = await serving({ ...made, top: { type: made.top.type, body } });
    expect(await readOne(`${host}/shop/web:1`)).toContain("answered an object with the keys");
  });

  test("is read from an index whose entry names no platform", async () => {
    const made = image(WORDS);
    const body = json({ manifests: [{ mediaType: made.top.type, digest: digest(made.top.body) }] });
    const host = await serving({ ...made, top: { type: "application/vnd.oci.image.index.v1+json", body } });
    expect(await readOne(`${host}/shop/web:1`)).toMatchObject(WORDS);
  });

  test("is refused if it is for ARM, though no index says so", async () => {
    const host = await serving(image({ architecture: "arm64", ...WORDS }));
    expect(await readOne(`${host}/shop/web:1`)).toContain(
      `${host}/shop/web:1 is not built for linux/amd64, the only platform of Defenders in Fargate; it is for "linux/arm64": `,
    );
  });
});

describe("the requests", () => {
  const folderFor = (host: string) => {
    const auth = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
    return docker.folder({ auths: { [host]: { auth } } });
  };

  test("are anonymous if nothing is required, and don't send Docker's credentials", async () => {
    const requests: string[] = [];
    const made = image(WORDS);
    const host = await serving(made, undefined, requests);
    await readOne(`${host}/shop/web:1`, { dockerConfigFolder: folderFor(host) });
    const [config] = made.blobs.keys();
    expect(requests).toEqual(["GET /v2/shop/web/manifests/1", `GET /v2/shop/web/blobs/${config}`]);
  });

  test("answer an anonymous challenge once per repository", async () => {
    const requests: string[] = [];
    const made = image(WORDS);
    const host = await serving(made, "anonymous-bearer", requests);
    expect(await readOne(`${host}/shop/web:1`)).toMatchObject(WORDS);
    const [config] = made.blobs.keys();
    expect(requests).toEqual([
      "GET /v2/shop/web/manifests/1",
      "GET /token",
      "GET /v2/shop/web/manifests/1 Bearer",
      `GET /v2/shop/web/blobs/${config} Bearer`,
    ]);
  });

  test.each(["basic", "bearer"] as const)("carry Docker's credentials if %s is required", async (wants) => {
    const requests: string[] = [];
    const host = await serving(image(WORDS), wants, requests);
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder: folderFor(host) })).toMatchObject(WORDS);
    expect(requests).toContain(wants === "basic" ? "GET /v2/shop/web/manifests/1 Basic" : "GET /token Basic");
  });

  test("follow a blob's redirect without the Authorization header", async () => {
    const made = image(WORDS);
    const [[config, content] = ["", Buffer.alloc(0)]] = made.blobs;
    const seen: (string | undefined)[] = [];
    const store = await servers.plain((request, response) => {
      seen.push(request.headers.authorization);
      response.end(content);
    });
    const good = registry({ images: { "shop/web:1": made }, wants: "bearer" });
    const url = await servers.plain((request, response) => {
      const isBlob = request.url?.includes(config) && request.headers.authorization?.startsWith("Bearer");
      if (isBlob) response.writeHead(307, { location: `${store}/signed?x=y` }).end();
      else good(request, response);
    });
    const { host } = new URL(url);
    expect(await readOne(`${host}/shop/web:1`, { dockerConfigFolder: folderFor(host) })).toMatchObject(WORDS);
    expect(seen).toEqual([undefined]);
  });

  test("ask for each image once, with no more in parallel than the settings allow", async () => {
    const requests: string[] = [];
    let [open, peak] = [0, 0];
    const names = Array.from({ length: 12 }, (_, index) => `shop/web-${index}`);
    const good = registry({ images: Object.fromEntries(names.map((name) => [`${name}:1`, image(WORDS)])), requests });
    const url = await servers.plain((request, response) => {
      peak = Math.max(peak, ++open);
      response.on("close", () => {
        open -= 1;
      });
      setImmediate(() => good(request, response));
    });
    const images = names.map((name) => `${new URL(url).host}/${name}:1`);
    const configs = await read([...images, ...images], { network: { concurrency: 3 } });
    expect([...configs.keys()]).toEqual(images);
    expect(requests).toHaveLength(24);
    expect(peak).toBeLessThanOrEqual(3);
  });

  test.each(["basic", "anonymous-bearer"] as const)(
    "to a second repository need no second challenge of %s, but a token of its own",
    async (wants) => {
      const requests: string[] = [];
      const images = { "shop/web:1": image(WORDS), "shop/job:1": image(WORDS) };
      const url = await servers.plain(registry({ images, wants, requests }));
      const { host } = new URL(url);
      const names = [`${host}/shop/web:1`, `${host}/shop/job:1`];
      const found = await read(names, { dockerConfigFolder: folderFor(host), network: { concurrency: 1 } });
      for (const name of names) expect(found.get(name)).toMatchObject(WORDS);
      const anonymous = requests.filter((line) => /^GET \/v2\/\S+$/.test(line));
      expect(anonymous).toEqual(["GET /v2/shop/web/manifests/1"]);
      expect(requests.filter((line) => line.startsWith("GET /token"))).toHaveLength(wants === "basic" ? 0 : 2);
    },
  );

  test("renew a token that has expired", async () => {
    const requests: string[] = [];
    const good = registry({ images: { "shop/web:1": image(WORDS) }, wants: "anonymous-bearer", requests });
    let expired = false;
    const url = await servers.plain((request, response) => {
      if (request.url?.includes("/blobs/") && !expired) {
        expired = true;
        request.headers.authorization = "Bearer old";
      }
      good(request, response);
    });
    expect(await readOne(`${new URL(url).host}/shop/web:1`)).toMatchObject(WORDS);
    expect(requests.filter((line) => line.startsWith("GET /token"))).toHaveLength(2);
  });
});

test("a wrong name, a missing image and a good one have their own results", async () => {
  const host = await serving(image(WORDS));
  const [good, missing, wrong] = [`${host}/shop/web:1`, `${host}/shop/web:2`, "Not an image"];
  const found = await read([good, missing, wrong]);
  expect(found.get(good)).toMatchObject(WORDS);
  expect(found.get(missing)).toMatchObject({
    sentences: [
      `${host} has nothing at this address (HTTP 404, "MANIFEST_UNKNOWN: manifest unknown"): ` +
        `GET http://${host}/v2/shop/web/manifests/2. Check that the image ${missing} exists, its registry, path and tag.`,
    ],
  });
  expect(found.get(wrong)).toMatchObject({
    sentences: [expect.stringMatching(/^"Not an image" is not an image's name/)],
  });
});

test("an abort ends the look-ups with its reason", async () => {
  const stop = new AbortController();
  const url = await servers.plain(() => stop.abort(new Error("interrupted")));
  await expect(read([`${new URL(url).host}/shop/web:1`], { signal: stop.signal })).rejects.toThrow("interrupted");
});

test("a registry that can't be reached is tried for one image, not for all", async () => {
  const images = Array.from({ length: 20 }, (_, index) => `127.0.0.1:1/shop/web:${index}`);
  const found = await read(images, { network: { concurrency: 1 } });
  const [first, ...others] = images.map((name) => Object(found.get(name)).message);
  expect(first).toMatch(/^127\.0\.0\.1:1 refuses the connection, after 4 tries: GET /);
  expect(new Set(others.map((text) => text.replace(/web:\d+/, "web")))).toEqual(
    new Set([
      "127.0.0.1:1/shop/web was not looked up: another image of 127.0.0.1:1 could not be reached. Fix that first.",
    ]),
  );
});

test("look-ups end when they take as long as thirty tries", async () => {
  const { clock, runNext } = manualClock();
  let asked = 0;
  // Each answer is slow, but not too slow: it takes one of the thirty seconds.
  const good = registry({ images: Object.fromEntries(["web"].map((name) => [`shop/${name}:1`, image(WORDS)])) });
  const url = await servers.plain((request, response) => {
    clock.after(999, () => undefined);
    if (++asked < 40) runNext();
    good(request, response);
  });
  const { host } = new URL(url);
  const images = [...Array(40).keys()].map((tag) => `${host}/shop/web:${tag}`);
  const network = { timeoutMs: 1000, concurrency: 1 };
  await expect(read(images, { network, clock })).rejects.toThrow(
    "The run took longer than 30 seconds. Look at the images' registries, or raise TL_TIMEOUT_MS.",
  );
});
