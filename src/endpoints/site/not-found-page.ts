import type Koa from 'koa';
import { notFound } from '../../platform/errors/errors.js';
import { requestIdOf, sendError } from '../../platform/pages/error-page.js';
import type { Pages } from '../../platform/pages/pages.js';

/** Answers every request that reaches it with 404: as a page for browsers, else by throwing AppError `not_found`. */
export function notFoundPage(pages: Pages): Koa.Middleware {
  return (ctx) => {
    if (ctx.accepts('json', 'html') !== 'html') throw notFound('resource');
    const message = 'There is nothing at this address. It may be mistyped, or the page is gone.';
    const model = { title: 'Not found', message, code: undefined, description: undefined };
    sendError(ctx, pages, { ...model, requestId: requestIdOf(ctx) }, 404);
  };
}
