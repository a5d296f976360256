import type { Answer } from "./call";

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Where an answer redirects to; undefined when it names no address. */
export function redirectTarget(answer: Answer, from: URL): URL | undefined {
  const location = answer.header("location");
  return location && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}
