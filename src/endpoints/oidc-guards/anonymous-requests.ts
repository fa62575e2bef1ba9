import { isIP } from 'node:net';
import type Koa from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Context } from '../../context.js';
import { AppError } from '../../platform/errors/errors.js';
import type { Engine } from '../oidc/engine.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';

/** Seconds that a session without an account lives, and an interaction before the sign-in. */
export const ANONYMOUS_SESSION_TTL = 600;
export const ANONYMOUS_INTERACTION_TTL = 900;

/** Most bytes of the parameters that are stored with an authorization request; of others `OTHER_BYTES`. */
const MAX_BYTES: Readonly<Record<string, number>> = {
  state: 2_048,
  nonce: 2_048,
  scope: 8_192,
  claims: 8_192,
  authorization_details: 8_192,
  id_token_hint: 8_192,
};
const OTHER_BYTES = 4_096;
const PAGES: readonly string[] = [ENGINE_ROUTES.code_verification, ENGINE_ROUTES.end_session];

/** Throws InvalidRequest when a parameter of an authorization or device authorization request is too long to be stored. */
export function checkParameterSizes({ oidc }: Pick<KoaContextWithOIDC, 'oidc'>): void {
  for (const [name, value] of Object.entries(oidc.params ?? {})) {
    if (value === undefined) continue;
    const limit = MAX_BYTES[name] ?? OTHER_BYTES;
    if (bytesOf(value) > limit)
      throw new errors.InvalidRequest(`${name} has more than ${String(limit)} bytes`);
  }
}

/** The bytes of a parameter, or of all values of one that may be repeated. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return Array.isArray(value) ? value.reduce<number>((sum, one) => sum + bytesOf(one), 0) : 0;
}

/** Counts an authorization request that begins without a session; throws an OAuth error beyond the limit of the network. */
export type CountAnonymous = (address: string) => Promise<void>;

type Services = Pick<Context, 'attempts' | 'rateLimits'>;

export function countAnonymous({ attempts, rateLimits }: Services): CountAnonymous {
  return async (address) => {
    // Callers on this machine, and all callers behind a proxy that no setting names.
    if (isIP(address) === 0 || /^(?:::ffff:)?127\.|^::1$/i.test(address)) return;
    await attempts.reserve([rateLimits.anonymousRequest(address)]);
  };
}

/** The same for the request that the engine answers. */
export type CountAnonymousInEngine = (ctx: KoaContextWithOIDC) => Promise<void>;

/**
 * As an error of the authorization response (RFC 6749 section 4.1.2.1), and for a pushed request, which is not redirected,
 * as 429 with `Retry-After` (RFC 9126 section 2.3).
 */
export function countAnonymousInEngine(count: CountAnonymous): CountAnonymousInEngine {
  return async (ctx) => {
    try {
      await count(ctx.ip);
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'slow_down') throw error;
      const seconds = error.retryAfter ?? 60;
      const minutes = String(Math.ceil(seconds / 60));
      const text = `too many sign-ins were begun from this network; try again in ${minutes} minutes`;
      const refusal = new errors.CustomOIDCProviderError('temporarily_unavailable', text);
      if (ctx.oidc.route === 'pushed_authorization_request') {
        ctx.set('Retry-After', String(seconds));
        Object.assign(refusal, { status: 429, statusCode: 429 });
      }
      throw refusal;
    }
  };
}

/**
 * Counts the requests of each network that store a row without anybody signed in: the pages for devices and for sign-out,
 * and requests for device codes. Throws AppError `slow_down` beyond the limit.
 */
export function limitAnonymousRequests(
  count: CountAnonymous,
  engine: Pick<Engine, 'provider'>,
): Koa.Middleware {
  const countPage = async (ctx: Koa.Context, next: Koa.Next) => {
    if (!(await isSignedIn(ctx, engine))) await count(ctx.ip);
    await next();
  };
  const countDevice = (ctx: Koa.Context, next: Koa.Next) => count(ctx.ip).then(next);
  return (ctx, next) => {
    if (ctx.path === ENGINE_ROUTES.device_authorization && ctx.method === 'POST')
      return countDevice(ctx, next);
    return PAGES.includes(ctx.path) && ['GET', 'HEAD'].includes(ctx.method) ? countPage(ctx, next) : next();
  };
}

/** Whether the session of the browser is that of a person; false while it cannot be read. */
async function isSignedIn(ctx: Koa.Context, { provider }: Pick<Engine, 'provider'>): Promise<boolean> {
  const id = ctx.cookies.get(provider.cookieName('session'));
  if (!id) return false;
  const session = await provider.Session.find(id).catch(() => undefined);
  return session?.accountId !== undefined;
}
