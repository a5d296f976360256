import { quote, type SafeText, text } from "../text/safe-text";
import type { Call } from "./call";
import { failureOf, type HttpFailure } from "./failure";
import { explainProxyFailure, ProxyError } from "./proxy-failure";

/** Explains why a try got no complete answer. `error` is what the HTTP library threw; it is not kept. */
export function networkFailure(error: unknown, call: Call): HttpFailure {
  if (error instanceof Error && error.cause instanceof ProxyError) {
    const { what, remedy, retry } = explainProxyFailure(error.cause);
    return failureOf(call, what, remedy, { retry });
  }
  const tooLong = textOf(error, "message")?.startsWith("maxContentLength");
  const named = textOf(error, "code") ?? "no reason given";
  // A server that speaks TLS, and refuses ours with an alert, has the same code as one that doesn't.
  const alert = named === "EPROTO" ? /\balert [a-z ]+/.exec(textOf(error, "message") ?? "")?.[0] : undefined;
  const code = tooLong ? "TOO_LONG" : (alert ?? named);
  const [, what, remedy, retry = false] = REASONS.find(([codes]) => codes.test(code)) ?? UNKNOWN;
  const detail = quote(textOf(error, "cause", "cert", "subjectaltname") ?? code, 120);
  return failureOf(call, what(call, detail), remedy(call), { retry });
}

type Remedy = (call: Call) => SafeText;
type What = (call: Call, detail: SafeText) => SafeText;
type Reason = readonly [codes: RegExp, what: What, remedy: Remedy, retry?: boolean];

const CHECK: Remedy = ({ url, peer }) => text`Check ${peer.setting}, and that this machine may reach ${url.host}.`;
const PORT: Remedy = ({ peer }) => text`Check the host and port in ${peer.setting}.`;
const TRUST: Remedy = ({ peer }) => text`If it is ${peer.name}'s own, set TL_CA_CERT to a PEM file with it.`;
const TRUST_AUTHORITY: Remedy = ({ peer }) =>
  text`Set TL_CA_CERT to a PEM file with that authority (${peer.name}'s, or that of a proxy that opens TLS).`;

// ERR_BAD_RESPONSE is axios's code for a stream that was aborted.
const BROKEN = /^(ECONNRESET|EPIPE|ERR_BAD_RESPONSE|ERR_STREAM_PREMATURE_CLOSE)$/;
const UNKNOWN_AUTHORITY = /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT.*|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;

const REASONS: readonly Reason[] = [
  [/^ECONNREFUSED$/, ({ url }) => text`${url.host} refuses the connection`, PORT, true],
  [/^ENOTFOUND$/, ({ url }) => text`The name of ${url.host} is unknown (DNS)`, PORT],
  [
    /^EAI_AGAIN$/,
    ({ url }) => text`The name of ${url.host} can't be looked up now (DNS)`,
    () => text`Check this machine's network.`,
    true,
  ],
  [/^ETIMEDOUT$/, ({ url }) => text`No connection to ${url.host} within the limit`, CHECK, true],
  [/^E(HOST|NET)UNREACH$/, ({ url }) => text`${url.host} can't be reached`, CHECK, true],
  [BROKEN, () => text`The connection broke before the answer was complete`, CHECK, true],
  [
    /^TOO_LONG$/,
    ({ peer: { limit } }) => text`The response exceeds ${limit.mebibytes} MiB, so it is not ${limit.longerIsNot}`,
    CHECK,
  ],
  // Node's codes for gzip and for brotli.
  [/^(Z_|ERR__ERROR_)/, () => text`The response claims to be compressed but is not`, CHECK],
  [
    /^EPROTO$/,
    ({ url }) => text`${url.host} does not speak TLS`,
    (call) => text`${PORT(call)} Plain http works on this machine only, such as http://127.0.0.1:8083.`,
  ],
  [
    /^HPE_HEADER_OVERFLOW$/,
    ({ peer: { limit } }) => text`The response's headers exceed 16 KiB, so it is not ${limit.longerIsNot}`,
    CHECK,
  ],
  [/^HPE_/, ({ url }) => text`${url.host} does not speak HTTP`, PORT],
  [
    /^CERT_HAS_EXPIRED$/,
    ({ url }) => text`The certificate of ${url.host} has expired`,
    () => text`Have it renewed, and check this machine's clock.`,
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    ({ url }) => text`The certificate of ${url.host} is not valid yet`,
    () => text`Check this machine's clock.`,
  ],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, ({ url }) => text`The certificate of ${url.host} is self-signed`, TRUST],
  [
    UNKNOWN_AUTHORITY,
    ({ url }) => text`The certificate of ${url.host} is signed by an authority that this machine doesn't trust`,
    TRUST_AUTHORITY,
  ],
  [
    /ALTNAME_INVALID$/,
    ({ url }, names) => text`The certificate of ${url.host} is for other names: ${names}`,
    ({ peer }) => text`Set ${peer.setting} to one of its names.`,
  ],
  [
    /CERT|CRL|_CA$|^ERR_(TLS|SSL|OSSL)|^alert /,
    ({ url }, code) => text`${url.host} offers no acceptable TLS: ${code}`,
    ({ peer }) => text`Check the certificate and TLS of ${peer.name}.`,
  ],
];

const UNKNOWN: Reason = [/^/, (_, code) => text`The request failed: ${code}`, CHECK];

function textOf(value: unknown, ...path: readonly string[]): string | undefined {
  let found = value;
  for (const key of path) found = typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined;
  return typeof found === "string" ? found : undefined;
}
