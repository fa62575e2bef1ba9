import type { CertificateFormat } from '../../settings/protocol/certificate-formats.js';

const PEM = /^-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END CERTIFICATE-----\s*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const PAIR = /([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^,;"]*)(;|$)/y;

/** How each format is read. */
const READERS: Readonly<Record<CertificateFormat, (value: string) => Buffer | undefined>> = {
  rfc9440: (value) => (/^:.*:$/.test(value) ? decoded(value.slice(1, -1)) : undefined),
  nginx: pemInUrl,
  envoy: (value) => pemInUrl(certificateOf(value) ?? ''),
};

/**
 * The certificate in a header, in DER, which may still be none; undefined for any other form, for several certificates, and
 * for a header that came twice.
 */
export function certificateIn(value: string, format: CertificateFormat): Buffer | undefined {
  return READERS[format](value);
}

/** A PEM block, percent-encoded. */
function pemInUrl(value: string): Buffer | undefined {
  try {
    const [, base64] = PEM.exec(decodeURIComponent(value)) ?? [];
    return base64 === undefined ? undefined : decoded(base64.replace(/\s/g, ''));
  } catch {
    return undefined;
  }
}

/** The member `Cert` of the only element of X-Forwarded-Client-Cert. */
function certificateOf(value: string): string | undefined {
  const found: string[] = [];
  PAIR.lastIndex = 0;
  for (let last = false; !last;) {
    const [, name, text = '', end] = PAIR.exec(value) ?? [];
    if (name === undefined) return undefined;
    if (name.toLowerCase() === 'cert') found.push(text.replace(/^"|"$/g, ''));
    last = end === '';
  }
  return found.length === 1 ? found[0] : undefined;
}

function decoded(base64: string): Buffer | undefined {
  return BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}
