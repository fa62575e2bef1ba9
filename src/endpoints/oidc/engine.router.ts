import type Koa from 'koa';
import type { Engine } from './engine.js';
import { plainToS256, type UsesPlainPkce } from '../oidc-patches/plain-pkce.js';
import { ENGINE_ROUTES, isEnginePath } from '../../platform/http/protocol-paths.js';

/**
 * Passes the engine's paths on. Host, scheme and address are settled here: the engine builds its URLs from the
 * request, so it is shown the issuer's origin whatever the caller's headers say.
 */
export function engineRouter(issuer: string, engine: Engine, usesPlainPkce: UsesPlainPkce): Koa.Middleware {
  const { host, protocol } = new URL(issuer);
  return async (ctx, next) => {
    if (!isEnginePath(ctx.path)) {
      await next();
      return;
    }
    // It can be stored nowhere, and nobody but an attacker sends it.
    if (ctx.req.url?.includes('%00')) {
      ctx.status = 400;
      ctx.body = { error: 'invalid_request', error_description: 'leave out the character U+0000' };
      return;
    }
    if (ctx.path === ENGINE_ROUTES.authorization) {
      const path = asksForConsent(ctx.req.url ?? ctx.url, issuer);
      ctx.req.url = await plainToS256(path, issuer, usesPlainPkce);
    }
    const { headers } = ctx.req;
    headers.host = host;
    headers['x-forwarded-proto'] = protocol.slice(0, -1);
    headers['x-forwarded-for'] = ctx.ip;
    delete headers['x-forwarded-host'];
    ctx.set({
      // The engine adds the hash of its own inline script where it posts a form by itself.
      'Content-Security-Policy':
        "default-src 'none'; script-src 'report-sample'; base-uri 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    });
    ctx.respond = false;
    await engine.handle(ctx.req, ctx.res);
  };
}

/**
 * Offline access needs a consent (OpenID Connect Core section 11), and the engine drops the scope from a request that
 * does not ask for one. Most relying parties do not know that, so we ask for them.
 */
function asksForConsent(path: string, issuer: string): string {
  const url = new URL(path, issuer);
  const query = url.searchParams;
  const prompts = (query.get('prompt') ?? '').split(' ').filter(Boolean);
  const offline = query.getAll('scope').some((scope) => scope.split(' ').includes('offline_access'));
  if (
    !offline ||
    query.getAll('prompt').length > 1 ||
    prompts.includes('consent') ||
    prompts.includes('none')
  )
    return path;
  query.set('prompt', [...prompts, 'consent'].join(' '));
  return url.pathname + url.search;
}
