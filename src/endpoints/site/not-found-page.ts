import type Koa from 'koa';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { requestIdOf, sendError } from '../../platform/pages/error-page.js';
import type { Pages } from '../../platform/pages/pages.js';

/** A route of @koa/router whose pattern matches the path of a request. */
interface MatchedRoute {
  path: string | RegExp;
  methods: readonly string[];
  paramNames: readonly unknown[];
}

/**
 * Answers every request that reaches it: 405 with `Allow` where the address has other methods (RFC 9110 section 15.5.6),
 * else 404. Both are a page for browsers, and otherwise an AppError.
 */
export function notFoundPage(pages: Pages): Koa.Middleware {
  return (ctx) => {
    const allowed = otherMethods(ctx).join(', ');
    const isThere = allowed !== '';
    if (isThere) ctx.set('Allow', allowed);
    if (ctx.accepts('json', 'html') !== 'html')
      throw isThere
        ? new AppError('method_not_allowed', `This address understands ${allowed}.`)
        : notFound('resource');
    const texts = isThere
      ? { title: 'This cannot be done here', message: `This address understands ${allowed}.` }
      : {
          title: 'Not found',
          message: 'There is nothing at this address. It may be mistyped, or the page is gone.',
        };
    const model = { ...texts, code: undefined, description: undefined, requestId: requestIdOf(ctx) };
    sendError(ctx, pages, model, isThere ? 405 : 404);
  };
}

/**
 * The methods that routes have for the path, sorted; none when it has the one of the request, whose route found nothing. A
 * route with the path itself hides one with a parameter in its place, as in an OpenAPI document; one with a wildcard only
 * answers that nothing is there.
 */
export function otherMethods(ctx: Koa.Context): string[] {
  const { matched = [] } = ctx as { matched?: readonly MatchedRoute[] };
  const routes = matched.filter(({ methods, path }) => methods.length > 0 && !String(path).includes('/*'));
  if (routes.some(({ methods }) => methods.includes(ctx.method))) return [];
  const fewest = Math.min(...routes.map(({ paramNames }) => paramNames.length));
  const literal = routes.filter(({ paramNames }) => paramNames.length === fewest);
  return [...new Set(literal.flatMap(({ methods }) => methods))].sort();
}
