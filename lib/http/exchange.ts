import axios from "axios";

import { text } from "../text/safe-text";
import type { Answer, Call } from "./call";
import type { Clock } from "./clock";
import type { Connections } from "./connections";
import { deadline } from "./deadline";
import { failureOf } from "./failure";
import { networkFailure } from "./network-failure";

type ExchangeOptions = {
  readonly connections: Connections;
  /** Milliseconds after which the try ends, whatever the server does. */
  readonly limitMs: number;
  /** Whether the call failed before. */
  readonly isRetry?: boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
};

/**
 * Tries a call once. Redirects aren't followed.
 *
 * @throws HttpFailure when no complete answer comes; `signal`'s reason.
 */
export async function exchange(
  call: Call,
  { connections, limitMs, isRetry, signal, clock }: ExchangeOptions,
): Promise<Answer> {
  const { authorization } = call;
  const content = contentOf(call);
  const agent = connections.agentFor(call.url, isRetry);
  // axios's own timeout only counts silence, so a body that trickles in would never end.
  using limit = deadline(limitMs, signal, clock);
  try {
    const { status, headers, data } = await axios.request<unknown>({
      method: call.method,
      url: call.url.href,
      headers: {
        Accept: call.accept ?? "application/json",
        "User-Agent": "prisma-ecs-runtime-defense",
        ...(content && { "Content-Type": content.type }),
        ...(authorization && { Authorization: `${authorization.scheme} ${authorization.secret.reveal()}` }),
      },
      ...(content && { data: content.text }),
      signal: limit.signal,
      httpAgent: agent,
      httpsAgent: agent,
      proxy: false, // the agent connects through the proxy
      maxRedirects: 0,
      maxContentLength: call.peer.limit.mebibytes * 1024 * 1024,
      responseType: "arraybuffer",
      validateStatus: null,
    });
    const body = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
    return { status, body, header: (name) => String(headers[name] ?? "") };
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw networkFailure(error, call);
    const remedy = text`Check that this machine may reach ${call.url.host}, or raise TL_TIMEOUT_MS.`;
    throw failureOf(call, text`No complete answer within ${Math.ceil(limitMs) / 1000} s`, remedy, { retry: true });
  }
}

function contentOf({ body }: Call): { readonly type: string; readonly text: string } | undefined {
  if (body === undefined) return undefined;
  if (body instanceof URLSearchParams) return { type: "application/x-www-form-urlencoded", text: body.toString() };
  return { type: "application/json", text: JSON.stringify(body) };
}
