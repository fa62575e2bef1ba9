import { createHash } from 'node:crypto';
import type Koa from 'koa';
import type { Provider } from 'oidc-provider';
import { METADATA_PATHS } from '../../platform/http/protocol-paths.js';

/** Whether a client may send its code verifier as the challenge (RFC 7636 section 4.2, `plain`). */
export type UsesPlainPkce = (clientId: string) => Promise<boolean>;

const METADATA: readonly string[] = Object.values(METADATA_PATHS);
const CHALLENGE = /^[A-Za-z0-9\-._~]{43,128}$/;

/**
 * Turns a `plain` challenge in the path of an authorization request into the S256 challenge of the same verifier, for
 * clients that are registered for `plain`. Requests of others stay as they are, and the engine refuses them. A challenge
 * without a method is plain (RFC 7636 section 4.3). The registry is asked only when the request has such a challenge.
 *
 * Engine: lib/actions/authorization/sender_constraints.js:16 and :21 refuse every method but S256.
 * Test: test/endpoints/oidc-patches/plain-pkce.test.ts.
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
  // A challenge that no verifier can match stays, so that the engine reports what is wrong with it.
  if (CHALLENGE.test(challenge)) {
    query.set('code_challenge', createHash('sha256').update(challenge).digest('base64url'));
  }
  return url.pathname + url.search;
}

/** Adds `plain` to the metadata, where the installation allows it. Engine: lib/actions/discovery.js:15 lists S256 alone. */
export function announcePlainPkce(provider: Provider): void {
  const middleware: Koa.Middleware = async (ctx, next) => {
    await next();
    if (ctx.status !== 200 || !METADATA.includes(ctx.path)) return;
    ctx.body = { ...(ctx.body as object), code_challenge_methods_supported: ['S256', 'plain'] };
  };
  provider.use(middleware);
}

/** The value of a parameter that occurs exactly once. */
function only(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}
