import type { Account } from '../accounts/account.js';

/** Claims under their wire names (OpenID Connect Core 1.0, section 5.1). */
export type Claims = { sub: string } & Record<string, unknown>;

/**
 * All claims of an account; scopes and consent decide which of them a relying party gets. A claim without a value is left
 * out, and `phone_number_verified` is false unless the profile says otherwise. `updated_at` is in seconds.
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
