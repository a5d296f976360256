import { X509Certificate } from "node:crypto";
import tls from "node:tls";

import { SettingsError } from "../errors";
import { readRegularFileOr } from "../regular-file";
import { excerpt, text } from "../text/safe-text";

/**
 * Trusts the authorities of a PEM file in addition to Node's own: those may have signed the certificate of a proxy or of
 * another address.
 *
 * @throws SettingsError when the file holds no certificate.
 */
export function trustAuthorities(caFile: string): tls.SecureContext {
  const name = text`TL_CA_CERT must be a PEM file with certificates, ${excerpt(caFile, 120)}`;
  const bytes = readRegularFileOr(caFile, (code) => {
    throw new SettingsError([text`${name} can't be read (${code}). Check the path and the file's rights.`]);
  });
  const certificates =
    bytes.toString("latin1").match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    if (certificates.length === 0) throw new Error("no certificate");
    for (const certificate of certificates) new X509Certificate(certificate);
    // As `ca` they would replace Node's own. On Node 20 this still drops those of NODE_EXTRA_CA_CERTS.
    const trusted = tls.createSecureContext();
    for (const certificate of certificates) trusted.context.addCACert(certificate);
    return trusted;
  } catch {
    const holds = certificates.length > 0 ? "a broken one" : "none";
    const remedy = bytes.includes("CERTIFICATE")
      ? "Write each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE----- as it was issued, line by line."
      : "Convert a DER file with openssl x509 -inform der -in FILE -out FILE.pem.";
    throw new SettingsError([text`${name} holds ${holds}. ${remedy}`]);
  }
}
