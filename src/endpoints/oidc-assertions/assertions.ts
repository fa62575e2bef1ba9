import { hash } from 'node:crypto';
import { errors } from 'oidc-provider';
import { jwtType } from '../../platform/crypto/jwt-type.js';
import {
  type OutsideToken,
  unverified,
  UntrustedToken,
} from '../../registry/client-exchange/outside-tokens.service.js';
import type { ExchangeParts } from '../oidc-exchange/exchange-parts.js';

const MAX_ASSERTION = 16_384;

/**
 * The error of an assertion that is not accepted (RFC 7521 section 4.1.1). Why it is not is told to the client, and in the
 * detail, which is for operators, maybe more.
 */
export function assertionRefused(why: string, detail = why): Error {
  const refusal = new errors.InvalidGrant(`the assertion is refused: ${detail}`);
  refusal.error_description = `the assertion is refused: ${why}`;
  return refusal;
}

/** What `work` returns. Throws InvalidGrant in place of UntrustedToken. */
export async function refusingUntrusted<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UntrustedToken) throw assertionRefused(error.message, error.detail);
    throw error;
  }
}

/** The assertion of a request. Throws InvalidRequest without one, and InvalidGrant for one that is too long. */
export function sentAssertion(assertion: string | undefined): string {
  if (assertion === undefined) throw new errors.InvalidRequest('send assertion');
  if (assertion.length > MAX_ASSERTION)
    throw assertionRefused(`it has more than ${String(MAX_ASSERTION)} characters`);
  return assertion;
}

/** The kind of JWT that the assertion says it is, in small letters; unverified. Throws InvalidGrant for what is no JWT. */
export function typOf(assertion: string): Promise<string | undefined> {
  return refusingUntrusted(() => jwtType(unverified(assertion).typ));
}

/** RFC 7523 section 3: an assertion is accepted once, by its `jti`, or by its digest when it has none. */
export async function useOnce(
  parts: ExchangeParts,
  { claims, trusted }: OutsideToken,
  assertion: string,
): Promise<void> {
  const { jti } = claims;
  const id =
    typeof jti === 'string' && jti !== '' ? `jti ${jti}` : `digest ${hash('sha256', assertion, 'base64url')}`;
  if (!(await parts.isFirstUse(trusted.issuer, id, claims.exp))) throw assertionRefused('it was used before');
}
