import * as v from "valibot";

import { defined } from "../defined";
import { text } from "../text/safe-text";
import { Secret } from "../text/secret";
import type { Parsed } from "./parse-variables";
import { HOST, isLoopback, matching, shown } from "./schemas";

const A_URL = "must be a URL such as https://console.example.com:8083";

/** A URL; plain http only for this machine. No message quotes the value, which may hold credentials. */
const safeUrl = v.pipe(
  v.string(),
  v.url(A_URL),
  v.transform((url) => new URL(url)),
  // URLs accept nearly any character in a host, such as quotation marks.
  v.check((url) => /^[\w.:[\]-]+$/.test(url.hostname), A_URL),
  v.check((url) => !url.username && !url.password, "must not hold credentials: they belong in TL_USER and TL_PASS"),
  v.check(
    ({ protocol }) => /^https?:$/.test(protocol),
    ({ input }) => text`must begin with https://, got ${input.protocol}`,
  ),
  v.check(
    (url) => url.protocol === "https:" || isLoopback(url.hostname),
    ({ input }) => text`must be https: plain http is for this machine only, got host ${input.hostname}`,
  ),
  // `hash` and `search` are empty when only their sign is there, which would cut off the path that is appended.
  v.check((url) => !url.href.includes("#"), "must not hold a # fragment"),
);

/** The base address of the Console's API. A host alone means https. */
const pathToConsole = v.pipe(
  v.string("is required: the path to Console, such as https://us-east1.cloud.twistlock.com/us-2-158123456"),
  v.transform((url) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `https://${url}`)),
  safeUrl,
  v.check((url) => !url.href.includes("?"), "must not hold a ? query"),
  v.check(
    (url) => !/\/api(\/v[\d.]+(\/.*)?)?\/*$/.test(url.pathname),
    "must be the path to Console, without /api and what follows",
  ),
);

export const consoleVariables = {
  TL_CONSOLE: pathToConsole,
  TL_USER: v.string("is required: the access key id, or the user's name"),
  TL_PASS: v.string("is required: the access key's secret, or the user's password"),
  AUTH_API_ENDPOINT: v.optional(safeUrl),
  TASK_GENERATION_API_ENDPOINT: v.optional(
    v.pipe(
      safeUrl,
      v.check(
        (url) => HOST.test(url.searchParams.get("consoleaddr") || "none"),
        "must name only a host as its consoleaddr",
      ),
    ),
  ),
  TL_CONSOLE_ADDRESS: v.optional(matching(HOST, shown("must be only a host, without https://, port and path"))),
  TL_API_VERSION: v.optional(matching(/^v(1|\d{2}\.\d{2})$/, shown("must be v1 or a version such as v34.04")), "v1"),
  TL_PROJECT: v.optional(v.string()),
};

/** The login's path below the API's address. */
export const LOGIN_PATH = "/authenticate";

export type ConsoleSettings = ReturnType<typeof consoleSettings>;

export function consoleSettings(variables: Parsed<typeof consoleVariables>) {
  const { TL_CONSOLE: path, TASK_GENERATION_API_ENDPOINT: fargateUrl } = variables;
  const { url, apiUrl, apiSetting } = apiAddress(variables);
  // The original example has the address in the endpoint's query.
  const addressInQuery = fargateUrl?.searchParams.get("consoleaddr") || undefined;
  return defined({
    /** The path to Console, without a slash at the end. */
    url,
    /** Tenant path included, without a slash at the end: `https://host/tenant/api/v1`. */
    apiUrl,
    /** The variable that `apiUrl` comes from. */
    apiSetting,
    /** Full URLs that replace the ones derived from `apiUrl`. */
    authenticateUrl: variables.AUTH_API_ENDPOINT?.href,
    fargateUrl: fargateUrl?.href,
    user: variables.TL_USER,
    password: new Secret(variables.TL_PASS),
    /** The host that Defenders dial. */
    consoleAddress: variables.TL_CONSOLE_ADDRESS ?? addressInQuery ?? path.hostname,
    project: variables.TL_PROJECT,
  });
}

/** Finds the Console's API. In the original example's variables, TL_CONSOLE may be only the Defenders' address. */
function apiAddress(variables: Parsed<typeof consoleVariables>) {
  const { TL_CONSOLE: path, AUTH_API_ENDPOINT: login, TL_API_VERSION: version } = variables;
  const apiUrl = login && RegExp(`^(.+)${LOGIN_PATH}/*$`).exec(`${login.origin}${login.pathname}`)?.[1];
  if (apiUrl) return { url: apiUrl.replace(/\/api\/[^/]+$/, ""), apiUrl, apiSetting: "AUTH_API_ENDPOINT" };
  const url = path.href.replace(/\/+$/, "");
  return { url, apiUrl: `${url}/api/${version}`, apiSetting: "TL_CONSOLE" };
}
