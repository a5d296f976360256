import { ProxyError } from "./connections";
import { type Call, Failure, quote } from "./failure";

/** The failure of a try that brought no whole answer. `error` is what axios threw; none of it is handed on. */
export function networkFailure(error: unknown, call: Call): Failure {
  if (error instanceof Error && error.cause instanceof ProxyError) {
    const { proxy, reason } = error.cause;
    const [, what, remedy, retry = false] = PROXY_REASONS.find(([reasons]) => reasons.test(reason)) ?? UNUSABLE;
    return new Failure(call, `The proxy ${proxy} (HTTPS_PROXY) ${what} (${reason})`, remedy, { retry });
  }
  const tooLong = textOf(error, "message")?.startsWith("maxContentLength");
  const code = tooLong ? "TOO_LONG" : (textOf(error, "code") ?? "no reason given");
  const [, what, remedy, retry = false] = REASONS.find(([codes]) => codes.test(code)) ?? UNKNOWN;
  const certificateNames = textOf(error, "cause", "cert", "subjectaltname");
  const detail = what.endsWith(":") ? ` ${quote(certificateNames ?? code, call, 120)}` : "";
  return new Failure(call, what + detail, remedy, { retry });
}

type Reason = readonly [codes: RegExp, what: string, remedy: string, retry?: boolean];

const CHECK = "Check {variable}, and that this machine may reach {host}.";
const PORT = "Check the host and port in {variable}.";
const TRUST = "If it is the Console's own, set TL_CA_CERT to a PEM file with it.";
const TRUST_AUTHORITY =
  "Set TL_CA_CERT to a PEM file with that authority (the Console's, or that of a proxy that opens TLS).";

// ERR_BAD_RESPONSE is axios's code for a stream that was aborted.
const BROKEN = /^(ECONNRESET|EPIPE|ERR_BAD_RESPONSE|ERR_STREAM_PREMATURE_CLOSE)$/;
const UNKNOWN_AUTHORITY = /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT.*|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;

// A `what` that ends in a colon is completed by the code, or by the certificate's names.
const REASONS: readonly Reason[] = [
  [/^ECONNREFUSED$/, "{host} refuses the connection", PORT, true],
  [/^ENOTFOUND$/, "The name of {host} is unknown (DNS)", PORT],
  [/^EAI_AGAIN$/, "The name of {host} can't be looked up now (DNS)", "Check this machine's network.", true],
  [/^ETIMEDOUT$/, "No connection to {host} within the limit", CHECK, true],
  [/^E(HOST|NET)UNREACH$/, "{host} can't be reached", CHECK, true],
  [BROKEN, "The connection broke before the whole answer was there", CHECK, true],
  [/^TOO_LONG$/, "The answer is longer than 5 MiB, no Console's is", CHECK],
  [/^Z_/, "The answer says it is compressed, and is not", CHECK],
  [/^EPROTO$/, "{host} does not speak TLS", `${PORT} Plain http, on this machine alone, begins with http://.`],
  [/^HPE_/, "{host} does not speak HTTP", PORT],
  [/^CERT_HAS_EXPIRED$/, "The certificate of {host} has expired", "Have it renewed, and check this machine's clock."],
  [/^CERT_NOT_YET_VALID$/, "The certificate of {host} is not valid yet", "Check this machine's clock."],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, "The certificate of {host} is self-signed", TRUST],
  [UNKNOWN_AUTHORITY, "The certificate of {host} is signed by an authority that is not known here", TRUST_AUTHORITY],
  [/ALTNAME_INVALID$/, "The certificate of {host} is for other names:", "Set {variable} to a name that stands in it."],
  [/CERT|CRL|_CA$|^ERR_(TLS|SSL|OSSL)/, "{host} offers no acceptable TLS:", "Check the Console's certificate and TLS."],
];

const UNKNOWN: Reason = [/^/, "The request failed:", CHECK];

const CREDENTIALS = "Check the user and password in HTTPS_PROXY, http://user:password@host:port.";
const ALLOW = "Have {host} allowed there, or name it in NO_PROXY.";
const WRITE = "Write HTTPS_PROXY as http://host:port, or name {host} in NO_PROXY.";

const PROXY_REASONS: readonly Reason[] = [
  [/^HTTP 407$/, "wants other credentials", CREDENTIALS],
  [/^HTTP 50[234]$/, "opens no way to {host}", ALLOW, true],
  [/^HTTP /, "opens no way to {host}", ALLOW],
  [/^ETIMEDOUT$/, "does not answer in time", WRITE, true],
  [/^(ECONNREFUSED|ECONNRESET|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/, "can't be used", WRITE, true],
];

const UNUSABLE: Reason = [/^/, "can't be used", WRITE];

function textOf(value: unknown, ...path: readonly string[]): string | undefined {
  let found = value;
  for (const key of path) found = typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined;
  return typeof found === "string" ? found : undefined;
}
