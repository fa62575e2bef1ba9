import type Koa from 'koa';
import { isUnavailable } from '../db/availability.js';
import { AppError, type ErrorKind } from '../errors/errors.js';
import type { OnUnexpected } from '../http/problem-details.js';
import type { ErrorModel } from '../page-models/site.js';
import { TO_ACCOUNT, TRY_AGAIN } from './links-on.js';
import { sendPage, type PageContext } from './page-headers.js';
import type { Pages } from './pages.js';
import { OutdatedPage } from '../errors/outdated-page.js';

const STATUS: Partial<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 400,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_type: 415,
  slow_down: 429,
  unavailable: 503,
};

/** The text for errors that are the server's fault. */
export const SERVER_FAULT = {
  title: 'Something went wrong here',
  message: 'The fault is ours, not yours. Try again in a moment.',
  description: undefined,
};

/** The request's id in the logs, from the response header. */
export function requestIdOf(ctx: { response: { get(field: string): string } }): string | undefined {
  return ctx.response.get('X-Request-Id') || undefined;
}

/** Shows an error as a page, from which the account area can be reached; the status is the caller's. */
export function sendError(ctx: PageContext, pages: Pages, model: ErrorModel, status?: number): void {
  const links = [...(model.links ?? []), TO_ACCOUNT];
  sendPage(ctx, pages.render('error', { ...model, links }), status === undefined ? {} : { status });
}

/**
 * Shows errors as pages. An unexpected error goes to `onUnexpected`; its page shows the request id under which it was
 * logged, and nothing of its cause.
 *
 * @param formPageOf the page whose form is sent to a path, where one that was out of date leads back to
 */
export function errorPages(
  pages: Pages,
  onUnexpected: OnUnexpected,
  formPageOf: (path: string) => string | undefined = () => undefined,
): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const requestId = requestIdOf(ctx);
      const known = toKnown(error);
      const mayTryAgain = ctx.method === 'GET' && (!known || known.kind === 'unavailable');
      const formPage = known instanceof OutdatedPage ? formPageOf(ctx.path) : undefined;
      const links = mayTryAgain
        ? [TRY_AGAIN]
        : formPage
          ? [{ label: 'Open the page again', href: formPage }]
          : [];
      if (known) {
        if (known.retryAfter !== undefined) ctx.set('Retry-After', String(known.retryAfter));
        const model = {
          title: 'This cannot go on',
          message: known.message,
          code: undefined,
          description: undefined,
        };
        sendError(ctx, pages, { ...model, requestId, links }, STATUS[known.kind]);
      } else {
        onUnexpected(error, ctx);
        sendError(ctx, pages, { ...SERVER_FAULT, code: undefined, requestId, links }, 500);
      }
    }
  };
}

function toKnown(error: unknown): AppError | undefined {
  if (error instanceof AppError) return STATUS[error.kind] === undefined ? undefined : error;
  if (!isUnavailable(error)) return undefined;
  const message = 'This is not available for the moment. Try again shortly.';
  return new AppError('unavailable', message, { cause: error, retryAfter: 1 });
}
