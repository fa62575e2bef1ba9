import type Koa from 'koa';
import type { PersonRequest } from '../../identity/account-events/person-request.js';
import { requestIdOf } from '../../platform/pages/error-page.js';

const MAX_USER_AGENT = 256;

/** Where a request comes from, for mails and the audit trail. */
export function personRequest(ctx: Koa.Context): PersonRequest {
  const userAgent = ctx.get('User-Agent').slice(0, MAX_USER_AGENT);
  return { address: ctx.ip, requestId: requestIdOf(ctx) ?? null, userAgent: userAgent || null };
}

/** A parameter of the path. */
export function pathParameter(ctx: Koa.Context, name: string): string {
  return (ctx['params'] as Record<string, string | undefined>)[name] ?? '';
}
