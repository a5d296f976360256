import { quote, type SafeText, text } from "../text/safe-text";
import { mask } from "../text/secret";
import type { Answer } from "./call";

/** A web page that came in place of an answer. */
export type Page = {
  /** `titled "…"`, or `untitled`. */
  readonly title: SafeText;
  /** Its first 16,000 characters, masked. */
  readonly start: string;
  /** It looks like a proxy's or a firewall's. */
  readonly isOfProxy: boolean;
};

/** The page that the answer is; undefined for anything else. */
export function pageIn(answer: Answer): Page | undefined {
  const isCalledPage = /^text\/html/i.test(answer.header("content-type"));
  const beginning = answer.body.subarray(0, 1000).toString("utf8");
  if (!isCalledPage && !/^\s*<(!doctype html|html|head|body|!--)/i.test(beginning)) return undefined;
  // A title, and a text that is cut, may end within a secret. Masking and the patterns aren't to be run over megabytes.
  const start = mask(answer.body.subarray(0, 65_536).toString("utf8")).slice(0, 16_000);
  const title = /<title[^<>]*>([^<]*)</i.exec(start)?.[1]?.trim();
  return { title: title ? text`titled ${quote(title, 80)}` : text`untitled`, start, isOfProxy: PROXY.test(start) };
}

const PROXY =
  /proxy|squid|zscaler|netskope|forcepoint|blue ?coat|fortigate|web ?gateway|firewall|access denied|blocked/i;
