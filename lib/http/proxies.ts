import { SettingsError } from "../errors";
import type { ProxySettings } from "../settings/network";
import { text } from "../text/safe-text";

/**
 * The proxy that leads to an https address; undefined when it is reached directly.
 *
 * @throws SettingsError when HTTPS_PROXY is not a proxy's address.
 */
export function proxyFor(url: URL, { https, exceptions = "" }: ProxySettings): URL | undefined {
  if (https === undefined || isException(url, exceptions)) return undefined;
  const setting = https.reveal();
  const address = setting.includes("://") ? setting : `https://${setting}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy?.hostname && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new SettingsError([
    text`HTTPS_PROXY must be an address such as http://proxy.example.com:3128, got something else.`,
  ]);
}

// Reads NO_PROXY like curl, Python and the package proxy-from-env, which reads the environment by itself and so can't be used here.
function isException({ hostname, port }: URL, exceptions: string): boolean {
  const names = exceptions.toLowerCase().split(/[,\s]+/);
  return names.some((entry) => {
    const [, name = entry, itsPort = ""] = /^(.+):(\d+)$/.exec(entry) ?? [];
    if (name === "" || (itsPort && Number(itsPort) !== Number(port || 443))) return false;
    if (name === "*") return true;
    const suffix = name.replace(/^\*/, "");
    return suffix.startsWith(".") || suffix !== name ? hostname.endsWith(suffix) : hostname === name;
  });
}
