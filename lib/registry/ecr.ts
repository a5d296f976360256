import { sendMasked } from "../aws/send-masked";
import type { EcrRegistry } from "../ecr-registry";
import { ExpectedError, RegistryError } from "../errors";
import { deadline, orAborted } from "../http/deadline";
import { explainProxyFailure, ProxyError } from "../http/proxy-failure";
import { TRIES } from "../http/retry";
import { excerpt, quote, text } from "../text/safe-text";
import { Secret } from "../text/secret";
import { type CredentialOptions, type Credentials, type Login, loginIn } from "./credentials";

/**
 * Gets a password for ECR with the credentials that the AWS SDK finds. It is valid for 12 hours.
 *
 * @throws RegistryError when it finds none, or they aren't enough.
 */
export async function ecrCredentials(
  registry: string,
  ecr: EcrRegistry,
  options: CredentialOptions,
): Promise<Credentials> {
  const limitMs = TRIES * options.network.timeoutMs;
  const late = new Error(`no answer within ${limitMs / 1000} s`);
  // The SDK's search for credentials can't be cancelled, so stop waiting for it.
  using limit = deadline(limitMs, options.signal, options.clock, late);
  const login = await orAborted(loginFor(ecr, limit.signal, options), limit.signal).catch((error: unknown) => {
    if (error instanceof ExpectedError) throw error;
    throw failure(registry, error);
  });
  return {
    login,
    tried: text`the AWS credentials, as Docker has none for ${registry}`,
    remedy: text`its repository's policy and the role's must allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer`,
  };
}

async function loginFor(
  { account, region }: EcrRegistry,
  abortSignal: AbortSignal,
  options: CredentialOptions,
): Promise<Login> {
  // Loaded only when needed: the SDK is large.
  const { ECRClient, GetAuthorizationTokenCommand } = await import("@aws-sdk/client-ecr");
  const { RequestHandler } = await import("../aws/request-handler");
  const requestHandler = new RequestHandler(options.connections, options.network.timeoutMs, options.clock);
  const client = new ECRClient({ region, requestHandler });
  try {
    const command = new GetAuthorizationTokenCommand({ registryIds: [account] });
    const { authorizationData } = await sendMasked(client, () => client.send(command, { abortSignal }));
    const token = authorizationData?.[0]?.authorizationToken;
    if (token === undefined) throw new Error("no token came");
    const login = loginIn(new Secret(token).reveal());
    if (!login) throw new Error("its token is not the base64 of user:password");
    return login;
  } finally {
    client.destroy();
  }
}

function failure(registry: string, error: unknown): RegistryError {
  if (error instanceof ProxyError) {
    const { what, remedy } = explainProxyFailure(error);
    return new RegistryError([text`AWS gave no password for ${registry}. ${what}. ${remedy}`]);
  }
  const { name, message } = error instanceof Error ? error : new Error("no reason given");
  const what = text`AWS gave no password for ${registry}: ${excerpt(name, 60)}, ${quote(message)}`;
  // Errors of the network and of time have a code of Node's; a wrong answer has one of these names.
  const isOfNetwork =
    /^(TimeoutError|AnswerTooLong|SyntaxError)$/.test(name) || (error instanceof Error && "code" in error);
  const first = isOfNetwork
    ? "Check that this machine may reach ECR's API (AWS_ENDPOINT_URL, HTTPS_PROXY, a VPC endpoint), or raise TL_TIMEOUT_MS"
    : "Set AWS credentials that allow ecr:GetAuthorizationToken";
  return new RegistryError([text`${what}. ${first}, or log in with docker login.`]);
}
