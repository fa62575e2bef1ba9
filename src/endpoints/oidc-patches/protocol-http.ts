import { hash } from 'node:crypto';
import type Koa from 'koa';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { authenticationAtEndpoints, withoutWhatIsOff } from '../oidc-protocol/protocol-features.js';
import type { EnginePages } from '../oidc-interactions/engine-pages.js';
import {
  allowedMethods,
  ENGINE_ROUTES,
  isPagePath,
  METADATA_PATHS,
} from '../../platform/http/protocol-paths.js';

/** The documents that everybody may read, and caches may keep. */
const DOCUMENTS: ReadonlySet<string> = new Set([ENGINE_ROUTES.jwks, ...Object.values(METADATA_PATHS)]);

/**
 * How long, in seconds, caches may keep them. The key that signs next is published from the rotation before, so a cache of
 * five minutes knows it unless keys are rotated twice in that time, and then the unknown `kid` has validators ask again.
 */
const MAX_AGE = 300;

/**
 * Completes what the engine answers, as far as HTTP is concerned.
 * - A path with another method than it has is 405 with `Allow` (RFC 9110 section 15.5.6), as JSON or a page.
 *   Engine: lib/helpers/router.js:206 goes on, and the answer is 404 without a body.
 * - Keys and metadata have `Cache-Control` and `ETag`, and are 304 to who knows them.
 *   Engine: lib/actions/jwks.js:5 and lib/actions/discovery.js set neither.
 * - A revocation is 200 without a Content-Type (RFC 7009 section 2.2), or `{}` for clients whose `Accept` names
 *   `application/json`: strict ones take nothing else for JSON. The section has clients ignore the body.
 *   Engine: lib/actions/revocation.js:33 sets an empty text.
 *
 * - OPTIONS without the headers of CORS is 204 with `Allow` (RFC 9110 section 9.3.7).
 *   Engine: lib/shared/cors.js answers preflight requests only.
 *
 * Test: test/endpoints/oidc-patches/http-semantics.test.ts.
 */
export function completeHttp(provider: Provider, pages: Pick<EnginePages, 'renderError'>): void {
  const middleware: Koa.Middleware = async (ctx, next) => {
    await next();
    if (ctx.status === 404 && ctx.method === 'OPTIONS') answerOptions(ctx);
    if (ctx.status === 404 && !('_matchedRoute' in ctx)) await refuseMethod(ctx, pages);
    else if (ctx.status === 200 && DOCUMENTS.has(ctx.path)) {
      const metadata = ctx.body as Record<string, unknown>;
      ctx.body = withoutWhatIsOff({ ...metadata, ...authenticationAtEndpoints(metadata) });
      makeCacheable(ctx);
    } else if (ctx.status === 200 && ctx.path === ENGINE_ROUTES.revocation && ctx.method === 'POST') {
      ctx.body = namesJson(ctx) ? {} : null;
      ctx.status = 200;
    }
  };
  provider.use(middleware);
}

/** Whether `Accept` has JSON by its name, not by a wildcard. */
function namesJson(ctx: Koa.Context): boolean {
  return ctx.accepts().some((type) => type.toLowerCase() === 'application/json');
}

function answerOptions(ctx: Koa.Context): void {
  const allowed = allowedMethods(ctx.path);
  if (!allowed?.includes('OPTIONS')) return;
  ctx.status = 204;
  ctx.set('Allow', allowed);
}

async function refuseMethod(ctx: Koa.Context, pages: Pick<EnginePages, 'renderError'>): Promise<void> {
  const allowed = allowedMethods(ctx.path);
  if (allowed === undefined) return;
  const error = new errors.InvalidRequest(`this address has the methods ${allowed}`, 405);
  const out = { error: error.error, error_description: `this address has the methods ${allowed}` };
  ctx.status = 405;
  ctx.set('Allow', allowed);
  if (isPagePath(ctx.path) && ctx.accepts('json', 'html') === 'html')
    await pages.renderError(ctx as unknown as KoaContextWithOIDC, out, error);
  else {
    if (!isPagePath(ctx.path)) ctx.set('Access-Control-Allow-Origin', '*');
    ctx.set('Cache-Control', 'no-store');
    ctx.body = out;
  }
}

function makeCacheable(ctx: Koa.Context): void {
  const tag = `"${hash('sha256', JSON.stringify(ctx.body), 'base64url').slice(0, 22)}"`;
  ctx.set({ 'Cache-Control': `public, max-age=${String(MAX_AGE)}`, ETag: tag });
  const known = ctx.get('If-None-Match').split(',');
  if (known.some((given) => ['*', tag].includes(given.trim().replace(/^W\//, '')))) ctx.status = 304;
}
