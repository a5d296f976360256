import { Secret } from "../text/secret";
import { type Environment, isSet } from "./environment";

/** Variables that hold a secret, and what to call it. */
const HOLDERS: readonly (readonly [name: string, secret: string])[] = [
  ["TL_PASS", "the password"],
  ["TF_VAR_install_bundle", "the install bundle"],
  ["INSTALL_BUNDLE", "the install bundle"],
];

/** Those of AWS: Terraform and the SDK need them, and no text does. Shorter ones are made up, and ordinary words. */
const OF_AWS = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
const SHORTEST_OF_AWS = 16;

/** The secrets that the environment holds. From the call on, every text of this run is masked of them. */
export function secretsOf(environment: Environment): readonly { readonly name: string; readonly secret: Secret }[] {
  const { TL_USER, TL_PASS } = environment;
  if (isSet(TL_USER) && isSet(TL_PASS)) {
    // The pair as basic authentication writes it, in clear and in base64.
    const pair = new Secret(`${TL_USER.trim()}:${TL_PASS}`).reveal();
    new Secret(Buffer.from(pair).toString("base64"));
  }
  for (const name of OF_AWS) {
    const value = environment[name] ?? "";
    if (value.length >= SHORTEST_OF_AWS) new Secret(value);
  }
  return HOLDERS.flatMap(([variable, name]) => {
    const value = environment[variable];
    return isSet(value) ? [{ name, secret: new Secret(value) }] : [];
  });
}

/** The environment for a program that isn't to see them. */
export function withoutSecrets(environment: Environment): Environment {
  const names = new Set(HOLDERS.map(([name]) => name));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.has(name)));
}
