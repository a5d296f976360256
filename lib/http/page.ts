import * as v from "valibot";

import { quote, type SafeText, text } from "../text/safe-text";
import { mask } from "../text/secret";
import type { Answer, Call } from "./call";
import { failureOf, type HttpFailure } from "./failure";

/** Returns the failure for a web page that came instead of an answer; undefined for anything else. */
export function pageFailure(answer: Answer, call: Call): HttpFailure | undefined {
  const page = pageIn(answer);
  if (page === undefined) return undefined;
  const { insteadOf, explain } = call.peer.page;
  const came = text`A web page came instead of ${insteadOf} (HTTP ${answer.status}, ${page.title})`;
  const [whose, remedy] = PROXY.test(page.start)
    ? [PAGE_OF_PROXY, text`Have ${call.url.host} allowed there, or check HTTPS_PROXY and NO_PROXY.`]
    : explain(page.start);
  return failureOf(call, text`${came}, it looks like ${whose}`, remedy, { status: answer.status });
}

/** Formats `(HTTP 400, "…")` with the reason that the schema finds in the body, or a web page's title. */
export function detailOf(answer: Answer, reasonIn: v.GenericSchema<string, string>): SafeText {
  const page = pageIn(answer);
  if (page) return text`(HTTP ${answer.status}, a web page ${page.title})`;
  const { success, output } = v.safeParse(reasonIn, answer.body.toString("utf8"));
  return success ? text`(HTTP ${answer.status}, ${quote(output)})` : text`(HTTP ${answer.status})`;
}

/** The page's title, as `titled "…"` or `untitled`, and its first 16,000 characters, masked. */
function pageIn(answer: Answer) {
  const isCalledPage = /^text\/html/i.test(answer.header("content-type"));
  const beginning = answer.body.subarray(0, 1000).toString("utf8");
  if (!isCalledPage && !/^\s*<(!doctype html|html|head|body|!--)/i.test(beginning)) return undefined;
  // Mask first: a title or a cut text may end within a secret. Don't run masking and patterns over megabytes.
  const start = mask(answer.body.subarray(0, 65_536).toString("utf8")).slice(0, 16_000);
  const title = /<title[^<>]*>([^<]*)</i.exec(start)?.[1]?.trim();
  return { title: title ? text`titled ${quote(title, 80)}` : text`untitled`, start };
}

const PAGE_OF_PROXY = text`the page of a proxy or firewall`;
const PROXY =
  /proxy|squid|zscaler|netskope|forcepoint|blue ?coat|fortigate|web ?gateway|firewall|access denied|blocked/i;
