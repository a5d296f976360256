import { ProxyError } from "./connections";
import { type Call, Failure, quote } from "./failure";

/** The failure of a try that brought no whole answer. `error` is what axios threw; none of it is handed on. */
export function networkFailure(error: unknown, call: Call, proxy: string | undefined): Failure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof ProxyError) return proxyFailure(cause, call, proxy ?? "");
  const host = call.url.host;
  const code = codeOf(cause) ?? codeOf(error) ?? "no reason given";
  const check = `Check ${call.variable}, and that this machine may reach ${host}.`;
  const fail = (what: string, remedy: string, retry = false) => new Failure(call, what, remedy, { retry });

  const certificate = certificateFailure(code, cause, call);
  if (certificate) return fail(...certificate);
  if (error instanceof Error && error.message.startsWith("maxContentLength")) {
    return fail("The answer is longer than 5 MiB, no Console's is", check);
  }
  switch (code) {
    case "ECONNREFUSED":
      return fail(`${host} refuses the connection`, `Check the host and port in ${call.variable}.`, true);
    case "ENOTFOUND":
      return fail(`The name ${call.url.hostname} is unknown (DNS)`, `Check the host in ${call.variable}.`);
    case "EAI_AGAIN":
      return fail(`The name ${call.url.hostname} can't be looked up now (DNS)`, "Check this machine's network.", true);
    case "ETIMEDOUT":
      return fail(`No connection to ${host} within the limit`, check, true);
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return fail(`${host} can't be reached (${code})`, check, true);
    case "ECONNRESET":
    case "EPIPE":
    case "ERR_BAD_RESPONSE": // axios: the stream has been aborted
    case "ERR_STREAM_PREMATURE_CLOSE":
      return fail("The connection broke before the whole answer was there", check, true);
    case "Z_DATA_ERROR":
    case "Z_BUF_ERROR":
      return fail("The answer says it is compressed, and is not", check);
    case "EPROTO":
      return fail(`${host} does not speak TLS`, `Check the port in ${call.variable}.`);
  }
  if (code.startsWith("HPE_"))
    return fail(`${host} does not speak HTTP (${code})`, `Check the port in ${call.variable}.`);
  return fail(`The request failed (${quote(code, call, 60)})`, check);
}

function proxyFailure(error: ProxyError, call: Call, proxy: string): Failure {
  const { code, status } = error;
  const named = `The proxy ${proxy} (HTTPS_PROXY)`;
  const around = `or name ${call.url.hostname} in NO_PROXY`;
  if (status === 407) {
    const what = `${named} wants other credentials (HTTP 407)`;
    return new Failure(call, what, "Check the user and password in HTTPS_PROXY, http://user:password@host:port.");
  }
  if (status !== undefined) {
    const what = `${named} opens no way to ${call.url.host} (HTTP ${status})`;
    const retry = status === 502 || status === 503 || status === 504;
    return new Failure(call, what, `Have ${call.url.host} allowed there, ${around}.`, { retry });
  }
  const what =
    code === "ETIMEDOUT" ? "does not answer in time" : `can't be used (${quote(code ?? "no reason given", call, 60)})`;
  const retry = ["ETIMEDOUT", "ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(
    code ?? "",
  );
  return new Failure(call, `${named} ${what}`, `Write HTTPS_PROXY as http://host:port, ${around}.`, { retry });
}

function certificateFailure(code: string, error: unknown, call: Call): [what: string, remedy: string] | undefined {
  const of = `The certificate of ${call.url.host}`;
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return [`${of} has expired`, "Have it renewed, and check this machine's clock."];
    case "CERT_NOT_YET_VALID":
      return [`${of} is not valid yet`, "Check this machine's clock."];
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return [`${of} is self-signed`, "If it is the Console's own, set TL_CA_CERT to a PEM file with it."];
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return [
        `${of} is signed by an authority that is not known here`,
        "Set TL_CA_CERT to a PEM file with that authority (the Console's, or that of a proxy that opens TLS).",
      ];
    case "ERR_TLS_CERT_ALTNAME_INVALID": {
      const names = quote(textOf(error, "cert", "subjectaltname") ?? "no name", call, 120);
      return [`${of} is for other names: ${names}`, `Set ${call.variable} to a name that stands in it.`];
    }
  }
  if (!/CERT|_CRL|_CA$|^ERR_(TLS|SSL|OSSL)/.test(code)) return undefined;
  return [`${of} or its TLS is not acceptable (${quote(code, call, 60)})`, "Check the Console's certificate and TLS."];
}

function codeOf(error: unknown): string | undefined {
  return textOf(error, "code");
}

function textOf(value: unknown, ...path: readonly string[]): string | undefined {
  let found = value;
  for (const key of path) found = typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined;
  return typeof found === "string" ? found : undefined;
}
