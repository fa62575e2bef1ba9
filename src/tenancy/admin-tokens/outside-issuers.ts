import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { ClaimedRole } from '../access/caller.js';
import { AppError } from '../../platform/errors/errors.js';
import type { Settings } from '../../settings/settings.js';

/** An issuer other than us whose tokens operators may use. */
export type OutsideIssuer = Settings['adminIssuers'][number];

/**
 * The keys of an outside issuer, fetched when they are first needed, kept for ten minutes, and fetched again, at most
 * every 30 seconds, for a key that is new. Throws AppError `unavailable` when its key set cannot be had or used.
 */
export function outsideKeys({ issuer, jwksUri }: OutsideIssuer): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: 5_000 });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      const aboutToken = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
      if (aboutToken.some((kind) => cause instanceof kind)) throw cause;
      throw new AppError('unavailable', `The keys of ${issuer} cannot be had now; try again shortly.`, {
        cause,
      });
    }
  };
}

/** The roles that a token's claim stands for: a list of names, or a single one; names that are not mapped mean nothing. */
export function claimedRoles(payload: JWTPayload, { rolesClaim, roles }: OutsideIssuer): ClaimedRole[] {
  const claim = rolesClaim === undefined ? undefined : payload[rolesClaim];
  const names: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return roles.flatMap(({ name, ...role }) => (names.includes(name) ? [role] : []));
}
