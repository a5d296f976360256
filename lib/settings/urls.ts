import * as v from "valibot";

import { text } from "../text/safe-text";
import { isLoopback } from "./schemas";

const A_URL = "must be a URL such as https://console.example.com:8083";

/** A URL; plain http only for this machine. No message quotes the value, which may hold credentials. */
export const safeUrl = v.pipe(
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
export const pathToConsole = v.pipe(
  v.string("is required: the path to Console, such as https://us-east1.cloud.twistlock.com/us-2-158123456"),
  v.transform((url) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `https://${url}`)),
  safeUrl,
  v.check((url) => !url.href.includes("?"), "must not hold a ? query"),
  v.check(
    (url) => !/\/api(\/v[\d.]+(\/.*)?)?\/*$/.test(url.pathname),
    "must be the path to Console, without /api and what follows",
  ),
);
