import { isIP } from "node:net";

import { generate } from "selfsigned";

export type Certificate = { readonly cert: string; readonly key: string };

const DAY = 86_400_000;

/** A certificate authority for tests. */
export function authority(name = "Test Authority"): Promise<Certificate> {
  return make(name, {
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
}

/** A server's certificate for `host`, or else for 127.0.0.1; self-signed without `ca`. */
export function serverCertificate(
  options: { ca?: Certificate; host?: string; expired?: boolean; future?: boolean } = {},
): Promise<Certificate> {
  const { ca, host = "127.0.0.1", expired, future } = options;
  const altName = isIP(host) ? ({ type: 7, ip: host } as const) : ({ type: 2, value: host } as const);
  return make(host, {
    ...(ca ? { ca } : {}),
    notBeforeDate: new Date(Date.now() + (future ? DAY : -2 * DAY)),
    notAfterDate: new Date(Date.now() + (expired ? -DAY : 2 * DAY)),
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "subjectAltName", altNames: [altName] },
    ],
  });
}

async function make(name: string, options: Parameters<typeof generate>[1]): Promise<Certificate> {
  const attributes = [{ name: "commonName", value: name }];
  const pems = await generate(attributes, { keyType: "ec", algorithm: "sha256", ...options });
  return { cert: pems.cert, key: pems.private };
}
