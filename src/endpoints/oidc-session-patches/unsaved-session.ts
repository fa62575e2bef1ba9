import type Koa from 'koa';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { isPagePath } from '../../platform/http/protocol-paths.js';
import type { EnginePages } from '../oidc-interactions/engine-pages.js';

/** Headers of the response that was made before the session could not be saved. */
const WITHDRAWN_HEADERS = ['Location', 'Set-Cookie', 'Content-Security-Policy'];

/**
 * Answers 503, as a page or as JSON, when a session cannot be saved because the database is unavailable; the headers of the
 * response that was made before are withdrawn.
 *
 * Engine: lib/shared/session.js:48 and lib/helpers/initialize_app.js:60 save the session in a `finally` after the response
 * was made, outside of the engine's own error handlers.
 * Test: test/endpoints/interactions/database-away.test.ts, "when the session cannot be saved".
 */
export function answerUnsavedSession(provider: Provider, pages: Pick<EnginePages, 'renderError'>): void {
  ignoreNewSessions(provider);
  const answer = async (ctx: Koa.Context, next: Koa.Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError) || error.statusCode !== 503) throw error;
      for (const header of WITHDRAWN_HEADERS) ctx.remove(header);
      const out = {
        error: error.error,
        ...(error.error_description && { error_description: error.error_description }),
      };
      ctx.status = error.statusCode;
      if (ctx.accepts('json', 'html') === 'html')
        await pages.renderError(ctx as unknown as KoaContextWithOIDC, out, error);
      else ctx.body = out;
    }
  };
  // Only where people come are there sessions.
  const middleware: Koa.Middleware = (ctx, next) => (isPagePath(ctx.path) ? answer(ctx, next) : next());
  provider.use(middleware);
}

/**
 * Leaves out the second save of a session that was never saved. An error page of the device flow writes to the session of
 * a browser that has none, after the first save.
 *
 * Engine: lib/shared/error_handler.js:45 changes the session, and lib/models/session.js:103 throws.
 * Test: test/endpoints/oidc-guards/hostile-requests.test.ts, "the end of a device flow that nobody began".
 */
function ignoreNewSessions(provider: Provider): void {
  const sessions = provider.Session.prototype as unknown as { exp?: number; persist(): Promise<unknown> };
  const persist = Reflect.get<typeof sessions, 'persist'>(sessions, 'persist');
  sessions.persist = async function () {
    return this.exp === undefined ? undefined : persist.call(this);
  };
}
