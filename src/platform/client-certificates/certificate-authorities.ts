import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SettingsError } from '../../settings/settings-error.js';

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Extended key usages (RFC 5280 section 4.2.1.12): authentication of a client, and any. */
const CLIENT_USAGES: readonly string[] = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

/** The authorities in a file of PEM blocks. Throws SettingsError for a file that cannot be read or has others. */
export function readAuthorities(file: string): X509Certificate[] {
  try {
    const authorities = (readFileSync(file, 'utf8').match(PEM_BLOCK) ?? []).map(
      (block) => new X509Certificate(block),
    );
    if (authorities.length > 0 && authorities.every(({ ca }) => ca)) return authorities;
  } catch (error) {
    throw new SettingsError([`MTLS_CA_FILE: ${file} cannot be read: ${(error as Error).message}`]);
  }
  throw new SettingsError([
    `MTLS_CA_FILE: ${file} must have certificates of authorities in PEM, and no others`,
  ]);
}

/** Whether it is valid now. */
export function isCurrent({ validFrom, validTo }: X509Certificate): boolean {
  const now = Date.now();
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

/** Whether one of these authorities issued the certificate itself, for a client, and may do so now. */
export function isIssuedBy(authorities: readonly X509Certificate[], certificate: X509Certificate): boolean {
  // The type says string[], but a certificate without the extension has none.
  const usages = certificate.keyUsage as readonly string[] | undefined;
  if (certificate.ca || usages?.some((usage) => CLIENT_USAGES.includes(usage)) === false) return false;
  return authorities.some(
    (authority) =>
      isCurrent(authority) && certificate.checkIssued(authority) && isSignedBy(certificate, authority),
  );
}

function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return certificate.verify(authority.publicKey);
  } catch {
    // A key or an algorithm that OpenSSL does not use.
    return false;
  }
}
