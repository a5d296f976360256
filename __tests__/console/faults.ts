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

/** The calls, named as their addresses end. */
export const CALLS = ["authenticate", "version", "defenders/fargate.json", "defenders/install-bundle"] as const;

export type CallName = (typeof CALLS)[number];

export type ConsoleFault = Fault<CallName>;

function err(status: number, text: string): Strike {
  return answer(status, JSON.stringify({ err: text }));
}

const RETRIED = [408, 425, 429, 500, 502, 503, 504];

const CONSOLE_PAGE = '<!doctype html><html><head><base href="/"><title>Prisma Cloud</title></head></html>';

export const FAULTS: readonly ConsoleFault[] = [
  ...RETRIED.flatMap((status) => [
    recovered(`HTTP ${status} once`, err(status, "in trouble")),
    refused(`HTTP ${status} always`, err(status, "in trouble"), `(HTTP ${status}, "in trouble"), after 4 tries: `, {
      tries: 4,
    }),
  ]),
  recovered("HTTP 500 three times, empty", answer(500), { strikes: 3, tries: 4 }),
  refused(
    "HTTP 503 always, a web page",
    answer(503, PROXY_PAGE, HTML_TYPE),
    '(HTTP 503, a web page titled "Access Denied"), after 4 tries',
    {
      tries: 4,
    },
  ),

  recovered("reset once before an answer", ({ request }) => request.socket.resetAndDestroy()),
  refused("reset always before an answer", ({ request }) => request.socket.resetAndDestroy(), BROKEN, { tries: 4 }),
  {
    name: "refused from here on",
    strikes: "always",
    strike: ({ server, request }) => {
      server.close();
      request.socket.resetAndDestroy();
    },
    outcome: { says: " refuses the connection, after 4 tries" },
  },
  {
    name: "reset at accept from here on",
    strikes: "always",
    strike: ({ server, request }) => {
      server.prependListener("connection", (socket) => socket.resetAndDestroy());
      request.socket.resetAndDestroy();
    },
    outcome: { says: BROKEN },
  },
  recovered("reset once in the body", ({ response, request }) => {
    response.writeHead(200, { ...JSON_TYPE, "content-length": 1000 }).write('{"to');
    setTimeout(() => request.socket.resetAndDestroy(), 10);
  }),
  refused(
    "a body shorter than its content-length, always",
    ({ response, request }) => {
      response.writeHead(200, { ...JSON_TYPE, "content-length": 1000 }).write('{"to');
      setTimeout(() => request.socket.end(), 10);
    },
    BROKEN,
    { tries: 4 },
  ),
  refused(
    "a chunked body without its end, always",
    ({ response, request }) => {
      response.writeHead(200, JSON_TYPE).write('{"to');
      setTimeout(() => request.socket.end(), 10);
    },
    BROKEN,
    { tries: 4 },
  ),
  recovered("silence once", () => undefined, { isEndless: true }),
  { ...refused("silence always", () => undefined, "No complete answer within ", { isEndless: true }), tries: 4 },
  refused(
    "silence in the body, always",
    ({ response }) => response.writeHead(200, JSON_TYPE).write('{"to'),
    "No complete answer within ",
    { isEndless: true, tries: 4 },
  ),
  refused(
    "a body that drips without end, always",
    ({ response }) => {
      response.writeHead(200, JSON_TYPE);
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    },
    "No complete answer within ",
    { isEndless: true, tries: 4 },
  ),
  refused(
    "a body that gushes without end",
    ({ response }) => {
      response.writeHead(200, JSON_TYPE);
      const gush = () => {
        while (!response.destroyed && response.write(" ".repeat(65_536)));
      };
      response.on("drain", gush);
      gush();
    },
    "The response exceeds 5 MiB, so it is not from a Console",
  ),
  refused(
    "a body of 6 MiB",
    answer(200, `"${"x".repeat(6 * 1024 * 1024)}"`),
    "The response exceeds 5 MiB, so it is not from a Console",
  ),
  refused(
    "6 MiB in a few kilobytes of gzip",
    answer(200, gzipSync(" ".repeat(6 * 1024 * 1024)), { ...JSON_TYPE, "content-encoding": "gzip" }),
    "The response exceeds 5 MiB, so it is not from a Console",
  ),

  refused(
    "HTTP 400 with err",
    err(400, "missing console address"),
    'rejects the request (HTTP 400, "missing console address"): ',
  ),
  refused("HTTP 400 without err", answer(400, "{}"), "rejects the request (HTTP 400): "),
  recovered("HTTP 401 once", err(401, "token expired"), {
    except: { authenticate: { outcome: { says: 'refused the login (HTTP 401, "token expired")' }, tries: 1 } },
  }),
  refused("HTTP 401 always", err(401, "no"), 'refuses the token of its own login (HTTP 401, "no")', {
    tries: 2,
    except: { authenticate: { outcome: { says: 'refused the login (HTTP 401, "no")' }, tries: 1 } },
  }),
  refused("HTTP 403", err(403, "forbidden"), 'denies this to TL_USER (HTTP 403, "forbidden")', {
    except: { authenticate: { outcome: { says: 'forbids TL_USER to log in (HTTP 403, "forbidden")' }, tries: 1 } },
  }),
  refused("HTTP 404, empty", answer(404), "has nothing at this address (HTTP 404)"),
  refused("HTTP 418", answer(418), "answered with an error (HTTP 418)"),
  refused(
    "redirect to another host",
    answer(302, "", { location: "https://sso.example.com/login?x=y" }),
    'redirects to "sso.example.com" (HTTP 302)',
  ),
  refused("redirect to nowhere", answer(307, "", {}), "redirects to no address (HTTP 307)"),
  refused("redirect to what is no address", answer(302, "", { location: "https://[" }), "redirects to no address"),

  refused(
    "HTTP 200, a proxy's page",
    answer(200, PROXY_PAGE, HTML_TYPE),
    'titled "Access Denied"), it looks like the page of a proxy or firewall',
  ),
  refused(
    "HTTP 403, a proxy's page",
    answer(403, PROXY_PAGE, HTML_TYPE),
    "it looks like the page of a proxy or firewall",
  ),
  refused(
    "HTTP 200, the Console's own page",
    answer(200, CONSOLE_PAGE, HTML_TYPE),
    "the tenant path is wrong or missing",
  ),
  refused("HTTP 200, a page called JSON", answer(200, ANY_PAGE), 'titled "It works!"), it looks like another site\'s'),
  refused(
    "HTTP 404, a page without tags",
    answer(404, "Nothing here", HTML_TYPE),
    "A web page came instead of the Console's answer (HTTP 404, untitled)",
  ),

  refused("an empty answer", answer(200), "The answer is empty (HTTP 200)"),
  refused("HTTP 204", answer(204), "The answer is empty (HTTP 204)"),
  refused("null", answer(200, "null"), "answered null where"),
  refused("an array", answer(200, "[]"), "answered an array where"),
  refused("a number", answer(200, "7"), "answered a number where"),
  refused(
    "an object of another shape",
    answer(200, '{"status":"ok"}'),
    'answered an object with the keys "status" where',
  ),
  refused(
    "the right keys with wrong values",
    answer(200, '{"token":"","containerDefinitions":[1],"installBundle":"not base64!"}'),
    'answered an object with the keys "token, containerDefinitions, installBundle" where',
  ),
  refused(
    "JSON cut off, its length right",
    answer(200, '{"token":"abc'),
    "The answer is not JSON, or is cut off (HTTP 200, 13 bytes",
  ),
  refused("text that is not JSON", answer(200, "OK", { "content-type": "text/plain" }), 'content type "text/plain"'),
  refused(
    "bytes that are not UTF-8",
    answer(200, Buffer.from([0x22, 0xff, 0xfe, 0x22])),
    "The answer is not UTF-8 text",
  ),
  refused(
    "garbage called gzip",
    answer(200, "surely not gzip", { ...JSON_TYPE, "content-encoding": "gzip" }),
    "The response claims to be compressed but is not",
  ),
  refused(
    "garbage called brotli",
    answer(200, "surely not brotli", { ...JSON_TYPE, "content-encoding": "br" }),
    "The response claims to be compressed but is not",
  ),
  refused(
    "headers of more than 16 KiB",
    answer(200, "{}", { ...JSON_TYPE, "x-long": "x".repeat(20_000) }),
    "The response's headers exceed 16 KiB, so it is not from a Console",
  ),
  refused(
    "something that is not HTTP",
    ({ request }) => request.socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
    "does not speak HTTP",
  ),

  refused(
    "an err full of terminal escapes",
    err(400, "\u001b[31mred\u001b[0m\u0007\r\nnext\u202eline"),
    '"red next line"',
  ),
  refused(
    "an err with pipeline commands",
    err(400, "##vso[task.setvariable]x ##[error]y"),
    '"## vso[task.setvariable]x ## [error]y"',
  ),
  refused(
    "an err that echoes password and token",
    ({ response, secrets }) =>
      response.writeHead(400, JSON_TYPE).end(JSON.stringify({ err: `you sent ${secrets.join(" ")}` })),
    "you sent ",
  ),
  refused(
    "a trouble that echoes password and token, always",
    ({ response, secrets }) => response.writeHead(503, JSON_TYPE).end(JSON.stringify({ err: secrets.join(" ") })),
    "(HTTP 503, ",
    { tries: 4 },
  ),
  refused(
    "an err of 100,000 characters",
    err(400, "x".repeat(100_000)),
    '(HTTP 400, "[100000 characters, not shown]")',
  ),
  refused("an err of 1,000 characters", err(400, "x".repeat(1000)), `"${"x".repeat(199)}…"`),

  recovered("HTTP 429 with Retry-After: 1", answer(429, "", { "retry-after": "1" })),
  recovered(
    "HTTP 503 with a Retry-After that is over",
    answer(503, "", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }),
  ),
  refused(
    "HTTP 429 with Retry-After: 86400",
    answer(429, "", { "retry-after": "86400" }),
    "asks for a pause of 86400 s (Retry-After)",
  ),
  refused(
    "HTTP 503 with a Retry-After in a far year",
    answer(503, "", { "retry-after": "Wed, 21 Oct 2099 07:28:00 GMT" }),
    " s (Retry-After); a call may take ",
  ),
];
