/** How a proxy writes the certificate of a client into a header. */
export const CERTIFICATE_FORMATS = ['rfc9440', 'nginx', 'envoy'] as const;

export type CertificateFormat = (typeof CERTIFICATE_FORMATS)[number];
