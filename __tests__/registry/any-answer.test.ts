import fc from "fast-check";

import { RegistryError } from "../../lib/errors";
import { loopback } from "../http/servers";
import { digest, json } from "./made-up-images";
import { read } from "./reading";

const servers = loopback();

afterAll(() => servers.closeAll());

const word = fc.oneof(fc.string(), fc.constantFrom("linux", "amd64", "arm64", "/bin/sh", ""));
const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), word, fc.array(word), fc.constant(null));
const configuration = fc.record(
  {
    os: fc.oneof(fc.constant("linux"), anything),
    architecture: fc.oneof(fc.constant("amd64"), anything),
    config: fc.oneof(fc.record({ Entrypoint: anything, Cmd: anything }, { requiredKeys: [] }), anything),
  },
  { requiredKeys: [] },
);
const descriptor = (name: fc.Arbitrary<unknown>) =>
  fc.record(
    {
      mediaType: fc.oneof(fc.constant("application/vnd.oci.image.config.v1+json"), anything),
      digest: name,
      platform: fc.oneof(fc.constant({ os: "linux", architecture: "amd64" }), anything),
    },
    { requiredKeys: [] },
  );

test("any answer of a registry is read as an image's configuration, or ends in one sentence", async () => {
  let answers = new Map<string, Buffer>();
  const url = await servers.plain((request, response) => {
    const name = request.url?.split("/").at(-1) ?? "";
    const body = answers.get(name);
    response.writeHead(body ? 200 : 404).end(body);
  });
  const image = `${new URL(url).host}/shop/web:1`;
  let [good, refused] = [0, 0];
  const scene = fc.tuple(fc.oneof(configuration, anything), fc.boolean()).chain(([content, isIndexed]) => {
    const config = json(content);
    const named = fc.oneof({ weight: 4, arbitrary: fc.constant(digest(config)) }, anything);
    return fc.oneof({ weight: 4, arbitrary: fc.record({ config: descriptor(named) }) }, anything).chain((manifest) => {
      const body = json(manifest);
      const top = isIndexed
        ? fc.record({
            manifests: fc.array(descriptor(fc.constantFrom(digest(body), digest(config))), { maxLength: 3 }),
          })
        : fc.constant(manifest);
      return top.map((value) => [config, body, json(value)] as const);
    });
  });
  const config = json({ os: "linux", architecture: "amd64", config: { Entrypoint: ["/web"] } });
  const manifest = json({
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digest(config) },
  });
  await fc.assert(
    fc.asyncProperty(scene, async ([config, manifest, top]) => {
      answers = new Map([
        ["1", top],
        [digest(manifest), manifest],
        [digest(config), config],
      ]);
      const found = (await read([image])).get(image);
      if (found instanceof RegistryError) {
        refused += 1;
        expect(found.sentences).toEqual([expect.stringMatching(/^[^\n]{20,900}\.$/)]);
      } else {
        good += 1;
        expect(found?.digest).toBe(digest(top));
        for (const words of [found?.entryPoint, found?.command]) {
          expect(words?.every((one) => typeof one === "string")).toBe(true);
        }
      }
    }),
    // The first answer is good, since random ones may all be bad.
    { numRuns: 500, examples: [[[config, manifest, manifest]]] },
  );
  expect(good).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});
