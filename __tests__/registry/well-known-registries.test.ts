import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Secret } from "../../lib/text/secret";
import { authority, type Certificate, serverCertificate } from "../http/certificates";
import { loopback } from "../http/servers";
import { image } from "./made-up-images";
import { type ReadOptions, readOne } from "./reading";
import { PASSWORD, registry, USER } from "./registry-server";

// Public registries, simulated on this machine: a proxy connects every host to a local server.

const ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
const API = "api.ecr.eu-west-1.amazonaws.com";
const FOUND = { entryPoint: ["/run"] };
const NO_AWS = { AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: "/none", AWS_SHARED_CREDENTIALS_FILE: "/none" };
const AWS = { ...NO_AWS, AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "hidden-aws-secret" };

const servers = loopback();
const folder = mkdtempSync(join(tmpdir(), "registries-"));
const caFile = join(folder, "ca.pem");
const before = { ...process.env };
let ca: Certificate;

beforeAll(async () => {
  ca = await authority();
  writeFileSync(caFile, ca.cert);
});

afterEach(() => {
  servers.closeAll();
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  Object.assign(process.env, before);
});

/** Makes options with which each host is reached at its own listener. */
async function leadingTo(hosts: Readonly<Record<string, http.RequestListener>>): Promise<ReadOptions> {
  const ports = new Map<string, number>();
  for (const [host, listener] of Object.entries(hosts)) {
    const url = await servers.secure(await serverCertificate({ ca, host }), listener);
    ports.set(`${host}:443`, Number(new URL(url).port));
  }
  const proxy = await servers.tunnel((target) => net.connect(ports.get(target) ?? 1, "127.0.0.1"));
  const https = { variable: "HTTPS_PROXY", address: new Secret(`http://${proxy}`) };
  return { network: { caFile, proxies: { https }, timeoutMs: 20_000 } };
}

/** ECR's API, as far as it gives a password. */
function ecrApi(answer: (response: http.ServerResponse) => void, asked: string[] = []): http.RequestListener {
  return (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      asked.push(`${request.headers["x-amz-target"]} ${body}`);
      response.setHeader("content-type", "application/x-amz-json-1.1");
      answer(response);
    });
  };
}

test("an image of Docker Hub is read there, under library/, with an anonymous token", async () => {
  const requests: string[] = [];
  const hub = registry({ images: { "library/nginx:1.27": image(FOUND) }, wants: "anonymous-bearer", requests });
  const challenge = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"';
  const options = await leadingTo({
    "registry-1.docker.io": (request, response) =>
      request.headers.authorization
        ? hub(request, response)
        : response.writeHead(401, { "www-authenticate": challenge }).end(),
    "auth.docker.io": hub,
  });
  expect(await readOne("nginx:1.27", options)).toMatchObject(FOUND);
  expect(requests.slice(0, 2)).toEqual(["GET /token", "GET /v2/library/nginx/manifests/1.27 Bearer"]);
});

test.each(["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io"])(
  "Docker's credentials for %s are used for Docker Hub",
  async (server) => {
    const requests: string[] = [];
    const hub = registry({ images: { "library/nginx:1.27": image(FOUND) }, wants: "basic", requests });
    const options = await leadingTo({ "registry-1.docker.io": hub });
    const auth = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
    writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { [server]: { auth } } }));
    expect(await readOne("nginx:1.27", { ...options, dockerConfigFolder: folder })).toMatchObject(FOUND);
    expect(requests[1]).toBe("GET /v2/library/nginx/manifests/1.27 Basic");
  },
);

