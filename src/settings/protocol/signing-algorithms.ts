/** What this server can sign with; the first two have keys in every installation. */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256', 'PS256', 'EdDSA'] as const;

export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** What ID tokens are signed with where nobody says (OpenID Connect Registration section 2); every library verifies it. */
export const DEFAULT_ID_TOKEN_ALG: SigningAlgorithm = 'RS256';

/** What cannot be left out: ID tokens of clients that chose nothing, and tokens for the admin API. */
export const ALWAYS_SIGNING: readonly SigningAlgorithm[] = ['RS256', 'ES256'];
