import { Secret } from "../text/secret";
import { type Environment, isSet } from "./environment";

/** Variables that hold a secret. */
const HOLDERS = ["TL_PASS", "TF_VAR_install_bundle", "INSTALL_BUNDLE"];

/** Shorter values of AWS' credentials are test placeholders, and ordinary words. */
const SHORTEST_OF_AWS = 16;

/** Their addresses may hold a password. */
const PROXIES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

/** From the call on, every text of this run is masked of the secrets that the environment holds. */
export function maskSecretsOf(environment: Environment): void {
  const { TL_USER, TL_PASS, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (isSet(TL_USER) && isSet(TL_PASS)) maskPair(TL_USER.trim(), TL_PASS);
  maskCredentialsOfAws({ secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN });
  for (const name of HOLDERS) {
    const value = environment[name];
    if (isSet(value)) new Secret(value);
  }
  for (const name of PROXIES) {
    const value = environment[name];
    if (isSet(value)) maskProxy(value.trim());
  }
}

/** The same for AWS' credentials, wherever they are from. */
export function maskCredentialsOfAws({ secretAccessKey = "", sessionToken = "" }: CredentialsOfAws): void {
  for (const value of [secretAccessKey, sessionToken]) if (value.length >= SHORTEST_OF_AWS) new Secret(value);
}

type CredentialsOfAws = {
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
};

// Also where the value is no address: an unencoded password may hold any character.
function maskProxy(address: string): void {
  const [, credentials, user = "", password] = /^(?:[a-z][a-z\d+.-]*:\/\/)?(([^:]*):(.+))@/is.exec(address) ?? [];
  if (credentials === undefined || password === undefined) return;
  for (const value of [address, credentials, password, decoded(password)]) new Secret(value);
  maskPair(decoded(user), decoded(password));
}

/** The pair as basic authentication writes it, in clear and in base64. */
function maskPair(user: string, password: string): void {
  const pair = new Secret(`${user}:${password}`).reveal();
  new Secret(Buffer.from(pair).toString("base64"));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The environment for a program that isn't to see them. */
export function withoutSecrets(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !HOLDERS.includes(name)));
}
