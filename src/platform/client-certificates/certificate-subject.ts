import type { X509Certificate } from 'node:crypto';
import { type DerElement, dotted, readElements, TAG } from './der.js';
import { comparableDerName, comparableName } from './distinguished-name.js';

const ALTERNATIVE_NAMES = '2.5.29.17';
/** The tag of a URI among them (RFC 5280 section 4.2.1.6). */
const URI = 0x86;
const EXACT = { subject: 'never', wildcards: false } as const;

/** How each kind of subject is found in a certificate (RFC 8705 section 2.1.2). */
const MATCHES: Readonly<Record<string, (certificate: X509Certificate, expected: string) => boolean>> = {
  tls_client_auth_subject_dn: (certificate, expected) =>
    comparableDerName(subjectOf(certificate)) === comparableName(expected),
  tls_client_auth_san_dns: (certificate, expected) => certificate.checkHost(expected, EXACT) !== undefined,
  tls_client_auth_san_uri: (certificate, expected) => urisOf(certificate).includes(expected),
  tls_client_auth_san_ip: (certificate, expected) => certificate.checkIP(expected) !== undefined,
  tls_client_auth_san_email: (certificate, expected) => certificate.checkEmail(expected, EXACT) !== undefined,
};

/** Whether the certificate has the subject that this field of a client names; false for one that cannot be read. */
export function hasSubject(certificate: X509Certificate, field: string, expected: string): boolean {
  try {
    return MATCHES[field]?.(certificate, expected) ?? false;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What the issuer signed (RFC 5280 section 4.1.2). */
function signedPart(certificate: X509Certificate): DerElement[] {
  const [whole] = readElements(certificate.raw);
  const [signed] = readElements(whole?.contents ?? Buffer.alloc(0));
  return readElements(signed?.contents ?? Buffer.alloc(0));
}

function subjectOf(certificate: X509Certificate): Buffer {
  // Version, which is optional, serial number, signature, issuer, validity, subject.
  const parts = signedPart(certificate).filter(({ tag }) => tag !== TAG.version);
  const subject = parts[4];
  if (!subject) throw new RangeError('the certificate has no subject');
  return subject.contents;
}

function urisOf(certificate: X509Certificate): string[] {
  const extensions = signedPart(certificate).find(({ tag }) => tag === TAG.extensions);
  const [list] = readElements(extensions?.contents ?? Buffer.alloc(0));
  return readElements(list?.contents ?? Buffer.alloc(0)).flatMap(({ contents }) => {
    const [id, ...rest] = readElements(contents);
    if (id?.tag !== TAG.objectId || dotted(id.contents) !== ALTERNATIVE_NAMES) return [];
    const value = rest.find(({ tag }) => tag === TAG.octets);
    const [names] = readElements(value?.contents ?? Buffer.alloc(0));
    return readElements(names?.contents ?? Buffer.alloc(0))
      .filter(({ tag }) => tag === URI)
      .map((name) => name.contents.toString('latin1'));
  });
}
