import type { Answer, Authorization, Call } from "../http/call";
import { failureOf } from "../http/failure";
import { parseJsonBody } from "../http/json-body";
import type { ImageReference } from "../image-reference";
import { isJsonObject } from "../json";
import { quote, text } from "../text/safe-text";
import { Secret } from "../text/secret";
import { isAllowed } from "./address";
import type { Challenge } from "./challenge";
import type { Credentials } from "./credentials";
import { statusFailure } from "./status-failure";

/**
 * Sends one call, with retries. Statuses that a retry may help, such as 503, end in an HttpFailure after four tries; every
 * other status, such as 401 or 404, is returned as an answer.
 */
export type Send = (call: Call) => Promise<Answer>;

type AuthorizationRequest = {
  readonly challenge: Challenge;
  readonly credentials: Credentials;
  /** The call that was answered with the challenge. */
  readonly call: Call;
  readonly reference: ImageReference;
  readonly send: Send;
};

/**
 * Returns the authorization for the registry's challenge; undefined when there is none to give.
 *
 * @throws HttpFailure when the registry's token service gives no token.
 */
export async function authorizationFor(request: AuthorizationRequest): Promise<Authorization | undefined> {
  const { challenge, credentials, call, reference, send } = request;
  const { login } = credentials;
  if (challenge.scheme === "basic") return login?.kind === "password" ? basic(login) : undefined;
  const realm = URL.canParse(challenge.realm) ? new URL(challenge.realm) : undefined;
  if (!realm || !isAllowed(realm, call.url)) {
    // The rest of the address may contain a signature.
    const address = realm?.host ? `${realm.protocol}//${realm.host}` : challenge.realm;
    const what = text`${call.url.host} refers to ${quote(address, 100)} for a token`;
    throw failureOf(call, what, text`That must be an https address. Ask whoever runs ${call.peer.name}.`);
  }
  const scope = `repository:${reference.repository}:pull`;
  const tokenCall = tokenCallOf(realm, { service: challenge.service ?? "", scope }, credentials, call);
  const answer = await send(tokenCall);
  if (answer.status !== 200) throw await statusFailure(answer, tokenCall, async () => credentials);
  return { scheme: "Bearer", secret: tokenIn(answer, tokenCall) };
}

type Parameters = { readonly service: string; readonly scope: string };

function tokenCallOf(realm: URL, parameters: Parameters, { login }: Credentials, { peer }: Call): Call {
  if (login?.kind === "identity-token") {
    const form = { grant_type: "refresh_token", client_id: "prisma-ecs-runtime-defense", ...parameters };
    const body = new URLSearchParams({ ...form, refresh_token: login.token.reveal() });
    return { method: "POST", url: realm, body, peer };
  }
  const url = new URL(realm);
  for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value);
  return { method: "GET", url, peer, ...(login && { authorization: basic(login) }) };
}

function basic({ user, password }: { readonly user: string; readonly password: Secret }): Authorization {
  const pair = new Secret(`${user}:${password.reveal()}`);
  return { scheme: "Basic", secret: new Secret(Buffer.from(pair.reveal()).toString("base64")) };
}

const TOKEN = /^[\x21-\x7e]{1,65536}$/;

/** All tokens are masked from here on: an answer may repeat one that isn't used. */
function tokenIn(answer: Answer, call: Call): Secret {
  const remedy = text`Ask whoever runs ${call.peer.name}.`;
  const body = parseJsonBody(answer, call, remedy);
  const { token, access_token, refresh_token } = isJsonObject(body) ? body : {};
  const secretOf = (value: unknown) => (typeof value === "string" && TOKEN.test(value) ? new Secret(value) : undefined);
  const [secret, accessSecret] = [token, access_token, refresh_token].map(secretOf);
  const found = secret ?? accessSecret;
  if (found) return found;
  throw failureOf(call, text`${call.url.host} answered without a token`, remedy);
}
