import { settingGroup } from '../setting.js';
import {
  ALWAYS_SIGNING,
  DEFAULT_ID_TOKEN_ALG,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from '../protocol/signing-algorithms.js';
import { CERTIFICATE_FORMATS } from '../protocol/certificate-formats.js';
import * as z from 'zod';
import { headerName, issuerList, issuerOrigin, listOf, oneOf, secureUrl, subnets, text } from './checks.js';

const signingAlgorithms = listOf(
  (item) => SIGNING_ALGORITHMS.some((known) => known === item),
  `must be some of ${SIGNING_ALGORITHMS.join(', ')}`,
)
  .refine(
    (items) => ALWAYS_SIGNING.every((needed) => items.includes(needed)),
    `must have ${ALWAYS_SIGNING.join(' and ')}, which every installation signs with`,
  )
  .transform((items) => items as SigningAlgorithm[]);

const identityIssuers = issuerList(
  z
    .strictObject({
      issuer: secureUrl,
      jwks_uri: secureUrl,
      account_claim: z.string().min(1).default('sub'),
    })
    .transform(({ issuer, jwks_uri: jwksUri, account_claim: accountClaim }) => ({
      issuer,
      jwksUri,
      accountClaim,
    })),
);

export const protocolSettings = settingGroup('Extensions of the protocol', {
  PAR: {
    default: 'optional',
    check: oneOf('optional', 'required'),
    description:
      'Pushed authorization requests (RFC 9126). `optional`: clients may push, and those with `require_pushed_authorization_requests` have to; `required`: every client has to.',
  },
  DPOP_NONCE: {
    default: 'off',
    check: oneOf('off', 'required'),
    description:
      'Nonces in DPoP proofs (RFC 9449 section 8), which show that a proof was made just now. `off`: a proof is good for five minutes; `required`: the server hands out nonces at the endpoints of the protocol and demands them.',
  },
  CIBA: {
    default: 'off',
    check: oneOf('off', 'on'),
    description:
      'OpenID Connect Client-Initiated Backchannel Authentication (poll and ping): clients with its grant type ask for a person by e-mail address, and the person answers in the account area. `off` or `on`.',
  },
  IDENTITY_ISSUERS: {
    default: '[]',
    check: identityIssuers,
    description:
      'Other identity providers whose assertions about people here clients can use (draft-ietf-oauth-identity-assertion-authz-grant-03): a JSON list of objects with `issuer`, `jwks_uri`, and `account_claim`, the claim that has the id of the account here (`sub` by default). Nobody is found by an e-mail address.',
  },
  SIGNING_ALGORITHMS: {
    default: ALWAYS_SIGNING.join(','),
    check: signingAlgorithms,
    description:
      'What clients can have ID tokens, userinfo and other responses signed with: RS256 and ES256, and PS256 or EdDSA where they are listed. Each has keys of its own, which are made at the next start and rotated with the others.',
  },
  ID_TOKEN_ALG: {
    default: DEFAULT_ID_TOKEN_ALG,
    check: oneOf(...SIGNING_ALGORITHMS),
    description:
      'What ID tokens of a new client are signed with when its record does not say; clients that exist keep what they have. Every library verifies `RS256` (OpenID Connect Core section 15.1); a signature with `ES256` takes a tenth of the CPU. One of `SIGNING_ALGORITHMS`.',
  },
  MTLS_CERTIFICATE_HEADER: {
    check: headerName,
    description:
      'Mutual TLS (RFC 8705): the header in which the proxy that ends TLS passes on the certificate of the client, such as `Client-Cert`. The proxy has to remove the header where there is no certificate. Without it no client has one.',
  },
  MTLS_CERTIFICATE_FORMAT: {
    default: 'rfc9440',
    check: oneOf(...CERTIFICATE_FORMATS),
    description:
      'How it is written: `rfc9440` (DER in base64 between colons), `nginx` (`$ssl_client_escaped_cert`) or `envoy` (X-Forwarded-Client-Cert with `Cert`).',
  },
  MTLS_PROXIES: {
    default: '127.0.0.1,::1',
    check: subnets,
    description:
      'The addresses of the proxies whose header is believed, as Postern sees their connections, or networks such as `10.1.0.0/24`; from any other address the header is ignored.',
  },
  MTLS_CA_FILE: {
    check: text,
    description:
      'A file with the authorities that issue certificates of clients, in PEM; it is read at the start. Each has to be the direct issuer. Without it clients cannot use `tls_client_auth`, which believes an authority.',
  },
  MTLS_ORIGIN: {
    check: issuerOrigin,
    description:
      'The origin at which the proxy asks for certificates, where that is not the one of `ISSUER`; discovery has it in `mtls_endpoint_aliases`.',
  },
});
