import type { Answer } from "../http/call";

/** The authorization that a registry asks for with HTTP 401. */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service?: string };

/** Undefined when the answer asks for neither. Source: distribution.github.io/distribution/spec/auth/token. */
export function challengeOf(answer: Answer): Challenge | undefined {
  const header = answer.header("www-authenticate").slice(0, 4096);
  // Its parameters end where another challenge, such as `, Basic realm="…"`, begins.
  const bearer = /(?:^|,\s*)bearer\s+((?:\w+\s*=\s*(?:"[^"]*"|[^\s",]*)(?:[\s,]+|$))*)/i.exec(header)?.[1];
  if (bearer !== undefined) {
    const parameters = new Map(
      [...bearer.matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|([^\s",]*))/g)].map(([, name = "", quoted, bare = ""]) => [
        name.toLowerCase(),
        quoted ?? bare,
      ]),
    );
    const [realm, service] = ["realm", "service"].map((name) => parameters.get(name));
    // Ignore the scope in the challenge: we ask only to read this one repository.
    if (realm) return { scheme: "bearer", realm, ...(service && { service }) };
  }
  return /(?:^|,\s*)basic\b/i.test(header) ? { scheme: "basic" } : undefined;
}
