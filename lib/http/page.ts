import { quote, type SafeText, text } from "../text/safe-text";
import type { Answer } from "./call";

/** A web page that came in place of an answer. */
export type Page = {
  /** `titled "…"`, or `untitled`. */
  readonly title: SafeText;
  /** Its first 16,000 bytes. */
  readonly start: string;
  /** It looks like a proxy's or a firewall's. */
  readonly isOfProxy: boolean;
};

/** The page that the answer is; undefined for anything else. */
export function pageIn(answer: Answer): Page | undefined {
  // Enough to recognize one; the patterns aren't to be run over megabytes.
  const start = answer.body.subarray(0, 16_000).toString("utf8");
  const isCalledPage = /^text\/html/i.test(answer.header("content-type"));
  if (!isCalledPage && !/^\s*<(!doctype html|html|head|body|!--)/i.test(start)) return undefined;
  const title = /<title[^<>]*>([^<]*)</i.exec(start)?.[1]?.trim();
  return { title: title ? text`titled ${quote(title, 80)}` : text`untitled`, start, isOfProxy: PROXY.test(start) };
}

const PROXY =
  /proxy|squid|zscaler|netskope|forcepoint|blue ?coat|fortigate|web ?gateway|firewall|access denied|blocked/i;
