import { pipeline, type Readable, Transform } from "node:stream";

import { NodeHttpHandler } from "@smithy/node-http-handler";

import type { Clock } from "../http/clock";
import type { Connections } from "../http/connections";

/** The longest answer, in MiB: the description of a hundred tasks takes a few. */
const MOST_MEBIBYTES = 16;

type Request = Parameters<NodeHttpHandler["handle"]>[0];
type Options = Parameters<NodeHttpHandler["handle"]>[1];

/** Sends the SDK's requests over this project's connections, so that proxies and time limits are the same for all. */
export class RequestHandler {
  /** @param limitMs milliseconds that one try of one call may take */
  constructor(
    private readonly connections: Connections,
    private readonly limitMs: number,
    private readonly clock: Clock,
  ) {}

  async handle(request: Request, options?: Options) {
    const start = this.clock.now();
    const { protocol, hostname, port = "" } = request;
    const url = new URL(`${protocol}//${hostname}:${port}`);
    const agent = this.connections.agentFor(url);
    // One handler per call: it holds only settings, and the agent keeps the connections.
    const handler = new NodeHttpHandler({
      httpAgent: agent,
      httpsAgent: agent,
      connectionTimeout: this.limitMs,
      requestTimeout: this.limitMs,
      throwOnRequestTimeout: true,
    });
    const answer = await handler.handle(request, options);
    const { response } = answer;
    response.body = this.#limit(response.body, this.limitMs - (this.clock.now() - start));
    return answer;
  }

  // The SDK's own time limit ends when the headers arrive, but a body may trickle in for ever, or be huge.
  #limit(body: Readable, milliseconds: number): Readable {
    const late = Object.assign(new Error("The answer took too long."), { name: "TimeoutError" });
    const release = this.clock.after(milliseconds, () => body.destroy(late));
    return pipeline(body, limitLength(), release);
  }

  // The SDK's interface has these two. There is no destroy: whoever opened the connections closes them.
  updateHttpClientConfig(): void {}

  httpHandlerConfigs() {
    return {};
  }
}

function limitLength(): Transform {
  let left = MOST_MEBIBYTES * 1024 * 1024;
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      left -= chunk.length;
      if (left >= 0) return done(null, chunk);
      done(Object.assign(new Error(`The answer exceeds ${MOST_MEBIBYTES} MiB.`), { name: "AnswerTooLong" }));
    },
  });
}
