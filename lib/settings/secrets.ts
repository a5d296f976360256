import { bundleSecret } from "../bundle-format";
import { groupBy } from "../group-by";
import { percentDecoded } from "../percent-decoded";
import type { Finder } from "../text/finder";
import { text } from "../text/safe-text";
import { finderOf, Secret } from "../text/secret";
import { type Environment, isSet } from "./environment";
import type { CrossCheck } from "./parse-variables";

/** A secret of this run, and what it is called. */
export type NamedSecret = { readonly what: string; readonly secret: Secret };

const PASSWORD = "the password";
export const BUNDLE = "the install bundle";

/** Variables that hold a secret. */
const HOLDERS: Readonly<Record<string, string>> = {
  TL_PASS: PASSWORD,
  TF_VAR_install_bundle: BUNDLE,
  INSTALL_BUNDLE: BUNDLE,
};

/** Shorter values of AWS' credentials are test placeholders or ordinary words. */
const SHORTEST_OF_AWS = 16;

/** A shorter proxy password may be an ordinary word: it is searched for only together with its user. */
const SHORTEST_OF_PROXY = 8;

/** Variables whose address may hold a password. */
const PROXIES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

/** Makes every later text of this run mask the secrets in the environment. */
export function maskSecretsOf(environment: Environment): void {
  environmentSecrets(environment);
}

/** Returns the secrets in the environment, in every form likely to be written. Creating them also masks them. */
export function environmentSecrets(environment: Environment): readonly NamedSecret[] {
  const { TL_USER, TL_PASS, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN } = environment;
  const pairs = isSet(TL_USER) && isSet(TL_PASS) ? pairsOf(TL_USER.trim(), TL_PASS) : [];
  return [
    ...named(PASSWORD, pairs),
    ...maskCredentialsOfAws({ secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN }),
    ...named("the token for AWS' credentials", longEnough(AWS_CONTAINER_AUTHORIZATION_TOKEN)),
    ...Object.entries(HOLDERS).flatMap(([name, what]) => named(what, [environment[name]].filter(isSet))),
    ...PROXIES.flatMap((name) => named("the password of a proxy", valuesOfProxy(environment[name] ?? ""))),
  ];
}

/** Returns AWS' credentials, from any source, as secrets. Creating them also masks them. */
export function maskCredentialsOfAws({ secretAccessKey, sessionToken }: CredentialsOfAws): readonly NamedSecret[] {
  return [
    ...named("the AWS secret access key", longEnough(secretAccessKey)),
    ...named("the AWS session token", longEnough(sessionToken)),
  ];
}

type CredentialsOfAws = {
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
};

function longEnough(value = ""): readonly string[] {
  return value.length >= SHORTEST_OF_AWS ? [value] : [];
}

function named(what: string, values: readonly string[]): readonly NamedSecret[] {
  const secretOf = (value: string) => (what === BUNDLE ? bundleSecret(value) : new Secret(value));
  return values.map((value) => ({ what, secret: secretOf(value) }));
}

/** Checks that DEFAULT_TAGS, which are deployed, hold no secret of the environment. */
export const checkTags: CrossCheck = ({ DEFAULT_TAGS: tags }, environment) => {
  if (tags === undefined) return [];
  const held = findersOf(environmentSecrets(environment)).filter(([, finder]) => finder.isIn(tags));
  return held.map(
    ([what]) => text`DEFAULT_TAGS holds ${what}. Remove it: it would be deployed, and stored in Terraform's state.`,
  );
};

/** One finder for all secrets that are called the same. */
export function findersOf(secrets: readonly NamedSecret[]): readonly (readonly [what: string, finder: Finder])[] {
  return [...groupBy(secrets, ({ what }) => what)].map(
    ([what, same]) => [what, finderOf(same.map(({ secret }) => secret))] as const,
  );
}

// Needs no valid address: an unencoded password may hold any character.
function valuesOfProxy(value: string): readonly string[] {
  const parts = /^(?:[a-z][a-z\d+.-]*:\/\/)?(([^:]*):(.+))@/is.exec(value.trim());
  if (!parts) return [];
  const [, credentials = "", user = "", password = ""] = parts;
  const decoded = percentDecoded(password) ?? password;
  const alone = [password, decoded].filter(({ length }) => length >= SHORTEST_OF_PROXY);
  return [credentials, ...alone, ...pairsOf(percentDecoded(user) ?? user, decoded)];
}

/** The pair as basic authentication writes it, in clear and in base64. */
function pairsOf(user: string, password: string): readonly string[] {
  const pair = `${user}:${password}`;
  return [pair, Buffer.from(pair).toString("base64")];
}

/** Returns the environment for a program that must not see the variables in HOLDERS. */
export function withoutSecrets(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !Object.hasOwn(HOLDERS, name)));
}
