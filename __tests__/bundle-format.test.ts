import { bundleSecret } from "../lib/bundle-format";
import { isMasked } from "../lib/text/secret";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB-of-nobody\n-----END CERTIFICATE-----";
const CREDENTIALS = {
  apiKey: "key-of-nobody-16",
  key: `-----BEGIN PRIVATE KEY-----\nof-nobody\n-----END PRIVATE KEY-----\n${CERTIFICATE}`,
};
const OTHERS = {
  customerID: "customer-of-nobody-4711",
  httpProxy: "http://proxy.nobody.example:3128",
  noProxy: "nobody.example,other.nobody.example",
  ca: CERTIFICATE,
  user: "user-of-nobody1",
};

test("a bundle's credentials are masked, but not its names, addresses and certificates", () => {
  bundleSecret(Buffer.from(JSON.stringify({ secrets: CREDENTIALS, ...OTHERS })).toString("base64"));
  expect(Object.values(CREDENTIALS).map(isMasked)).toEqual([true, true]);
  expect(Object.values(OTHERS).filter(isMasked)).toEqual([]);
});
