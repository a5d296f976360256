import { consoleSetBy } from "../../lib/console/calls";
import { networkFailure } from "../../lib/http/network-failure";
import { ProxyError } from "../../lib/http/proxy-failure";

const url = new URL("https://console.example.com/api/v1/version");
const call = { method: "GET", url, peer: consoleSetBy("TL_CONSOLE") } as const;

// A server on loopback can't cause these.
test.each([
  ["EAI_AGAIN", "The name of console.example.com can't be looked up now (DNS)"],
  ["ETIMEDOUT", "No connection to console.example.com within the limit"],
  ["EHOSTUNREACH", "console.example.com can't be reached"],
  ["ENETUNREACH", "console.example.com can't be reached"],
  ["EPIPE", "The connection broke before the answer was complete"],
])("after %s there is another try", (code, what) => {
  expect(networkFailure({ code }, call)).toMatchObject({ what, hints: { retry: true } });
});

test.each([
  ["ECONNRESET", true],
  ["EAI_AGAIN", true],
  ["EHOSTUNREACH", true],
  ["ENETUNREACH", true],
  ["ENOTFOUND", false],
])("after a proxy's %s another try: %s", (code, retry) => {
  const proxy = { variable: "HTTPS_PROXY", host: "proxy.example.com:3128", isLoggedIn: false };
  const cause = new ProxyError(proxy, "console.example.com", code);
  expect(networkFailure(new Error("any", { cause }), call)).toMatchObject({
    what: `The proxy proxy.example.com:3128 (HTTPS_PROXY) can't be used (${code})`,
    hints: { retry },
  });
});
