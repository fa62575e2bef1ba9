import type Koa from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { EnginePages } from '../oidc/configuration.js';

const PROMISES = ['Location', 'Set-Cookie', 'Content-Security-Policy'];

/**
 * The engine saves a session after its answer was made, past everything that answers its errors. When the database cannot
 * take it, the answer becomes the 503 of the endpoint's kind, a page for whoever browses; what was promised is withdrawn.
 */
export function answerUnsavedSession({ renderError }: Pick<EnginePages, 'renderError'>): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError) || error.statusCode !== 503) throw error;
      for (const header of PROMISES) ctx.remove(header);
      const out = {
        error: error.error,
        ...(error.error_description && { error_description: error.error_description }),
      };
      ctx.status = error.statusCode;
      if (ctx.accepts('json', 'html') === 'html')
        await renderError(ctx as unknown as KoaContextWithOIDC, out, error);
      else ctx.body = out;
    }
  };
}
