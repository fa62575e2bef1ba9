import type Koa from 'koa';
import { AppError } from '../../platform/errors/errors.js';
import { readForm } from '../../platform/http/body.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';

const PATHS: readonly string[] = [ENGINE_ROUTES.authorization, ENGINE_ROUTES.end_session];
const BODY_LIMIT = 16 * 1024;
/** A form may be longer as a query; what the server reads as the head of a request is more (`MAX_HEAD`). */
const QUERY_LIMIT = 24 * 1024;
/** What no such request has and, sent here by mistake, must not get into a URL. */
const CREDENTIALS = ['client_secret', 'client_assertion', 'code_verifier', 'refresh_token', 'password'];

/**
 * Answers authorization and logout requests that are sent by POST (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout
 * section 2) with a redirect to the same request by GET. A browser does not send SameSite=Lax cookies with a POST from
 * another site, but it does with the GET that follows. Throws AppError `too_large`, and what `readForm` throws.
 */
export function redirectPostedRequests(): Koa.Middleware {
  return (ctx, next) => (ctx.method === 'POST' && PATHS.includes(ctx.path) ? redirect(ctx) : next());
}

async function redirect(ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx, BODY_LIMIT);
  for (const name of CREDENTIALS) form.delete(name);
  const query = form.toString();
  if (query.length > QUERY_LIMIT)
    throw new AppError('too_large', 'The request is too long. The application has to send less.');
  ctx.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  ctx.status = 303;
  ctx.redirect(`${ctx.path}?${query}`);
}
