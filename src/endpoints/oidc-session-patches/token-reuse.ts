import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { CONSUMED } from '../../../adapters/engine-errors.js';

/** A refresh token that came after its successor was issued. */
export interface ReusedToken {
  accountId: string;
  clientId: string;
  address: string;
  requestId: string | null;
}

/** The details of the error: of the engine, and of requests at the same moment. */
const REUSED: readonly unknown[] = ['refresh token already used', CONSUMED];

/**
 * Tells `reused` of each refresh token that is used again; its grant has ended then (RFC 9700 section 4.14.2).
 *
 * Engine: lib/actions/grants/refresh_token.js:112 has an error of its own for it.
 * Test: test/endpoints/oidc/refresh-reuse.test.ts.
 */
export function listenForTokenReuse(provider: Provider, reused: (token: ReusedToken) => void): void {
  provider.on('grant.error', (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    const { RefreshToken: token } = ctx.oidc.entities;
    if (ctx.oidc.params?.['grant_type'] !== 'refresh_token' || !REUSED.includes(error.error_detail)) return;
    if (token?.accountId === undefined || token.clientId === undefined) return;
    const { accountId, clientId } = token;
    reused({ accountId, clientId, address: ctx.ip, requestId: ctx.response.get('X-Request-Id') || null });
  });
}
