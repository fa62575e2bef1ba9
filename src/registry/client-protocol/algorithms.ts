/** What clients sign request objects with (RFC 9101). */
export const REQUEST_OBJECT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

/** What this server can sign with; each needs a key of its kind. */
export const SIGNATURE_ALGORITHMS = ['RS256', 'ES256'] as const;

/** Why an algorithm with a shared secret is refused. */
export const HMAC_REFUSED = Object.fromEntries(
  ['HS256', 'HS384', 'HS512'].map((name) => [
    name,
    `${name} needs the secret itself, and only its hash is kept; use an asymmetric algorithm.`,
  ]),
);
