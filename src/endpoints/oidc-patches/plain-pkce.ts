import { createHash } from 'node:crypto';

/** Whether this is a client that may send its code verifier as the challenge (RFC 7636 section 4.2, `plain`). */
export type UsesPlainPkce = (clientId: string) => Promise<boolean>;

const CHALLENGE = /^[A-Za-z0-9\-._~]{43,128}$/;

/**
 * Turns a `plain` challenge into the S256 challenge of the same verifier, because the engine knows no other. That is for
 * clients that are registered for it: the engine refuses the others' requests, as they are. Without a method a challenge
 * is plain (RFC 7636 section 4.3). The registry is asked only when the request has such a challenge.
 */
export async function plainToS256(path: string, issuer: string, usesPlain: UsesPlainPkce): Promise<string> {
  const url = new URL(path, issuer);
  const query = url.searchParams;
  const challenge = only(query, 'code_challenge');
  const clientId = only(query, 'client_id');
  if (query.getAll('code_challenge_method').length > 1 || !challenge || !clientId) return path;
  if ((query.get('code_challenge_method') || 'plain') !== 'plain') return path;
  if (!(await usesPlain(clientId))) return path;
  query.set('code_challenge_method', 'S256');
  // One that no verifier can match stays, so that the engine says what is wrong with it.
  if (CHALLENGE.test(challenge)) {
    query.set('code_challenge', createHash('sha256').update(challenge).digest('base64url'));
  }
  return url.pathname + url.search;
}

/** The value of a parameter that is there once. */
function only(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}
