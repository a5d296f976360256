import * as v from "valibot";

import { defined } from "../defined";
import { Secret } from "../text/secret";
import { type Environment, isSet } from "./environment";
import type { Parsed } from "./parse-variables";
import { wholeNumber } from "./schemas";

export const networkVariables = {
  TL_CA_CERT: v.optional(v.string()),
  TL_TIMEOUT_MS: v.optional(wholeNumber(100, 600_000), "30000"),
  TL_RETRY_DELAY_MS: v.optional(wholeNumber(1, 60_000), "1000"),
  TL_CONCURRENCY: v.optional(wholeNumber(1, 64), "8"),
};

/** Network settings for the Console and every other server. */
export type NetworkSettings = ReturnType<typeof networkSettings>;

export function networkSettings(variables: Parsed<typeof networkVariables>, environment: Environment) {
  return defined({
    /** PEM file with a certificate authority, such as the Console's, that is trusted in addition to Node's. */
    caFile: variables.TL_CA_CERT,
    proxies: proxySettings(environment),
    /** Milliseconds that one try of one call may take. */
    timeoutMs: variables.TL_TIMEOUT_MS,
    /** Milliseconds before the second try of a call; later ones double. */
    retryDelayMs: variables.TL_RETRY_DELAY_MS,
    /** How many calls run side by side. */
    concurrency: variables.TL_CONCURRENCY,
  });
}

export type ProxySettings = ReturnType<typeof proxySettings>;

// Like other tools, prefers the names in lower case.
function proxySettings(environment: Environment) {
  const firstOf = (...names: readonly string[]) => names.find((name) => isSet(environment[name])) ?? "";
  const variable = firstOf("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY");
  const address = environment[variable]?.trim();
  return defined({
    /** The variable that the address comes from, and the address, which may hold a password. */
    https: address ? { variable, address: new Secret(address) } : undefined,
    /** Hosts that are reached directly, such as `example.com,.internal.example.com,10.0.0.1:8083`, or `*`. */
    exceptions: environment[firstOf("no_proxy", "NO_PROXY")]?.trim(),
  });
}
