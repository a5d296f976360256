import { ProxyError } from "./connections";
import { type Call, Failure, quote } from "./failure";

/** The failure of a try that brought no whole answer. `error` is what axios threw; none of it is handed on. */
export function networkFailure(error: unknown, call: Call, proxy: string | undefined): Failure {
  if (error instanceof Error && error.cause instanceof ProxyError) return proxyFailure(error.cause, call, proxy ?? "");
  const tooLong = textOf(error, "message")?.startsWith("maxContentLength");
  const code = tooLong ? "TOO_LONG" : (textOf(error, "cause", "code") ?? textOf(error, "code") ?? "no reason given");
  const [, what, remedy, retry = false] = REASONS.find(([codes]) => codes.test(code)) ?? UNKNOWN;
  const detail = what.endsWith(":")
    ? ` ${quote(textOf(error, "cause", "cert", "subjectaltname") ?? code, call, 120)}`
    : "";
  return new Failure(call, what + detail, remedy, { retry });
}

type Reason = readonly [codes: RegExp, what: string, remedy: string, retry?: boolean];

const CHECK = "Check {variable}, and that this machine may reach {host}.";
const PORT = "Check the host and port in {variable}.";

// A `what` that ends in a colon is completed by the code, or by the certificate's names.
const REASONS: readonly Reason[] = [
  [/^ECONNREFUSED$/, "{host} refuses the connection", PORT, true],
  [/^ENOTFOUND$/, "The name of {host} is unknown (DNS)", PORT],
  [/^EAI_AGAIN$/, "The name of {host} can't be looked up now (DNS)", "Check this machine's network.", true],
  [/^ETIMEDOUT$/, "No connection to {host} within the limit", CHECK, true],
  [/^E(HOST|NET)UNREACH$/, "{host} can't be reached", CHECK, true],
  // ERR_BAD_RESPONSE is axios's code for a stream that was aborted.
  [
    /^(ECONNRESET|EPIPE|ERR_BAD_RESPONSE|ERR_STREAM_PREMATURE_CLOSE)$/,
    "The connection broke before the whole answer was there",
    CHECK,
    true,
  ],
  [/^TOO_LONG$/, "The answer is longer than 5 MiB, no Console's is", CHECK],
  [/^Z_/, "The answer says it is compressed, and is not", CHECK],
  [/^EPROTO$/, "{host} does not speak TLS", PORT],
  [/^HPE_/, "{host} does not speak HTTP", PORT],
  [/^CERT_HAS_EXPIRED$/, "The certificate of {host} has expired", "Have it renewed, and check this machine's clock."],
  [/^CERT_NOT_YET_VALID$/, "The certificate of {host} is not valid yet", "Check this machine's clock."],
  [
    /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    "The certificate of {host} is self-signed",
    "If it is the Console's own, set TL_CA_CERT to a PEM file with it.",
  ],
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT.*|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/,
    "The certificate of {host} is signed by an authority that is not known here",
    "Set TL_CA_CERT to a PEM file with that authority (the Console's, or that of a proxy that opens TLS).",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "The certificate of {host} is for other names:",
    "Set {variable} to a name that stands in it.",
  ],
  [/CERT|CRL|_CA$|^ERR_(TLS|SSL|OSSL)/, "{host} offers no acceptable TLS:", "Check the Console's certificate and TLS."],
];

const UNKNOWN: Reason = [/^/, "The request failed:", CHECK];

function proxyFailure({ code = "no reason given", status }: ProxyError, call: Call, proxy: string): Failure {
  const named = `The proxy ${proxy} (HTTPS_PROXY)`;
  if (status === 407) {
    const remedy = "Check the user and password in HTTPS_PROXY, http://user:password@host:port.";
    return new Failure(call, `${named} wants other credentials (HTTP 407)`, remedy);
  }
  if (status !== undefined) {
    const retry = status === 502 || status === 503 || status === 504;
    const remedy = "Have {host} allowed there, or name it in NO_PROXY.";
    return new Failure(call, `${named} opens no way to {host} (HTTP ${status})`, remedy, { retry });
  }
  const retry = /^(ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(code);
  const what = `${named} ${code === "ETIMEDOUT" ? "does not answer in time" : `can't be used (${quote(code, call, 60)})`}`;
  return new Failure(call, what, "Write HTTPS_PROXY as http://host:port, or name {host} in NO_PROXY.", { retry });
}

function textOf(value: unknown, ...path: readonly string[]): string | undefined {
  let found = value;
  for (const key of path) found = typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined;
  return typeof found === "string" ? found : undefined;
}
