import { settingGroup } from '../setting.js';
import { ALWAYS_SIGNING, SIGNING_ALGORITHMS, type SigningAlgorithm } from '../protocol/signing-algorithms.js';
import { z } from 'zod';
import { issuerList, listOf, oneOf, secureUrl } from './checks.js';

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
});
