import type { JWTPayload } from 'jose';
import { type Acr, isAcr, satisfies } from '../../identity/second-factors/authentication-level.js';
import { AppError } from '../../platform/errors/errors.js';
import type { Caller, SignIn } from '../access/caller.js';
import { FRESH_SECONDS } from '../../identity/sessions/fresh-sign-in.js';

const SECOND_FACTOR: Acr = 'urn:postern:2fa';

/** The sign-in that a token of ours is from; one that does not say it was issued by an earlier version. */
export function signInOf(
  { auth_time: authTime, acr }: JWTPayload,
  hasSecondFactor: () => Promise<boolean>,
): SignIn {
  return {
    authTime: typeof authTime === 'number' ? authTime : 0,
    acr: isAcr(acr) ? acr : 'urn:postern:pwd',
    hasSecondFactor,
  };
}

/**
 * For operations that change who can do what. A person's token that a client obtained must be from a sign-in of the last
 * 10 minutes, with the second factor where the account has one; other tokens are as they are. Throws AppError
 * `unauthenticated` with the sign-in that is needed (RFC 9470).
 */
export async function requireFreshSignIn({ signIn }: Caller): Promise<void> {
  if (!signIn) return;
  const isOld = Date.now() / 1000 - signIn.authTime > FRESH_SECONDS;
  const isWeak = !satisfies(signIn.acr, SECOND_FACTOR) && (await signIn.hasSecondFactor());
  if (!isOld && !isWeak) return;
  const needed = isOld ? 'of the last 10 minutes' : 'with a second factor';
  throw new AppError('unauthenticated', `This takes a sign-in ${needed}. Send the person to sign in again.`, {
    neededSignIn: {
      maxAge: isOld ? FRESH_SECONDS : undefined,
      acrValues: isWeak ? SECOND_FACTOR : undefined,
    },
  });
}
