import type { Clock } from "../http/clock";
import type { Connections } from "../http/connections";
import type { Environment } from "../settings/environment";
import type { RegistrySettings } from "../settings/registry";
import { type SafeText, text } from "../text/safe-text";
import { Secret } from "../text/secret";

export type Login =
  | { readonly kind: "password"; readonly user: string; readonly password: Secret }
  /** A token to exchange at the registry's token service, as `az acr login` stores it. */
  | { readonly kind: "identity-token"; readonly token: Secret };

/** The login for a registry, and texts for its refusal. */
export type Credentials = {
  /** Anonymous when left out. */
  readonly login?: Login;
  /** For a refusal: what was tried, and what to do. */
  readonly tried: SafeText;
  readonly remedy: SafeText;
};

export type CredentialOptions = RegistrySettings & {
  readonly environment: Environment;
  readonly connections: Connections;
  readonly network: { readonly timeoutMs: number };
  readonly signal: AbortSignal;
  readonly clock: Clock;
};

/** Parses the base64 of `user:password` into a login; undefined when it is something else. */
export function loginIn(base64: string): Login | undefined {
  const pair = Buffer.from(base64, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon <= 0) return undefined;
  new Secret(pair);
  return { kind: "password", user: pair.slice(0, colon), password: new Secret(pair.slice(colon + 1)) };
}

/** Says how to log in to a registry. */
export function loginRemedy(registry: string): SafeText {
  return text`log in with docker login ${registry}`;
}
