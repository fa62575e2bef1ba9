import { isIP } from 'node:net';
import { comparableName } from '../../platform/client-certificates/distinguished-name.js';
import { flag, text } from './protocol-field.js';

const HOST = /^(?=.{1,253}$)[a-z\d_](?:[a-z\d_-]{0,62})(?:\.[a-z\d_][a-z\d_-]{0,62})*$/i;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

const subject = (what: string, label: string, isOne: (value: string) => boolean, wrong: string) =>
  text(
    {
      label: `Certificate: ${label}`,
      description: `${what} that the certificate of a client with tls_client_auth must have (RFC 8705 section 2.1.2); one such field.`,
    },
    isOne,
    wrong,
  );

/** The fields of mutual TLS (RFC 8705). */
export const CERTIFICATE_FIELDS = {
  tls_client_auth_subject_dn: subject(
    'The subject, written as RFC 4514 has it (`CN=app,O=Example`, the last part first),',
    'subject',
    (value) => comparableName(value) !== undefined,
    'Write the name as RFC 4514 has it, such as CN=app,O=Example, with short names or numbers of attribute types.',
  ),
  tls_client_auth_san_dns: subject(
    'A DNS name among the alternative names',
    'DNS name',
    (value) => HOST.test(value),
    'Send a host name, without wildcards.',
  ),
  tls_client_auth_san_uri: subject(
    'A URI among the alternative names, compared exactly,',
    'URI',
    (value) => URL.canParse(value) && /^[\x21-\x7e]+$/.test(value),
    'Send a URI, such as spiffe://example.com/app.',
  ),
  tls_client_auth_san_ip: subject(
    'An IP address among the alternative names',
    'IP address',
    (value) => isIP(value) !== 0,
    'Send an IP address.',
  ),
  tls_client_auth_san_email: subject(
    'An e-mail address among the alternative names',
    'e-mail address',
    (value) => EMAIL.test(value),
    'Send an e-mail address.',
  ),
  tls_client_certificate_bound_access_tokens: flag({
    label: 'Tokens bound to the certificate',
    description:
      'Whether every access token is bound to the certificate with which the client asks for it (RFC 8705 section 3). Not beside dpop_bound_access_tokens.',
  }),
} as const;
