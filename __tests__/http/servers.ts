import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import type tls from "node:tls";

import type { Certificate } from "./certificates";

type Listening = http.Server | https.Server;

/** Servers on loopback, all closed by `closeAll`. */
export function loopback() {
  const servers: Listening[] = [];

  async function listen(server: Listening): Promise<string> {
    servers.push(server);
    server.keepAliveTimeout = 600_000; // so that the server closes no idle connection
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  return {
    plain: async (listener: http.RequestListener) => `http://${await listen(http.createServer(listener))}`,
    secure: async (certificate: Certificate, listener: http.RequestListener) =>
      `https://${await listen(https.createServer(certificate, listener))}`,
    /**
     * A proxy that opens tunnels; `connects` collects what CONNECT asked for, `requests` what came in clear, `serverNames`
     * what TLS asked for: false for no name.
     */
    proxy: async (answer?: (socket: net.Socket) => void, certificate?: Certificate) => {
      const connects: { readonly target: string; readonly authorization: string | undefined }[] = [];
      const requests: string[] = [];
      const serverNames: unknown[] = [];
      const refuse: http.RequestListener = (request, response) => {
        requests.push(request.url ?? "");
        response.writeHead(502).end();
      };
      const server = certificate ? https.createServer(certificate, refuse) : http.createServer(refuse);
      server.on("connect", (request: http.IncomingMessage, client: net.Socket, head: Buffer) => {
        connects.push({ target: request.url ?? "", authorization: request.headers["proxy-authorization"] });
        client.on("error", () => client.destroy());
        if (answer) return answer(client);
        const [host, port] = (request.url ?? "").split(":");
        const origin = net.connect(Number(port), host, () => {
          client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
          origin.write(head);
          origin.pipe(client).pipe(origin);
        });
        origin.on("error", () => client.destroy());
        client.on("close", () => origin.destroy());
      });
      server.on("secureConnection", (client: tls.TLSSocket) => serverNames.push(client.servername));
      return { host: await listen(server), connects, requests, serverNames };
    },
    /** Starts a proxy whose tunnels lead to the sockets that `connect` opens; returns its `host:port`. */
    tunnel: (connect: (target: string) => net.Socket) => {
      const server = http.createServer();
      server.on("connect", (request: http.IncomingMessage, client: net.Socket, head: Buffer) => {
        client.on("error", () => client.destroy());
        const origin = connect(request.url ?? "");
        origin.once("connect", () => {
          client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
          origin.write(head);
          origin.pipe(client).pipe(origin);
        });
        origin.on("error", () => client.destroy());
        client.on("close", () => origin.destroy());
      });
      return listen(server);
    },
    closeAll: () => {
      for (const server of servers.splice(0)) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
