import type http from "node:http";
import { gzipSync } from "node:zlib";

import {
  ANY_PAGE,
  answer,
  BROKEN,
  type Fault,
  HTML_TYPE,
  JSON_TYPE,
  PROXY_PAGE,
  recovered,
  refused,
  type Strike,
} from "../http/fault";
import { image, indexOf, json } from "./made-up-images";

/** The calls for one image: for a token, by tag, by the digests of manifest and configuration. */
export const CALLS = ["token", "index", "manifest", "configuration"] as const;

export type CallName = (typeof CALLS)[number];

export type RegistryFault = Fault<CallName>;

type Except = NonNullable<RegistryFault["except"]>;

function refusal(status: number, message: string, code = "DENIED"): Strike {
  return answer(status, JSON.stringify({ errors: [{ code, message }] }));
}

function redirect(target: (request: http.IncomingMessage) => string): Strike {
  return ({ request, response }) => response.writeHead(307, { location: target(request) }).end();
}

/** The token service is not a registry: its redirects are not followed, and its answers have no digest. */
function exceptToken(says: string, more: Except = {}): { readonly except: Except } {
  return { except: { token: { outcome: { says } }, ...more } };
}

/** Content that is fetched by a digest is compared with it before anything else. */
function exceptDigest(token: string): { readonly except: Except } {
  const wrong = { outcome: { says: ' where "sha256:' } };
  return { except: { token: { outcome: { says: token } }, manifest: wrong, configuration: wrong } };
}

const LARGE = 5 * 1024 * 1024;
const TOO_LONG = "The response exceeds 4 MiB, so it is not an image's manifest or configuration";

