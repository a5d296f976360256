import type { Answer, Authorization, Call, Peer } from "../http/call";
import type { Clock } from "../http/clock";
import type { Connections } from "../http/connections";
import { exchange } from "../http/exchange";
import { failureOf } from "../http/failure";
import { detailOf } from "../http/page";
import { isRedirect, redirectTarget, shownRedirectTarget } from "../http/redirect";
import { isTransient, type RunContext, retryAfterMs, withRetries } from "../http/retry";
import type { ImageReference } from "../image-reference";
import type { NetworkSettings } from "../settings/network";
import { quote, text } from "../text/safe-text";
import { isAllowed, registryAddress } from "./address";
import { authorizationFor, type Send } from "./authorization";
import { type Challenge, challengeOf } from "./challenge";
import type { Credentials } from "./credentials";
import { reasonIn, statusFailure } from "./status-failure";

/**
 * Reads from an image's registry. `path` is what follows the repository: `manifests/1.27`, `blobs/sha256:…`.
 *
 * @throws HttpFailure, RegistryError
 */
export type RegistryClient = (
  reference: ImageReference,
  path: string,
  accept: string,
) => Promise<{ readonly answer: Answer; readonly call: Call }>;

type ClientOptions = {
  readonly network: NetworkSettings;
  readonly connections: Connections;
  readonly credentialsFor: (reference: ImageReference) => Promise<Credentials>;
  readonly context: RunContext;
  readonly clock: Clock;
};

export function registryClient(options: ClientOptions): RegistryClient {
  const { network, connections, credentialsFor, context, clock } = options;
  const send: Send = (call) =>
    withRetries(
      async (limitMs, isRetry) => {
        const answer = await exchange(call, { connections, limitMs, isRetry, signal: context.signal, clock });
        if (!isTransient(answer.status)) return answer;
        const isTooMany = answer.status === 429;
        const what = isTooMany ? text`gets too many requests` : text`fails`;
        const remedy = isTooMany ? LATER_OR_LOG_IN : LATER;
        const hints = { status: answer.status, retry: true, waitMs: retryAfterMs(answer, clock) };
        throw failureOf(call, text`${call.url.host} ${what} ${detailOf(answer, reasonIn)}`, remedy, hints);
      },
      network,
      context,
      clock,
    );

  // One authorization per repository (it may expire during a long run), and one challenge per registry.
  const authorizations = new Map<string, Authorization>();
  const challenges = new Map<string, Challenge>();

  const authorize = async (challenge: Challenge | undefined, call: Call, reference: ImageReference) => {
    if (challenge === undefined) return undefined;
    const credentials = await credentialsFor(reference);
    const authorization = await authorizationFor({ challenge, credentials, call, reference, send });
    if (authorization) authorizations.set(repositoryOf(reference), authorization);
    return authorization;
  };

  const sendAuthorized = async (call: Call, reference: ImageReference): Promise<Answer> => {
    const current =
      authorizations.get(repositoryOf(reference)) ??
      (await authorize(challenges.get(reference.registry), call, reference));
    const first = await send(current ? { ...call, authorization: current } : call);
    if (first.status !== 401) return first;
    const challenge = challengeOf(first);
    const authorization = await authorize(challenge, call, reference);
    if (!challenge || !authorization) return first;
    challenges.set(reference.registry, challenge);
    return send({ ...call, authorization });
  };

  return async (reference, path, accept) => {
    const peer = peerOf(reference);
    const url = new URL(`${registryAddress(reference.registry)}/v2/${reference.repository}/${path}`);
    let call: Call = { method: "GET", url, accept, peer };
    let answer = await sendAuthorized(call, reference);
    // Blobs are often stored elsewhere. Only the registry gets the Authorization header.
    for (let followed = 0; isRedirect(answer.status); followed += 1) {
      const target = redirectTarget(answer, call.url);
      if (!target || !isAllowed(target, url) || followed === MOST_REDIRECTS) throw redirectFailure(answer, call);
      call = { ...call, url: target };
      answer = await send(call);
    }
    if (answer.status !== 200) throw await statusFailure(answer, call, () => credentialsFor(reference));
    return { answer, call };
  };
}

const MOST_REDIRECTS = 5;
const LATER = text`Try again later.`;
// Docker Hub allows more pulls after a login.
const LATER_OR_LOG_IN = text`Try again later, or log in with docker login for a higher limit.`;

function repositoryOf({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}

function peerOf({ text: image, registry }: ImageReference): Peer {
  const setting = `the image ${image}`;
  return {
    name: `the registry ${registry}`,
    setting,
    limit: { mebibytes: 4, longerIsNot: "an image's manifest or configuration" },
    page: {
      insteadOf: "the registry's answer",
      explain: () => [text`another site's`, text`Check the registry's host in ${setting}.`],
    },
  };
}

function redirectFailure(answer: Answer, call: Call) {
  const shown = shownRedirectTarget(answer, call.url);
  const where = shown ? quote(`${shown.protocol}//${shown.host}`, 100) : text`no address`;
  const remedy = text`At most ${MOST_REDIRECTS} redirects are followed, to https addresses. Ask whoever runs ${call.peer.name}.`;
  return failureOf(call, text`${call.url.host} redirects to ${where} (HTTP ${answer.status})`, remedy);
}
