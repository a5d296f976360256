"use strict";

// node bench/image-registry.cjs IMAGES LATENCY_MS
// A registry on loopback that has made-up images, bench/image-0:1 and so on, and delays each answer. Prints its host, and
// ends when its standard input ends.

const { createHash } = require("node:crypto");
const http = require("node:http");

const [, , images = "1", latencyMs = "0"] = process.argv;

const answers = new Map();
for (let index = 0; index < Number(images); index++) {
  const name = `/v2/bench/image-${index}`;
  const words = { Entrypoint: [`/image-${index}`], Cmd: ["serve"] };
  const config = JSON.stringify({ os: "linux", architecture: "amd64", config: words });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [],
  });
  answers.set(`${name}/manifests/1`, manifest);
  answers.set(`${name}/blobs/${digestOf(config)}`, config);
}

const server = http.createServer((request, response) => {
  const answer = answers.get(request.url);
  setTimeout(() => response.writeHead(answer ? 200 : 404).end(answer), Number(latencyMs));
});
server.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));
process.stdin.resume().on("end", () => process.exit());

function digestOf(text) {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
