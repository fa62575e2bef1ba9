/**
 * What a JWT access token says when its subject is the client itself, because a client_id may look like anybody's id
 * (RFC 9700 section 4.15).
 */
export const CLIENT_TOKEN = { sub_type: 'client' } as const;
