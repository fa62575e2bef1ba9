import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Caller, ClaimedRole } from '../access/caller.js';
import { outsideSubject } from '../access/subjects.js';
import { AppError } from '../../platform/errors/errors.js';
import type { Settings } from '../../settings/settings.js';
import { scopesOf, subjectOf } from './token-claims.js';

/** An outside issuer whose tokens the admin API accepts. */
export type OutsideIssuer = Settings['adminIssuers'][number];

/**
 * The keys of an outside issuer, fetched at their first use, cached for ten minutes, and fetched again, at most every
 * 30 seconds, for an unknown key. Throws AppError `unavailable` when the key set cannot be fetched or read.
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

/** Who calls with a valid token of the issuer. Throws AppError `unauthenticated` without a usable subject. */
export function outsideCaller(payload: JWTPayload, outside: OutsideIssuer): Caller {
  return {
    subject: outsideSubject(outside.issuer, subjectOf(payload)),
    scopes: mappedScopes(scopesOf(claimAt(payload, outside.scopeClaim)), outside),
    claimedRoles: claimedRoles(payload, outside),
  };
}

/** The roles that the claim of a token maps to. The claim is a name or a list of names; unmapped names are ignored. */
function claimedRoles(payload: JWTPayload, { rolesClaim, roles }: OutsideIssuer): ClaimedRole[] {
  const claim = rolesClaim === undefined ? undefined : claimAt(payload, rolesClaim);
  const names: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return roles.flatMap(({ name, ...role }) => (names.includes(name) ? [role] : []));
}

/** The scopes of a token, as the issuer's mapping translates them; a scope that it does not name stays as it is. */
function mappedScopes(given: ReadonlySet<string>, { scopes }: OutsideIssuer): Set<string> {
  return new Set([...given].flatMap((name) => scopes.get(name) ?? [name]));
}

/** The claim of that name, or at that path of names with dots between them, as in `ext.groups`. */
function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  return path.split('.').reduce<unknown>((value, name) => {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return isObject ? (value as Record<string, unknown>)[name] : undefined;
  }, payload);
}
