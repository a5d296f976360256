import { maskSecretsOf, withoutSecrets } from "../../lib/settings/secrets";
import { text } from "../../lib/text/safe-text";

const KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

test("AWS' secrets are masked in every text, though Terraform gets them", () => {
  const environment = { AWS_SECRET_ACCESS_KEY: KEY, AWS_SESSION_TOKEN: `${KEY}token` };
  maskSecretsOf(environment);
  expect(text`${KEY} and ${KEY}token.`).not.toContain(KEY);
  expect(withoutSecrets(environment)).toEqual(environment);
});

test("a made-up AWS secret that is an ordinary word is not masked", () => {
  maskSecretsOf({ AWS_SECRET_ACCESS_KEY: "emulated" });
  expect(text`The ${"emulated"} account.`).toBe("The emulated account.");
});

test.each([
  ["https_proxy", "http://me:Pr0xy%2FWord@proxy.example.com:3128", "me:Pr0xy/Word"],
  ["HTTP_PROXY", "me:Pr0xyOne7@proxy.example.com:3128", "me:Pr0xyOne7"],
  ["ALL_PROXY", "socks5://me:Pr0xyTwo7@proxy.example.com:1080", "me:Pr0xyTwo7"],
  ["HTTPS_PROXY", "http://me:12/34#Pr0xy@proxy.example.com:3128", "me:12/34#Pr0xy"],
  ["HTTPS_PROXY", " http://m%65:Pr0xyTri7@proxy.example.com:3128", "me:Pr0xyTri7"],
  ["HTTPS_PROXY", "http://me:Pr0xy%Word@proxy.example.com:3128", "me:Pr0xy%Word"],
])("the password of a proxy is masked, alone and with its user: %s=%s", (name, address, pair) => {
  const password = pair.slice("me:".length);
  maskSecretsOf({ [name]: address });
  const basic = Buffer.from(pair).toString("base64");
  expect(text`${address}`).toMatch(/^([a-z\d]+:\/\/)?\[redacted\]@proxy\.example\.com:\d+$/);
  expect(text`${pair}, ${basic}, ${password}.`).toBe("[redacted], [redacted], [redacted].");
});

test("a proxy's short password, which may be an ordinary word, is masked beside its user only", () => {
  maskSecretsOf({ HTTPS_PROXY: "http://agent:spare@proxy.example.com:3128" });
  expect(text`${"A spare task, http://agent:spare@proxy.example.com:3128"}`).toBe(
    "A spare task, http://[redacted]@proxy.example.com:3128",
  );
});

test("a proxy's address without a password is shown", () => {
  maskSecretsOf({ HTTPS_PROXY: "http://shown.example.com:3128" });
  expect(text`${"http://shown.example.com:3128"}`).toBe("http://shown.example.com:3128");
});
