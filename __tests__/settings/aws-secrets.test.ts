import { maskSecretsOf, withoutSecrets } from "../../lib/settings/secrets";
import { text } from "../../lib/text/safe-text";

const KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

test("AWS' secrets are masked in every text, though Terraform gets them", () => {
  const environment = { AWS_SECRET_ACCESS_KEY: KEY, AWS_SESSION_TOKEN: `${KEY}token` };
  maskSecretsOf(environment);
  expect(text`${KEY} and ${KEY}token.`).not.toContain(KEY);
  expect(withoutSecrets(environment)).toEqual(environment);
});

test("a made-up one that is an ordinary word isn't", () => {
  maskSecretsOf({ AWS_SECRET_ACCESS_KEY: "emulated" });
  expect(text`The ${"emulated"} account.`).toBe("The emulated account.");
});
