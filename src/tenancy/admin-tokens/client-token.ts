/**
 * The claims that mark a JWT access token whose subject is the client itself: a client_id may look like the id of an
 * account (RFC 9700 section 4.15).
 */
export const CLIENT_TOKEN = { sub_type: 'client' } as const;

/** The claims that mark an access token of a client whose subject is one of another issuer: `<issuer>|<sub>`. */
export const OUTSIDE_TOKEN = { sub_type: 'outside' } as const;
