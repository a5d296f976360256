import { type SafeText, text } from "../text/safe-text";
import type { ChosenProxy } from "./proxies";
import { isTransient } from "./retry";

/** The facts to show about a proxy: its address may hold a password. */
type FailedProxy = Pick<ChosenProxy, "variable"> & {
  /** `host:port` */
  readonly host: string;
  readonly isLoggedIn: boolean;
};

/** The proxy or the connection through it failed, so the target was not reached. */
export class ProxyError extends Error {
  constructor(
    readonly proxy: FailedProxy,
    /** The host to reach through it, with its port unless that is 443. */
    readonly target: string,
    /** The error's code, or the status that answered CONNECT, such as `HTTP 407`. */
    readonly reason: string,
  ) {
    super("The proxy failed.");
  }
}

/** `what` has no full stop. `retry`: another try may help. */
export function explainProxyFailure(error: ProxyError) {
  const { proxy, reason } = error;
  const [, does, remedy, retry = false] = REASONS.find(([reasons]) => reasons.test(reason)) ?? UNUSABLE;
  const what = text`The proxy ${proxy.host} (${proxy.variable}) ${does(error)} (${reason})`;
  const status = Number(/^HTTP (\d+)$/.exec(reason)?.[1]);
  return { what, remedy: remedy(error), retry: retry || isTransient(status) };
}

type Phrase = (error: ProxyError) => SafeText;
type Reason = readonly [codes: RegExp, does: Phrase, remedy: Phrase, retry?: boolean];

const NO_WAY: Phrase = ({ target }) => text`does not connect to ${target}`;
const UNUSED: Phrase = () => text`can't be used`;
const CREDENTIALS: Phrase = ({ proxy: { isLoggedIn, variable } }) =>
  isLoggedIn
    ? text`Check the user and password in ${variable}, http://user:password@host:port.`
    : text`Write them into ${variable}, http://user:password@host:port.`;
const ALLOW: Phrase = ({ target }) => text`Have ${target} allowed there, or name it in NO_PROXY.`;
const WRITE: Phrase = ({ proxy, target }) =>
  text`Write ${proxy.variable} as http://host:port, or name ${target} in NO_PROXY.`;
const AUTHORITY: Phrase = ({ proxy: { variable } }) =>
  text`Set TL_CA_CERT to a PEM file with its authority, or write ${variable} as http://host:port if it takes plain http.`;

const REASONS: readonly Reason[] = [
  [/^HTTP 407$/, () => text`requires a valid user and password`, CREDENTIALS],
  [/^HTTP /, NO_WAY, ALLOW],
  [/^ETIMEDOUT$/, () => text`does not answer in time`, WRITE, true],
  [/CERT|^UNABLE_TO_/, () => text`has a certificate that this machine doesn't trust`, AUTHORITY],
  [/^(ECONNREFUSED|ECONNRESET|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/, UNUSED, WRITE, true],
];

const UNUSABLE: Reason = [/^/, UNUSED, WRITE];
