// Shared by the fault tables of the Console's client and of the registries' client.

import type http from "node:http";

/** `recovered`, or what the one error says. */
export type Outcome = "recovered" | { readonly says: string };

/** Something that goes wrong at one of the calls. */
export type Fault<CallName extends string> = {
  readonly name: string;
  /** The number of requests for the call that fail; later ones succeed. */
  readonly strikes: number | "always";
  readonly strike: Strike;
  /** The expected number of requests for the call; left out where the connection itself fails. */
  readonly tries?: number;
  readonly outcome: Outcome;
  /** The calls that have another outcome. */
  readonly except?: Partial<Record<CallName, { readonly outcome: Outcome; readonly tries?: number }>>;
  /** Whether only the time limit ends it. */
  readonly isEndless?: boolean;
};

export type Strike = (scene: Scene) => void;

export type Scene = {
  readonly server: http.Server;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  /** What a hostile answer could echo: the password, the token, the struck request's own body or Authorization. */
  readonly secrets: readonly string[];
};

type Headers = Readonly<Record<string, string | number>>;

export const JSON_TYPE = { "content-type": "application/json" };
export const HTML_TYPE = { "content-type": "text/html; charset=utf-8" };

export const PROXY_PAGE =
  "<!DOCTYPE html><html><head><title>Access Denied</title></head><body>Squid proxy</body></html>";
export const ANY_PAGE = "<html><head><title>It works!</title></head></html>";

export const BROKEN = "The connection broke before the answer was complete, after 4 tries";

export function answer(status: number, body: string | Buffer = "", headers: Headers = JSON_TYPE): Strike {
  return ({ response }) => response.writeHead(status, headers).end(body);
}

export function refused<CallName extends string>(
  name: string,
  strike: Strike,
  says: string,
  more: Partial<Fault<CallName>> = {},
): Fault<CallName> {
  return { name, strikes: "always", strike, tries: 1, outcome: { says }, ...more };
}

export function recovered<CallName extends string>(
  name: string,
  strike: Strike,
  more: Partial<Fault<CallName>> = {},
): Fault<CallName> {
  return { name, strikes: 1, strike, tries: 2, outcome: "recovered", ...more };
}
