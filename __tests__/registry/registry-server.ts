import type http from "node:http";

import { digest, type MadeUpImage } from "./made-up-images";

export const USER = "robot$shop";
export const PASSWORD = 'push "0815" wörd/+';
export const TOKEN = "registry-token-0815.abc-DEF_123";

export type RegistryOptions = {
  /** By `repository:tag`. */
  readonly images: Readonly<Record<string, MadeUpImage>>;
  /** The authorization that it requires. @default none */
  readonly wants?: "basic" | "bearer" | "anonymous-bearer";
  /** Gets every request, in the form `GET /v2/… Basic`. */
  readonly requests?: string[];
};

const BASIC = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;

/** A registry as the distribution specification describes it, read-only and in memory. */
export function registry({ images, wants, requests = [] }: RegistryOptions): http.RequestListener {
  return (request, response) => {
    const { authorization = "" } = request.headers;
    const { pathname, searchParams } = new URL(request.url ?? "", "http://host");
    requests.push(`${request.method} ${pathname}${authorization ? ` ${authorization.split(" ")[0]}` : ""}`);
    const json = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
    const refuse = (status: number, code: string, headers = {}) =>
      json(status, { errors: [{ code, message: code.toLowerCase().replaceAll("_", " ") }] }, headers);

    if (pathname === "/token") {
      if (wants === "bearer" && authorization !== BASIC) return refuse(401, "UNAUTHORIZED");
      return json(200, { token: `${TOKEN}${searchParams.get("scope")?.length}` });
    }
    const scheme = wants === "basic" ? "Basic" : wants ? "Bearer" : "";
    if (scheme && !(scheme === "Basic" ? authorization === BASIC : authorization.startsWith(`Bearer ${TOKEN}`))) {
      const realm = `http://${request.headers.host}/token`;
      const repository = /^\/v2\/(.+)\/(manifests|blobs)\//.exec(pathname)?.[1];
      const bearer = `Bearer realm="${realm}",service="made-up",scope="repository:${repository}:pull"`;
      return refuse(401, "UNAUTHORIZED", { "www-authenticate": scheme === "Basic" ? 'Basic realm="made-up"' : bearer });
    }
    const [, repository = "", kind = "", name = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    const stored = Object.entries(images).filter(([place]) => place.startsWith(`${repository}:`));
    if (kind === "blobs") {
      const body = stored.map(([, { blobs }]) => blobs.get(name)).find(Boolean);
      return body ? response.end(body) : refuse(404, "BLOB_UNKNOWN");
    }
    const found =
      images[`${repository}:${name}`]?.top ?? stored.map(([, one]) => one.manifests.get(name)).find(Boolean);
    // As Docker's registry and Docker Hub answer for a type that isn't accepted.
    if (!found || !request.headers.accept?.includes(found.type)) return refuse(404, "MANIFEST_UNKNOWN");
    return response
      .writeHead(200, { "content-type": found.type, "docker-content-digest": digest(found.body) })
      .end(found.body);
  };
}
