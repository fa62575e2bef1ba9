import type { ValidationError } from '../../platform/errors/errors.js';
import { snakeName } from '../../platform/wire/snake-case.js';
import type { TypedClientSettings } from '../client-record/client-record.js';
import { isCertified } from '../client-rules/jwks-rules.js';
import type { Rule } from '../client-rules/client-rules.js';

type Field = keyof TypedClientSettings;

const SUBJECTS = [
  'tlsClientAuthSubjectDn',
  'tlsClientAuthSanDns',
  'tlsClientAuthSanUri',
  'tlsClientAuthSanIp',
  'tlsClientAuthSanEmail',
] as const satisfies readonly Field[];

/** The rules of mutual TLS (RFC 8705). */
export const CERTIFICATE_RULES: readonly Rule[] = [
  {
    reads: ['tokenEndpointAuthMethod', ...SUBJECTS],
    check: (settings, _, { clientCertificates = false }) => {
      const given = SUBJECTS.filter((field) => settings[field] !== null);
      if (settings.tokenEndpointAuthMethod !== 'tls_client_auth')
        return given.flatMap((field) => error(field, 'Only tls_client_auth has a subject: send null here.'));
      // Without certificates the method is refused already.
      if (given.length === 0 && !clientCertificates) return [];
      if (given.length === 0)
        return error(
          'tlsClientAuthSubjectDn',
          `tls_client_auth needs the subject of the certificate: send one of ${SUBJECTS.map(snakeName).join(', ')}.`,
        );
      return given.slice(1).flatMap((field) => error(field, 'Send one subject (RFC 8705 section 2.1.2).'));
    },
  },
  {
    reads: ['tokenEndpointAuthMethod', 'jwks', 'jwksUri'],
    check: ({ tokenEndpointAuthMethod: method, jwks, jwksUri }) =>
      method !== 'self_signed_tls_client_auth' || jwksUri !== null || jwks?.keys.some(isCertified)
        ? []
        : error('jwks', `${method} needs jwks with a key whose certificate is in x5c, or jwks_uri.`),
  },
  {
    reads: ['tlsClientCertificateBoundAccessTokens', 'dpopBoundAccessTokens', 'responseTypes'],
    check: (settings, _, { clientCertificates = false }) => {
      const field = 'tlsClientCertificateBoundAccessTokens';
      if (!settings[field]) return [];
      if (!clientCertificates)
        return error(field, 'This installation has not turned it on (MTLS_CERTIFICATE_HEADER).');
      if (settings.dpopBoundAccessTokens)
        return error(field, 'Tokens are bound in one way: send false here or in dpop_bound_access_tokens.');
      return settings.responseTypes.some((type) => type.split(' ').includes('token'))
        ? error(
            field,
            'A token that comes through the browser cannot be bound: leave the response types with token out.',
          )
        : [];
    },
  },
];

function error(field: Field, detail: string): ValidationError[] {
  return [{ pointer: `/${snakeName(field)}`, detail }];
}
