import { SettingsError } from "../errors";
import { percentDecoded } from "../percent-decoded";
import type { ProxySettings } from "../settings/network";
import { type SafeText, text } from "../text/safe-text";

export type ChosenProxy = {
  readonly url: URL;
  /** The variable that names it: `HTTPS_PROXY`. */
  readonly variable: string;
};

/**
 * Returns the proxy for an https address; undefined when the address is reached directly.
 *
 * @throws SettingsError when the variable, such as HTTPS_PROXY, holds no valid address of a proxy.
 */
export function proxyFor(url: URL, { https, exceptions = "" }: ProxySettings): ChosenProxy | undefined {
  if (https === undefined || isException(url, exceptions)) return undefined;
  const setting = https.address.reveal();
  const address = setting.includes("://") ? setting : `https://${setting}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (!proxy?.hostname || !/^https?:$/.test(proxy.protocol)) {
    throw refusal(https.variable, text`must be an address such as http://proxy.example.com:3128, got something else`);
  }
  if (!/^\/?$/.test(proxy.pathname) || proxy.search || proxy.hash) {
    throw refusal(https.variable, text`must end after host and port: no path, ? query or # fragment`);
  }
  if ([proxy.username, proxy.password].some((part) => percentDecoded(part) === undefined)) {
    throw refusal(https.variable, text`has a user or a password that can't be percent-decoded`);
  }
  return { url: proxy, variable: https.variable };
}

// The value isn't quoted: it may hold a password.
function refusal(variable: string, what: SafeText): SettingsError {
  const remedy = text`In a user and a password write / as %2F, ? as %3F, # as %23 and % as %25.`;
  return new SettingsError([text`${variable} ${what}. ${remedy}`]);
}

// Reads NO_PROXY like proxy-from-env: a name without a dot in front means that host alone. The package reads the
// environment itself, so it can't be used here.
function isException({ hostname, port }: URL, exceptions: string): boolean {
  const names = exceptions.toLowerCase().split(/[,\s]+/);
  return names.some((entry) => {
    const [, name = entry, itsPort = ""] = /^(.+):(\d+)$/.exec(entry) ?? [];
    if (itsPort && Number(itsPort) !== Number(port || 443)) return false;
    const suffix = name.replace(/^\*/, "");
    return suffix.startsWith(".") || suffix !== name ? hostname.endsWith(suffix) : hostname === name;
  });
}
