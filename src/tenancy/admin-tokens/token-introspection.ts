import type { JWTPayload } from 'jose';
import { AppError } from '../../platform/errors/errors.js';
import { plainFetch } from '../../platform/outgoing/outgoing-requests.js';
import { readBody } from '../../platform/outgoing/read-body.js';
import { parseJsonObject } from '../../platform/wire/json-object.js';
import { outsideCaller, type OutsideIssuer } from './outside-issuers.js';
import { invalidToken, type VerifiedToken } from './token-claims.js';

const TIMEOUT_MS = 5_000;
/** Every request with some opaque token makes one to the issuer; so many are under way at once. */
const MAX_REQUESTS = 20;
const MAX_RESPONSE_BYTES = 65_536;

/** The opaque tokens that this server issued. */
export interface OwnTokens {
  find(token: string): Promise<object | undefined>;
}

/**
 * Asks the outside issuer that has an `introspection_endpoint` about an opaque token (RFC 7662); undefined when none has.
 * An opaque token of our own is not sent there. Throws AppError `unauthenticated` for a token that is not active, or not
 * for us, and `unavailable` when the issuer does not answer.
 */
export function introspector({
  outside,
  ownTokens,
}: {
  outside: readonly OutsideIssuer[];
  ownTokens: OwnTokens;
}): ((token: string) => Promise<VerifiedToken>) | undefined {
  const issuer = outside.find(({ introspection }) => introspection);
  if (!issuer?.introspection) return undefined;
  const { introspection } = issuer;
  let underWay = 0;
  return async (token) => {
    if (await ownTokens.find(token)) throw invalidToken('The token is not for the admin API.');
    if (underWay >= MAX_REQUESTS) throw unavailable(issuer);
    underWay++;
    try {
      const response = await introspect(token, introspection).catch((cause: unknown) => {
        throw unavailable(issuer, cause);
      });
      return verifiedToken(response, issuer);
    } finally {
      underWay--;
    }
  };
}

async function introspect(
  token: string,
  { endpoint, clientId, clientSecret }: NonNullable<OutsideIssuer['introspection']>,
): Promise<JWTPayload & { active?: unknown }> {
  // RFC 6749 section 2.3.1.
  const user = [clientId, clientSecret.reveal()].map(encodeURIComponent).join(':');
  const response = await plainFetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}`, accept: 'application/json' },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the introspection endpoint answered ${String(response.status)}`);
  }
  return parseJsonObject((await readBody(response, MAX_RESPONSE_BYTES)).toString());
}

/** The claims that JWTs are verified for, as far as RFC 7662 section 2.2 has them: it makes all but `active` optional. */
function verifiedToken(response: JWTPayload & { active?: unknown }, outside: OutsideIssuer): VerifiedToken {
  const { active, aud, exp, iss } = response;
  if (active !== true) throw invalidToken('The token is not active.');
  if (iss !== undefined && iss !== outside.issuer) throw notGood('iss');
  if (![aud].flat().includes(outside.audience)) throw notGood('aud');
  if (exp !== undefined && !(typeof exp === 'number' && exp > Date.now() / 1000)) throw notGood('exp');
  return { caller: outsideCaller(response, outside), cnf: response['cnf'] };
}

function notGood(claim: string): AppError {
  return invalidToken(`The token is not good here: ${claim} is missing or wrong.`);
}

function unavailable({ issuer }: OutsideIssuer, cause?: unknown): AppError {
  return new AppError('unavailable', `${issuer} cannot be asked about the token now; try again shortly.`, {
    cause,
  });
}
