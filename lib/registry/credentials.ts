import type { Clock } from "../http/clock";
import type { Connections } from "../http/connections";
import type { Environment } from "../settings/environment";
import type { RegistrySettings } from "../settings/registry";
import { type SafeText, text } from "../text/safe-text";
import { Secret } from "../text/secret";

export type Login =
  | { readonly kind: "password"; readonly user: string; readonly password: Secret }
  /** A token that the registry's token service exchanges, as `az acr login` leaves it. */
  | { readonly kind: "identity-token"; readonly token: Secret };

/** What a registry is asked with. */
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

/** The login that the base64 of `user:password` holds; undefined where it is something else. */
export function loginIn(base64: string): Login | undefined {
  const pair = Buffer.from(base64, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon <= 0) return undefined;
  new Secret(pair);
  return { kind: "password", user: pair.slice(0, colon), password: new Secret(pair.slice(colon + 1)) };
}

/** What gives Docker credentials for a registry. */
export function loginRemedy(registry: string): SafeText {
  return text`log in with docker login ${registry}, or name the container's entryPoint`;
}
