import type Koa from 'koa';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import {
  acceptsSigned,
  signIntrospection,
  SIGNED_INTROSPECTION,
} from '../oidc-protocol/signed-introspection.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';

/** What the client may know of the token (RFC 7662 section 2.2). */
export type Introspect = (clientId: string, token: string) => Promise<object>;

/**
 * Answers introspection requests of clients that the engine has authenticated by an assertion or a certificate; those with a
 * secret do not get here. The engine's own answer is withheld: it refuses JWTs, and hides tokens by other rules.
 *
 * Engine: lib/actions/introspection.js:75 (answer) and lib/shared/reject_structured_tokens.js:13 (JWTs are an error).
 * Test: test/endpoints/introspection/introspection.test.ts, "private_key_jwt".
 */
export function answerIntrospection(provider: Provider, introspect: Introspect): void {
  const answer = async (ctx: Koa.Context, next: Koa.Next): Promise<void> => {
    await next();
    const { oidc } = ctx as unknown as KoaContextWithOIDC;
    const token = oidc.params?.['token'];
    const code = (ctx.body as { error?: unknown } | null)?.error;
    const authenticated = ctx.status === 200 || code === 'unsupported_token_type';
    if (!authenticated || !oidc.client || typeof token !== 'string') return;
    ctx.status = 200;
    const claims = await introspect(oidc.client.clientId, token);
    if (!acceptsSigned(ctx.get('accept'))) {
      ctx.type = 'json';
      ctx.body = claims;
      return;
    }
    ctx.type = SIGNED_INTROSPECTION;
    ctx.body = await signIntrospection(provider, oidc.client.clientId, claims);
  };
  const middleware: Koa.Middleware = (ctx, next) =>
    ctx.path === ENGINE_ROUTES.introspection && ctx.method === 'POST' ? answer(ctx, next) : next();
  provider.use(middleware);
}
