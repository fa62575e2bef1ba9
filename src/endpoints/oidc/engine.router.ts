import type Koa from 'koa';
import type { Settings } from '../../settings/settings.js';
import type { Engine } from './engine.js';
import { plainToS256, type UsesPlainPkce } from '../oidc-patches/plain-pkce.js';
import { ENGINE_ROUTES, isEnginePath } from '../../platform/http/protocol-paths.js';

/**
 * Passes requests for the engine's paths on to it. The engine builds its URLs from the request, so the headers for host,
 * scheme and address are set to the issuer's origin and the caller's address here, whatever the caller sent.
 */
export function engineRouter(
  { issuer, protocol: { ciba } }: Pick<Settings, 'issuer' | 'protocol'>,
  engine: Engine,
  usesPlainPkce: UsesPlainPkce,
): Koa.Middleware {
  const { host, protocol } = new URL(issuer);
  return async (ctx, next) => {
    const isOff = !ciba && ctx.path === ENGINE_ROUTES.backchannel_authentication;
    if (isOff || !isEnginePath(ctx.path)) {
      await next();
      return;
    }
    // PostgreSQL cannot store it, and no honest client sends it.
    if (ctx.req.url?.includes('%00')) {
      ctx.status = 400;
      ctx.body = { error: 'invalid_request', error_description: 'leave out the character U+0000' };
      return;
    }
    if (ctx.path === ENGINE_ROUTES.authorization) {
      ctx.req.url = await plainToS256(ctx.req.url ?? ctx.url, issuer, usesPlainPkce);
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
