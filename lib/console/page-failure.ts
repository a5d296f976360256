import type { Answer, Call } from "../http/call";
import { failureOf, type HttpFailure, type Phrase } from "../http/failure";
import { type Page, pageIn } from "../http/page";
import { type SafeText, text } from "../text/safe-text";

/** The failure when the answer is a web page: who may have written it, and what to do then. */
export function pageFailure(answer: Answer, call: Call): HttpFailure | undefined {
  const page = pageIn(answer);
  if (page === undefined) return undefined;
  const [looks, remedy] = looksOf(page);
  const came = text`A web page came instead of the Console's answer (HTTP ${answer.status}, ${page.title})`;
  return failureOf(call, text`${came}, it looks like ${looks}`, remedy(call), { status: answer.status });
}

const CONSOLE = /prisma|twistlock|<app-root|<base href/i;
const TENANT: Phrase = ({ peer }) =>
  text`Set ${peer.setting} to the path to Console, tenant path included, as Compute > Manage > System > Utilities shows it.`;
const ALLOW: Phrase = ({ url }) => text`Have ${url.host} allowed there, or check HTTPS_PROXY and NO_PROXY.`;

function looksOf({ start, isOfProxy }: Page): readonly [SafeText, Phrase] {
  if (isOfProxy) return [text`the page of a proxy or firewall`, ALLOW];
  if (CONSOLE.test(start)) {
    return [text`the Console's own user interface: the tenant path is wrong or missing`, TENANT];
  }
  return [text`another site's, or that of a wrong tenant path`, TENANT];
}
