import { consoleSetBy } from "../../lib/console/calls";
import type { Answer } from "../../lib/http/call";
import { pageFailure } from "../../lib/http/page";
import { shownRedirectTarget } from "../../lib/http/redirect";
import { Secret } from "../../lib/text/secret";

const url = new URL("https://console.example.com/api/v1/version");
const call = { method: "GET", url, peer: consoleSetBy("TL_CONSOLE") } as const;

function answer(status: number, headers: Readonly<Record<string, string>>, body = ""): Answer {
  return { status, body: Buffer.from(body), header: (name) => headers[name] ?? "" };
}

// Masking finds a secret only whole, so it comes before what cuts the text.

test("of a secret that ends a page's title too early, no part is shown", () => {
  const secret = new Secret("opening<closing 0815").reveal();
  const page = answer(200, { "content-type": "text/html" }, `<html><title>${secret}</title></html>`);
  expect(pageFailure(page, call)?.message).toContain('(HTTP 200, titled "[redacted]")');
});

test("of a secret that is only in part the host of a redirect, no part is shown", () => {
  const secret = new Secret("opening.example/closing-0815").reveal();
  expect(shownRedirectTarget(answer(302, { location: `https://${secret}` }), url)?.host).toBe("redacted");
});
