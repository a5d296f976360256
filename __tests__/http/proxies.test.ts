import fc from "fast-check";
import { getProxyForUrl } from "proxy-from-env";

import { proxyFor } from "../../lib/http/proxies";
import { Secret } from "../../lib/text/secret";

const PROXY = "http://proxy.example.com:3128";

afterEach(() => {
  delete process.env.HTTPS_PROXY;
  delete process.env.NO_PROXY;
});

const host = fc.constantFrom("example.com", "a.example.com", "b.a.example.com", "xexample.com", "10.0.0.1", "[::1]");
const port = fc.constantFrom("", ":443", ":8083");
const entry = fc.tuple(fc.constantFrom("", ".", "*.", "*"), fc.oneof(host, fc.constantFrom("", "com")), port);
const list = fc
  .array(entry, { maxLength: 4 })
  .map((entries) => entries.map((parts) => parts.join("")))
  .chain((entries) => fc.constantFrom(",", " ", ", ").map((separator) => entries.join(separator)));

test("exceptions are read as other tools of Node read them", () => {
  fc.assert(
    fc.property(host, port, list, (name, itsPort, exceptions) => {
      const url = new URL(`https://${name}${itsPort}`);
      Object.assign(process.env, { HTTPS_PROXY: PROXY, NO_PROXY: exceptions });
      const proxy = proxyFor(url, { https: new Secret(PROXY), exceptions });
      expect(proxy?.origin ?? "").toBe(getProxyForUrl(url.href));
    }),
    { numRuns: 2000 },
  );
});

test("a proxy without a scheme is reached by https", () => {
  const proxy = proxyFor(new URL("https://example.com"), { https: new Secret("proxy.example.com:3128") });
  expect(proxy?.href).toBe("https://proxy.example.com:3128/");
});
