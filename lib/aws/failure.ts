import { AwsError } from "../errors";
import { explainProxyFailure, ProxyError } from "../http/proxy-failure";
import { isJsonObject } from "../json";
import { join, quote, type SafeText, text } from "../text/safe-text";
import { type Action, READ_POLICY } from "./policy";

/** The facts that a sentence about a failed call needs. */
type Call = {
  readonly action: Action;
  readonly region: string;
  /** Milliseconds that one try may take. */
  readonly limitMs: number;
};

/** Turns what the SDK threw into one sentence. */
export function awsFailure(error: unknown, call: Call): AwsError {
  if (error instanceof ProxyError) {
    const { what, remedy } = explainProxyFailure(error);
    return new AwsError([text`${what}: ${at(call)}. ${remedy}`]);
  }
  const facts = factsOf(error);
  const [, sentence = (facts.status ?? 0) >= 500 ? failing : unexpected] =
    KINDS.find(([names, , messages]) => names.test(facts.name) && (messages?.test(facts.message) ?? true)) ?? [];
  return new AwsError([sentence(facts, call)]);
}

type Facts = {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly attempts: number;
};
type Sentence = (facts: Facts, call: Call) => SafeText;

const CREDENTIALS = text`the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, AWS_PROFILE, or a role`;

const noCredentials: Sentence = ({ message }) =>
  text`No AWS credentials: ${shorten(message)}. Set ${CREDENTIALS}; aws sts get-caller-identity shows which are used.`;

const expired: Sentence = ({ message }, call) =>
  text`The AWS credentials have expired: ${at(call)}: ${shorten(message)}. Sign in again, such as by aws sso login, or renew ${CREDENTIALS}.`;

const invalid: Sentence = ({ name, message }, call) =>
  text`AWS does not accept the credentials (${name}): ${at(call)}: ${shorten(message)}. Check ${CREDENTIALS}.`;

const clockIsWrong: Sentence = ({ message }, call) =>
  text`AWS refused the request because of its time: ${at(call)}: ${shorten(message)}. Set this machine's clock.`;

const denied: Sentence = ({ message }, call) =>
  join(
    [
      text`AWS does not allow ${call.action}: ${at(call)}: ${shorten(message)}.`,
      text`Ask for this permission. This policy is enough: ${JSON.stringify(READ_POLICY)}.`,
    ],
    " ",
  );

const noRole: Sentence = ({ message }, call) =>
  text`AWS does not let the credentials assume their role: ${at(call)}: ${shorten(message)}. Check the role's trust policy and its ARN (AWS_PROFILE or AWS_ROLE_ARN).`;

const throttled: Sentence = ({ name, attempts }, call) =>
  text`AWS throttled the calls, ${attempts} times in a row (${name}): ${at(call)}. Try again later, set AWS_MAX_ATTEMPTS higher or TL_CONCURRENCY lower.`;

const silent: Sentence = ({ attempts }, call) =>
  text`AWS did not answer within ${call.limitMs / 1000} s, ${times(attempts)}: ${at(call)}. Check that this machine may reach it (AWS_ENDPOINT_URL, HTTPS_PROXY), or raise TL_TIMEOUT_MS.`;

const unreachable: Sentence = ({ name, message, attempts }, call) =>
  text`AWS can't be reached (${name}: ${shorten(message)}), ${times(attempts)}: ${at(call)}. Check AWS_REGION, AWS_ENDPOINT_URL, HTTPS_PROXY and the network.`;

const untrusted: Sentence = ({ name, message }, call) =>
  text`This machine doesn't trust the certificate of AWS (${name}: ${shorten(message)}): ${at(call)}. If a proxy opens TLS, set TL_CA_CERT to a PEM file with its authority; otherwise check AWS_ENDPOINT_URL.`;

const failing: Sentence = ({ name, status, attempts }, call) =>
  text`AWS failed, ${times(attempts)} (${name}, HTTP ${status ?? 0}): ${at(call)}. Try again later.`;

const unexpected: Sentence = ({ name, message, status }, call) =>
  text`AWS refused a call (${name}, HTTP ${status ?? 0}): ${at(call)}: ${shorten(message)}. Check AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL.`;

// The first matching row counts. The names are from AWS' common errors, ECS' own, the SDK and Node.
const KINDS: readonly (readonly [names: RegExp, sentence: Sentence, messages?: RegExp])[] = [
  [/^(CredentialsProviderError|TokenProviderError)$/, expired, /expired/i],
  [/^(CredentialsProviderError|TokenProviderError)$/, noCredentials],
  [/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/, expired],
  [/^(RequestTimeTooSkewed|InvalidSignatureException)$/, clockIsWrong, /skew|expired|not yet current/i],
  [
    /^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|IncompleteSignature|MissingAuthenticationToken|SignatureDoesNotMatch)/,
    invalid,
  ],
  [/^AccessDenied/, noRole, /perform:? sts:/],
  [/^InvalidIdentityToken/, noRole],
  [/^(AccessDenied|UnauthorizedOperation|NotAuthorized|OptInRequired|Blocked)/, denied],
  [/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/, throttled],
  // Connecting has a limit of its own.
  [/^TimeoutError$/, unreachable, /connection/i],
  [/^(TimeoutError|RequestTimeout)/, silent],
  [/^(CERT_\w+|DEPTH_\w+|SELF_\w+|UNABLE_\w+)$/, untrusted],
  [/^E[A-Z_]+$/, unreachable],
];

function factsOf(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: "no reason given", message: "", status: undefined, attempts: 1 };
  const metadata = "$metadata" in error && isJsonObject(error.$metadata) ? error.$metadata : {};
  // Node's errors all have the name Error.
  const code = /\bE[A-Z_]{4,}\b/.exec(error.message)?.[0] ?? ("code" in error ? String(error.code) : error.name);
  return {
    name: error.name === "Error" ? code : error.name,
    message: error.message,
    status: typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined,
    attempts: typeof metadata.attempts === "number" ? metadata.attempts : 1,
  };
}

function at({ action, region }: Call): SafeText {
  return text`${action} in ${region}`;
}

function times(attempts: number): SafeText {
  return attempts === 1 ? text`once` : text`${attempts} times`;
}

function shorten(message: string): SafeText {
  return quote(message.replace(/[.\s]+$/, ""), 300);
}
