import type { Account } from './account.js';

/** Claims under their wire names (OpenID Connect Core 1.0, section 5.1). */
export type Claims = { sub: string } & Record<string, unknown>;

/**
 * Everything that may be said about an account; which of it a relying party gets is decided by scopes and consent. A
 * claim without a value is left out, and a telephone number that nobody confirmed says so. `updated_at` is in seconds.
 */
export function claimsOf(account: Account): Claims {
  const { phone_number, phone_number_verified, ...rest } = account.profile;
  return {
    ...rest,
    ...(phone_number === undefined
      ? {}
      : { phone_number, phone_number_verified: phone_number_verified ?? false }),
    sub: account.id,
    email: account.email,
    email_verified: account.emailVerified,
    updated_at: Math.floor(account.updatedAt.getTime() / 1_000),
  };
}