describe("an image of ECR", () => {
  const images = { "shop/web:1": image(FOUND) };
  const authorizationToken = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");

  test("is read with a password that ECR gives for the AWS SDK's credentials", async () => {
    Object.assign(process.env, AWS);
    const asked: string[] = [];
    const password = { authorizationData: [{ authorizationToken, proxyEndpoint: `https://${ECR}` }] };
    const options = await leadingTo({
      [ECR]: registry({ images, wants: "basic" }),
      [API]: ecrApi((response) => response.end(JSON.stringify(password)), asked),
    });
    expect(await readOne(`${ECR}/shop/web:1`, options)).toMatchObject(FOUND);
    expect(asked).toEqual([
      'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken {"registryIds":["111122223333"]}',
    ]);
  });

  test("ends in one sentence without AWS credentials", async () => {
    Object.assign(process.env, NO_AWS);
    const options = await leadingTo({ [ECR]: registry({ images, wants: "basic" }) });
    expect(await readOne(`${ECR}/shop/web:1`, options)).toMatch(
      new RegExp(
        `^AWS gave no password for ${ECR}: CredentialsProviderError, "Could not load credentials .*Set AWS cred`,
      ),
    );
  });

  test("ends in one sentence when the role may not ask for a password", async () => {
    Object.assign(process.env, AWS);
    const message = `not authorized to perform ecr:GetAuthorizationToken by ${AWS.AWS_SECRET_ACCESS_KEY}`;
    const denied = { __type: "AccessDeniedException", message };
    const options = await leadingTo({
      [ECR]: registry({ images, wants: "basic" }),
      [API]: ecrApi((response) => response.writeHead(400).end(JSON.stringify(denied))),
    });
    const text = await readOne(`${ECR}/shop/web:1`, options);
    expect(text).toContain(
      `${ECR}: AccessDeniedException, "not authorized to perform ecr:GetAuthorizationToken by [redacted]". Set`,
    );
  });

  test("names the proxy through which AWS can't be reached", async () => {
    Object.assign(process.env, AWS);
    const options = await leadingTo({ [ECR]: registry({ images, wants: "basic" }) });
    expect(await readOne(`${ECR}/shop/web:1`, options)).toMatch(
      /AWS gave no password for \S+\. The proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) .*api\.ecr\./,
    );
  });

  test("tells a network that doesn't reach AWS from missing rights", async () => {
    Object.assign(process.env, AWS);
    const options = await leadingTo({
      [ECR]: registry({ images, wants: "basic" }),
      [API]: ecrApi((response) => response.end("<html>")),
    });
    expect(await readOne(`${ECR}/shop/web:1`, options)).toMatch(
      /^AWS gave no password for \S+: SyntaxError, ".*"\. Check that this machine may reach ECR's API \(AWS_ENDPOINT_URL, /,
    );
  });

  test("ends in one sentence when AWS answers with something other than a password", async () => {
    Object.assign(process.env, AWS);
    const answer = JSON.stringify({ authorizationData: [{ authorizationToken: "opaque-secret-token" }] });
    const options = await leadingTo({
      [ECR]: registry({ images, wants: "basic" }),
      [API]: ecrApi((response) => response.end(answer)),
    });
    expect(await readOne(`${ECR}/shop/web:1`, options)).toContain('"its token is not the base64 of user:password"');
  });

  test("ends in one sentence when AWS answers without a password", async () => {
    Object.assign(process.env, AWS);
    const options = await leadingTo({
      [ECR]: registry({ images, wants: "basic" }),
      [API]: ecrApi((response) => response.end("{}")),
    });
    expect(await readOne(`${ECR}/shop/web:1`, options)).toContain('"no token came"');
  });

  test("that may not be pulled names the repository's policy", async () => {
    Object.assign(process.env, AWS);
    const other = { authorizationData: [{ authorizationToken: Buffer.from("AWS:other").toString("base64") }] };
    const options = await leadingTo({
      [ECR]: registry({ images, wants: "basic" }),
      [API]: ecrApi((response) => response.end(JSON.stringify(other))),
    });
    expect(await readOne(`${ECR}/shop/web:1`, options)).toContain(
      "Tried: the AWS credentials, as Docker has none for " +
        `${ECR}. Check that the image ${ECR}/shop/web:1 exists. If it does: its repository's policy`,
    );
  });
});

test("a registry's certificate is verified", async () => {
  const { network } = await leadingTo({ "ghcr.io": registry({ images: { "shop/web:1": image() } }) });
  const { caFile: _, ...untrusting } = network ?? {};
  const text = await readOne("ghcr.io/shop/web:1", { network: untrusting });
  expect(text).toMatch(
    /^The certificate of ghcr.io is signed by an authority that this machine doesn't trust: GET https/,
  );
  expect(text).toContain(
    "Set TL_CA_CERT to a PEM file with that authority (the registry ghcr.io's, or that of a proxy",
  );
});
