import { Secret } from "../text/secret";
import { type Environment, isSet } from "./environment";

/** Variables that hold a secret. */
const HOLDERS = ["TL_PASS", "TF_VAR_install_bundle", "INSTALL_BUNDLE"];

/** AWS needs these; they must not appear in text. Shorter values are test placeholders, and ordinary words. */
const OF_AWS = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
const SHORTEST_OF_AWS = 16;

/** From the call on, every text of this run is masked of the secrets that the environment holds. */
export function maskSecretsOf(environment: Environment): void {
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
  for (const name of HOLDERS) {
    const value = environment[name];
    if (isSet(value)) new Secret(value);
  }
}

/** The environment for a program that isn't to see them. */
export function withoutSecrets(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !HOLDERS.includes(name)));
}
