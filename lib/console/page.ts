import type { Answer } from "./exchange";
import { type Call, Failure, quote } from "./failure";

/** The failure when the answer is a web page: who may have written it, and what to do then. */
export function pageFailure(answer: Answer, call: Call): Failure | undefined {
  const titled = pageTitle(answer, call);
  if (titled === undefined) return undefined;
  const text = start(answer);
  const [, looks, remedy] = LOOKS.find(([words]) => words.test(text)) ?? UNKNOWN;
  const what = `A web page came instead of the Console's answer (HTTP ${answer.status}, ${titled}), it looks like ${looks}`;
  return new Failure(call, what, remedy, { status: answer.status });
}

/** `titled "…"` for a web page; undefined for anything else. */
export function pageTitle(answer: Answer, call: Call): string | undefined {
  const text = start(answer);
  const isCalledPage = /^text\/html/i.test(answer.header("content-type"));
  if (!isCalledPage && !/^\s*<(!doctype html|html|head|body|!--)/i.test(text)) return undefined;
  const title = /<title[^<>]*>([^<]*)</i.exec(text)?.[1];
  return title?.trim() ? `titled ${quote(title, call, 80)}` : "untitled";
}

const PROXY =
  /proxy|squid|zscaler|netskope|forcepoint|blue ?coat|fortigate|web ?gateway|firewall|access denied|blocked/i;
const CONSOLE = /prisma|twistlock|<app-root|<base href/i;
const TENANT =
  "Set {variable} to the path to Console, tenant path included, as Compute > Manage > System > Utilities shows it.";

const LOOKS: readonly (readonly [RegExp, looks: string, remedy: string])[] = [
  [PROXY, "the page of a proxy or firewall", "Have {host} allowed there, or check HTTPS_PROXY and NO_PROXY."],
  [CONSOLE, "the Console's own user interface: the tenant path is wrong or missing", TENANT],
];

const UNKNOWN = [/^/, "another site's, or that of a wrong tenant path", TENANT] as const;

// Enough to tell; the patterns are not to be run over megabytes.
function start(answer: Answer): string {
  return answer.body.subarray(0, 16_000).toString("utf8");
}
