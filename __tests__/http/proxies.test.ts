import fc from "fast-check";
import { getProxyForUrl } from "proxy-from-env";

import { proxyFor } from "../../lib/http/proxies";
import { Secret } from "../../lib/text/secret";

const PROXY = "http://proxy.internal:3128";

const ownEnvironment = process.env;

afterEach(() => {
  process.env = ownEnvironment;
});

function setBy(variable: string, address: string) {
  return { variable, address: new Secret(address) };
}

const host = fc.constantFrom("example.com", "a.example.com", "b.a.example.com", "xexample.com", "10.0.0.1", "[::1]");
const port = fc.constantFrom("", ":443", ":8083");
const entry = fc.tuple(
  fc.constantFrom("", ".", "*.", "*"),
  fc.oneof(host, fc.constantFrom("", "com", "A.Example.com")),
  port,
);
const list = fc
  .array(entry, { maxLength: 4 })
  .map((entries) => entries.map((parts) => parts.join("")))
  .chain((entries) => fc.constantFrom(",", " ", ", ").map((separator) => entries.join(separator)));

test("exceptions mean the same as in proxy-from-env, which other Node tools use", () => {
  fc.assert(
    fc.property(host, port, list, (name, itsPort, exceptions) => {
      const url = new URL(`https://${name}${itsPort}`);
      // These variables alone: proxy-from-env would prefer lower-case ones of the machine.
      process.env = { HTTPS_PROXY: PROXY, NO_PROXY: exceptions };
      const proxy = proxyFor(url, { https: setBy("HTTPS_PROXY", PROXY), exceptions });
      expect(proxy?.url.origin ?? "").toBe(getProxyForUrl(url.href));
    }),
    { numRuns: 2000 },
  );
});

test("a proxy without a scheme is reached by https", () => {
  const proxy = proxyFor(new URL("https://example.com"), { https: setBy("HTTPS_PROXY", "proxy.internal:3128") });
  expect(proxy?.url.href).toBe("https://proxy.internal:3128/");
});

test.each([
  ["http://user:12/34Secret@127.0.0.1:9", "must end after host and port: no path, ? query or # fragment"],
  ["http://user:1234#Secret@127.0.0.1:9", "must end after host and port: no path, ? query or # fragment"],
  ["http://user:12?34Secret@127.0.0.1:9", "must end after host and port: no path, ? query or # fragment"],
  ["http://user:12\\34Secret@127.0.0.1:9", "must end after host and port: no path, ? query or # fragment"],
  ["http://proxy.example.com:3128/Secret", "must end after host and port: no path, ? query or # fragment"],
  ["http://user:Sec%ret@127.0.0.1:9", "has a user or a password that can't be percent-decoded"],
  ["http://Sec%E4ret:x@127.0.0.1:9", "has a user or a password that can't be percent-decoded"],
  ["socks5://user:Secret@127.0.0.1:9", "must be an address such as http://proxy.example.com:3128, got something else"],
])("%s is refused with the name of its variable, and not shown", (address, says) => {
  const message = `https_proxy ${says}. In a user and a password write / as %2F, ? as %3F, # as %23 and % as %25.`;
  expect(() => proxyFor(new URL("https://example.com"), { https: setBy("https_proxy", address) })).toThrow(
    expect.objectContaining({ message }),
  );
});
