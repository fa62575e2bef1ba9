import { errors, type TokenEndpointGrantContext } from 'oidc-provider';
import { CONSUMED } from '../../../adapters/engine-errors.js';
import { CIBA, DEVICE_CODE } from '../../settings/protocol/grant-types.js';

/** What a grant type redeems, as error_descriptions call it. */
const REDEEMED: Readonly<Record<string, string>> = {
  authorization_code: 'the code',
  refresh_token: 'the refresh token',
  [DEVICE_CODE]: 'the device code',
  [CIBA]: 'the auth_req_id',
};

const AGAIN = 'start a new authorization request';
/** One description for both: whether a code or token of another client is good is not for this client to know. */
const UNKNOWN = `is none that this client can use: it ended, was issued to another client, or is not complete; ${AGAIN}`;
const ENDED = `stands for a permission that has ended, by withdrawal, revocation or a second use; ${AGAIN}`;
const USED = `was used already, and what was issued for it has ended: use each one once; ${AGAIN}`;
const EXPIRED = `has expired; ${AGAIN}`;

/** What the engine's details mean to the client, after the name of what it redeems. */
const OF_REDEEMED: readonly [detail: RegExp, description: string][] = [
  [/ not found$|^client mismatch$/, UNKNOWN],
  [/ is expired$/, EXPIRED],
  [/ already (?:consumed|used)$/, USED],
  [/referenced account not found/, `is of a person who is gone or may not use this client; ${AGAIN}`],
];

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'code_verifier must be provided':
    'code_verifier is missing: the authorization request had a code_challenge; send the code_verifier that it was made from',
  'code_verifier does not match code_challenge':
    'code_verifier does not match the code_challenge of the authorization request: send the one that it was made from (S256)',
  // A code without a challenge has no method.
  'unsupported code_challenge_method':
    'code_verifier was sent, but the authorization request had no code_challenge: send it with code_challenge_method=S256 there',
  'authorization code redirect_uri mismatch':
    'redirect_uri is not that of the authorization request: send exactly the same one',
  'DPoP proof JWT not provided': 'a DPoP proof is missing: send one in the header DPoP',
  'missing DPoP proof JWT':
    'a DPoP proof is missing: the authorization request had dpop_jkt; send a proof of that key',
  'DPoP proof key thumbprint does not match dpop_jkt':
    'the DPoP proof is of another key than dpop_jkt of the authorization request',
  'failed jkt verification': 'the refresh token is bound to a key: send a DPoP proof of that key',
  'mutual TLS client certificate not provided':
    'a client certificate is missing: connect with the one of this client',
  'failed x5t#S256 verification':
    'the refresh token is bound to a certificate: connect with the one that it was issued with',
};

/**
 * Runs a grant; of one that is refused the error_description says what was wrong and what to change. Only who is, or for a
 * public client says it is, the client that something was issued to learns more than that it cannot be used. The detail,
 * which says all, is for the log and for operators.
 *
 * Engine: lib/helpers/errors.js:97 has one description for all; what is matched here are the details of
 * lib/helpers/grant_source.js:13, lib/helpers/pkce.js:27 and lib/actions/grants/authorization_code.js:55, and those of
 * refresh tokens beside lib/actions/grants/refresh_token.js:112.
 * Test: test/endpoints/oidc-token-patches/refused-grants.test.ts.
 */
export async function describeRefusal(
  { oidc: { params } }: TokenEndpointGrantContext,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof errors.InvalidGrant) {
      const description = descriptionOf(error.error_detail ?? '', REDEEMED[String(params.grant_type)]);
      if (description !== undefined) error.error_description = description;
    }
    throw error;
  }
}

function descriptionOf(detail: string, redeemed: string | undefined): string | undefined {
  const known = DESCRIPTIONS[detail];
  if (known !== undefined || redeemed === undefined) return known;
  if (detail === CONSUMED) return `${redeemed} ${USED}`;
  if (/^grant (?:not found|is expired)$/.test(detail)) return `${redeemed} ${ENDED}`;
  const [, described] = OF_REDEEMED.find(([pattern]) => pattern.test(detail)) ?? [];
  return described && `${redeemed} ${described}`;
}
