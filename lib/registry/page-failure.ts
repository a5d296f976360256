import type { Answer, Call } from "../http/call";
import { failureOf, type HttpFailure } from "../http/failure";
import { pageIn } from "../http/page";
import { text } from "../text/safe-text";

/** The failure when the answer is a web page; undefined for anything else. */
export function pageFailure(answer: Answer, call: Call): HttpFailure | undefined {
  const page = pageIn(answer);
  if (page === undefined) return undefined;
  const came = text`A web page came instead of the registry's answer (HTTP ${answer.status}, ${page.title})`;
  const remedy = page.isOfProxy
    ? text`Have ${call.url.host} allowed there, or check HTTPS_PROXY and NO_PROXY.`
    : text`Check the registry's host in ${call.peer.setting}.`;
  const looks = page.isOfProxy ? text`the page of a proxy or firewall` : text`another site's`;
  return failureOf(call, text`${came}, it looks like ${looks}`, remedy, { status: answer.status });
}
