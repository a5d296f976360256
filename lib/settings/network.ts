import * as v from "valibot";

import { defined } from "../defined";
import { Secret } from "../text/secret";
import { type Environment, isSet } from "./environment";
import { wholeNumber } from "./schemas";

/** Network settings for the Console and every other server. */
export type NetworkSettings = {
  /** PEM file with a certificate authority, such as the Console's, that is trusted beside Node's. */
  readonly caFile?: string;
  readonly proxies: ProxySettings;
  /** Milliseconds that one try of one call may take. */
  readonly timeoutMs: number;
  /** Milliseconds before the second try of a call; later ones double. */
  readonly retryDelayMs: number;
  /** How many calls run side by side. */
  readonly concurrency: number;
};

export type ProxySettings = {
  /** From `HTTPS_PROXY`, or else `ALL_PROXY`. */
  readonly https?: ProxyAddress;
  /** `NO_PROXY`: hosts that are reached directly, such as `example.com,.internal.example.com,10.0.0.1:8083`, or `*`. */
  readonly exceptions?: string;
};

export type ProxyAddress = {
  /** The variable that it comes from. */
  readonly variable: string;
  /** It may hold a password. */
  readonly address: Secret;
};

export const networkVariables = {
  TL_CA_CERT: v.optional(v.string()),
  TL_TIMEOUT_MS: v.optional(wholeNumber(100, 600_000), "30000"),
  TL_RETRY_DELAY_MS: v.optional(wholeNumber(1, 60_000), "1000"),
  TL_CONCURRENCY: v.optional(wholeNumber(1, 64), "8"),
};

type Variables = v.InferOutput<v.ObjectSchema<typeof networkVariables, undefined>>;

export function networkSettings(variables: Variables, environment: Environment): NetworkSettings {
  return defined({
    caFile: variables.TL_CA_CERT,
    proxies: proxySettings(environment),
    timeoutMs: variables.TL_TIMEOUT_MS,
    retryDelayMs: variables.TL_RETRY_DELAY_MS,
    concurrency: variables.TL_CONCURRENCY,
  });
}

// Like other tools, prefers the names in lower case.
function proxySettings(environment: Environment): ProxySettings {
  const firstOf = (...names: readonly string[]) => names.find((name) => isSet(environment[name])) ?? "";
  const variable = firstOf("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY");
  const address = environment[variable]?.trim();
  return defined({
    https: address ? { variable, address: new Secret(address) } : undefined,
    exceptions: environment[firstOf("no_proxy", "NO_PROXY")]?.trim(),
  });
}
