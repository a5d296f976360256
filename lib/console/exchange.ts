import axios from "axios";

import type { Secret } from "../secret";
import type { Connections } from "./connections";
import { deadline } from "./deadline";
import { type Call, Failure } from "./failure";
import { networkFailure } from "./network-failure";

/** What came back over HTTP, whatever its status. */
export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  /** Empty when it isn't there. */
  readonly header: (name: string) => string;
};

const LARGEST_ANSWER = 5 * 1024 * 1024;

/** One try of one call, ended after `limitMs` whatever the other side does. Throws `Failure`. */
export async function exchange(
  call: Call,
  token: Secret | undefined,
  connections: Connections,
  limitMs: number,
  stop: AbortSignal,
): Promise<Answer> {
  const agent = connections.agentFor(call.url);
  // axios's own timeout counts silence, so a body that drips would never end.
  const limit = deadline(limitMs, stop);
  try {
    const { status, headers, data } = await axios.request<unknown>({
      method: call.method,
      url: call.url.href,
      headers: {
        Accept: "application/json",
        "User-Agent": "prisma-ecs-runtime-defense",
        ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` }),
      },
      ...(call.body === undefined ? {} : { data: JSON.stringify(call.body) }),
      signal: limit.signal,
      httpAgent: agent,
      httpsAgent: agent,
      proxy: false, // the agent's matter
      maxRedirects: 0,
      maxContentLength: LARGEST_ANSWER,
      responseType: "arraybuffer",
      validateStatus: null,
    });
    const body = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
    return { status, body, header: (name) => String(headers[name] ?? "") };
  } catch (error) {
    stop.throwIfAborted();
    if (!limit.signal.aborted) throw networkFailure(error, call);
    const remedy = "Check that this machine may reach {host}, or raise TL_TIMEOUT_MS.";
    throw new Failure(call, `No whole answer within ${Math.ceil(limitMs) / 1000} s`, remedy, { retry: true });
  } finally {
    limit.release();
  }
}
