import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

import type { CallName, ConsoleFault } from "./faults";

export type FaultyConsole = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The number of requests for the call at which the fault strikes. */
  readonly strikes: () => number;
  readonly close: () => Promise<void>;
};

/** A server that answers as `good` does, except that the fault, which may echo the secrets, strikes at one call. */
export async function startFaultyConsole(
  fault: ConsoleFault,
  at: CallName,
  good: http.RequestListener,
  secrets: readonly string[],
  onStrike: () => void = () => undefined,
): Promise<FaultyConsole> {
  let nth = 0;
  const server = http.createServer((request, response) => {
    if (!request.url?.split("?")[0]?.endsWith(`/${at}`)) {
      good(request, response);
      return;
    }
    const mine = nth++;
    if (fault.strikes !== "always" && mine >= fault.strikes) {
      good(request, response);
      return;
    }
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      fault.strike({ server, request, response, secrets: [...secrets, request.headers.authorization ?? "", body] });
      onStrike();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    strikes: () => nth,
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((done) => server.close(done));
    },
  };
}
