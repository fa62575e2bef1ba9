import type Koa from 'koa';
import type { PasskeyResponse } from '../../identity/passkeys/passkeys.service.js';
import { requestIdOf } from '../../platform/pages/error-page.js';
import { field } from '../../platform/pages/form-tokens.js';
import type { PersonRequest } from '../../identity/account-events/person-request.js';

/** The fields of a form that was sent with a passkey. */
export function passkeyOf(form: URLSearchParams): PasskeyResponse {
  return { credential: field(form, 'credential') ?? '', token: field(form, 'token') ?? '' };
}

/** Where a request comes from. */
export function originOf(ctx: Pick<Koa.Context, 'get' | 'ip' | 'response'>): PersonRequest {
  return { address: ctx.ip, requestId: requestIdOf(ctx) ?? null, userAgent: ctx.get('User-Agent') || null };
}