export const FAULTS: readonly RegistryFault[] = [
  ...[429, 500, 503].flatMap((status) => [
    recovered(`HTTP ${status} once`, refusal(status, "in trouble", "BUSY")),
    refused(
      `HTTP ${status} always`,
      refusal(status, "in trouble", "BUSY"),
      `(HTTP ${status}, "BUSY: in trouble"), after 4 tries: `,
      { tries: 4 },
    ),
  ]),
  recovered("HTTP 429 with Retry-After: 1", answer(429, "", { "retry-after": "1" })),
  refused(
    "HTTP 429 with Retry-After: 86400",
    answer(429, "", { "retry-after": "86400" }),
    "asks for a pause of 86400 s (Retry-After)",
  ),
  recovered("reset once before an answer", ({ request }) => request.socket.resetAndDestroy()),
  refused("reset always", ({ request }) => request.socket.resetAndDestroy(), BROKEN, { tries: 4 }),
  {
    name: "down from here on",
    strikes: "always",
    strike: ({ server, request }) => {
      server.close();
      request.socket.resetAndDestroy();
    },
    outcome: { says: " refuses the connection, after 4 tries" },
  },
  refused(
    "a body shorter than its content-length, always",
    ({ response, request }) => {
      response.writeHead(200, { ...JSON_TYPE, "content-length": 1000 }).write('{"sc');
      setTimeout(() => request.socket.end(), 10);
    },
    BROKEN,
    { tries: 4 },
  ),
  recovered("silence once", () => undefined, { isEndless: true }),
  refused("silence always", () => undefined, "No complete answer within ", { isEndless: true, tries: 4 }),
  refused(
    "a body that drips without end",
    ({ response }) => {
      response.writeHead(200, JSON_TYPE);
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    },
    "No complete answer within ",
    { isEndless: true, tries: 4 },
  ),
  refused("a body of 5 MiB", answer(200, `"${"x".repeat(LARGE)}"`), TOO_LONG),
  refused(
    "5 MiB in a few kilobytes of gzip",
    answer(200, gzipSync(" ".repeat(LARGE)), { ...JSON_TYPE, "content-encoding": "gzip" }),
    TOO_LONG,
  ),
  refused(
    "garbage called gzip",
    answer(200, "surely not gzip", { ...JSON_TYPE, "content-encoding": "gzip" }),
    "The response claims to be compressed but is not",
  ),
  refused(
    "something that is not HTTP",
    ({ request }) => request.socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
    "does not speak HTTP",
  ),

  refused(
    "HTTP 401 without a challenge",
    refusal(401, "no", "UNAUTHORIZED"),
    'refuses access (HTTP 401, "UNAUTHORIZED: no")',
  ),
  {
    name: "HTTP 401 with Basic and no end",
    strikes: "always",
    strike: answer(401, "", { "www-authenticate": 'Basic realm="x"' }),
    outcome: { says: "refuses access (HTTP 401)" },
  },
  refused("HTTP 403", refusal(403, "no pull for you"), 'forbids access (HTTP 403, "DENIED: no pull for you")'),
  refused(
    "HTTP 404",
    refusal(404, "unknown", "NAME_UNKNOWN"),
    `has nothing at this address (HTTP 404, "NAME_UNKNOWN: unknown")`,
  ),
  refused("HTTP 404, empty", answer(404), "has nothing at this address (HTTP 404): "),
  refused("HTTP 418", answer(418), "answered with an error (HTTP 418)"),
  refused("HTTP 204", answer(204), "answered with an error (HTTP 204)"),

  refused(
    "a redirect to itself",
    redirect((request) => request.url ?? ""),
    'redirects to "http://127.0.0.1:',
    { tries: 6, ...exceptToken("answered with an error (HTTP 307)") },
  ),
  refused(
    "a redirect to ever new places",
    redirect((request) => `${request.url}x`),
    'redirects to "http://127.0.0.1:',
    { tries: 6, ...exceptToken("answered with an error (HTTP 307)") },
  ),
  refused(
    "a redirect to plain http elsewhere",
    redirect(() => "http://registry.example.com/blob?signature=x"),
    'redirects to "http://registry.example.com" (HTTP 307)',
    exceptToken("answered with an error (HTTP 307)"),
  ),
  refused(
    "a redirect to a file",
    redirect(() => "file:///etc/passwd"),
    'redirects to "file://" (HTTP 307)',
    exceptToken("answered with an error (HTTP 307)"),
  ),
  refused(
    "a redirect to nowhere",
    answer(302, "", {}),
    "redirects to no address (HTTP 302)",
    exceptToken("answered with an error (HTTP 302)"),
  ),

  refused(
    "HTTP 200, a proxy's page",
    answer(200, PROXY_PAGE, HTML_TYPE),
    "it looks like the page of a proxy or firewall",
  ),
  refused(
    "HTTP 200, a page",
    answer(200, ANY_PAGE, HTML_TYPE),
    `(HTTP 200, titled "It works!"), it looks like another site's`,
  ),
  refused(
    "HTTP 404, a page",
    answer(404, ANY_PAGE, HTML_TYPE),
    `(HTTP 404, titled "It works!"), it looks like another site's`,
  ),

  refused(
    "an empty answer",
    answer(200),
    "The answer is empty (HTTP 200)",
    exceptDigest("The answer is empty (HTTP 200)"),
  ),
  refused("null", answer(200, "null"), "answered null where an image's manifest", exceptDigest("without a token")),
  refused(
    "an array",
    answer(200, "[]"),
    "answered an array where an image's manifest",
    exceptDigest("without a token"),
  ),
  refused(
    "an object of another shape",
    answer(200, '{"status":"ok"}'),
    'answered an object with the keys "status" where an image\'s manifest was expected',
    exceptDigest("without a token"),
  ),
  refused(
    "the right keys with wrong values",
    answer(200, '{"token":"","manifests":[{"digest":"sha256:../../x"}],"config":{}}'),
    "where an image's manifest was expected",
    exceptDigest("without a token"),
  ),
  refused(
    "JSON cut off, its length right",
    answer(200, '{"token":"abc'),
    "The answer is not JSON, or is cut off (HTTP 200, 13 bytes",
    exceptDigest("The answer is not JSON, or is cut off"),
  ),
  refused(
    "bytes that are not UTF-8",
    answer(200, Buffer.from([0x22, 0xff, 0xfe, 0x22])),
    "The answer is not UTF-8 text",
    exceptDigest("The answer is not UTF-8 text"),
  ),
  refused(
    "lists nested 100,000 deep",
    answer(200, `{"manifests":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    "where an image's manifest was expected",
    exceptDigest("without a token"),
  ),
  refused(
    "a manifest with another digest than its header says",
    answer(200, image().top.body, { "docker-content-digest": `sha256:${"0".repeat(64)}` }),
    `where "sha256:${"0".repeat(64)}" was expected`,
    exceptDigest("without a token"),
  ),
  refused(
    "a digest of a kind that nobody knows",
    answer(200, image().top.body, { "docker-content-digest": "md5:0" }),
    'where "md5:0" was expected',
    exceptDigest("without a token"),
  ),
  refused(
    "schema 1",
    answer(200, json({ schemaVersion: 1, name: "shop/web", history: [] })),
    'with the keys "schemaVersion, name, history" where an image\'s manifest was expected',
    exceptDigest("without a token"),
  ),
  refused(
    "an index of attestations only",
    answer(200, indexOf().top.body),
    'is not built for linux/amd64, the only platform of Defenders in Fargate; it is for "unknown/unknown"',
    exceptDigest("without a token"),
  ),
  refused(
    "an index for ARM only",
    answer(200, indexOf({ architecture: "arm64", variant: "v8" }).top.body),
    'it is for "linux/arm64/v8, unknown/unknown"',
    exceptDigest("without a token"),
  ),
  refused("an empty index", answer(200, '{"manifests":[]}'), "it is for no platform", exceptDigest("without a token")),
  refused(
    "a Helm chart",
    answer(
      200,
      json({ config: { mediaType: "application/vnd.cncf.helm.config.v1+json", digest: `sha256:${"0".repeat(64)}` } }),
    ),
    'is not a container image: its configuration is a "application/vnd.cncf.helm.config.v1+json"',
    exceptDigest("without a token"),
  ),
  refused(
    "a token that would break a header",
    answer(200, '{"token":"a\\r\\nX: y"}'),
    "where an image's manifest was expected",
    exceptDigest("without a token"),
  ),

  refused(
    "an error full of terminal escapes",
    refusal(400, "\u001b[31mred\u001b[0m\u0007\r\nnext\u202eline", "\u001b[1mX"),
    '"X: red next line"',
  ),
  refused(
    "an error with pipeline commands",
    refusal(400, "##vso[task.setvariable]x ##[error]y"),
    '"DENIED: ## vso[task.setvariable]x ## [error]y"',
  ),
  refused(
    "an error that echoes password and token",
    (scene) => refusal(400, `you sent ${scene.secrets.join(" ")}`)(scene),
    "DENIED: you sent ",
  ),
  refused(
    "an error of 100,000 characters",
    refusal(400, "x".repeat(100_000)),
    '(HTTP 400, "[100008 characters, not shown]")',
  ),
];
