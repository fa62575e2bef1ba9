import type Koa from 'koa';
import type { Settings } from '../../settings/settings.js';
import { ENGINE_HEADERS, engineOrigin, prepareForEngine } from '../direct-responses/engine-request.js';
import type { Engine } from './engine.js';
import { plainToS256, type UsesPlainPkce } from '../oidc-patches/plain-pkce.js';
import { ENGINE_ROUTES, isEnginePath } from '../../platform/http/protocol-paths.js';

/** Passes requests for the engine's paths on to it. */
export function engineRouter(
  { issuer, protocol: { ciba } }: Pick<Settings, 'issuer' | 'protocol'>,
  engine: Engine,
  usesPlainPkce: UsesPlainPkce,
): Koa.Middleware {
  const origin = engineOrigin(issuer);
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
    prepareForEngine(ctx.req, origin, ctx.ip);
    ctx.set(ENGINE_HEADERS);
    ctx.respond = false;
    await engine.handle(ctx.req, ctx.res);
  };
}
