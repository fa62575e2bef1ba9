import type { EventEmitter } from 'node:events';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { authenticationAdvice, NO_CLIENT, UNKNOWN_CLIENT } from './authentication-advice.js';
import { parseBasic } from './client-credentials.js';
import { CLIENT_AUTHENTICATION_EVENTS } from './client-authentication-events.js';

/**
 * Says in the response that a client authenticates in another way than it is registered for, and how it should; and to who
 * sends no secret and no assertion that there is no such client, or that none is named. Who sends a secret is not told
 * whether there is no such client or the secret of one that has secrets is wrong.
 *
 * Engine: lib/shared/client_auth.js has the details and one description for all; lib/shared/error_handler.js:64 emits the
 * event before the response is sent.
 */
export function describeRefusedClients(provider: EventEmitter): void {
  for (const event of CLIENT_AUTHENTICATION_EVENTS) {
    provider.on(event, (ctx: KoaContextWithOIDC, error: unknown) => {
      if (!(error instanceof errors.OIDCProviderError)) return;
      const description = descriptionOf(ctx, error);
      if (description === undefined) return;
      const before = error.error_description ?? '';
      error.error_description = description;
      if (isObject(ctx.body)) ctx.body = { ...ctx.body, error_description: description };
      const challenges = [ctx.response.headers['www-authenticate'] ?? []].flat();
      if (challenges.length === 0) return;
      ctx.set(
        'WWW-Authenticate',
        challenges.map((challenge) => challenge.replace(`"${before}"`, `"${description}"`)),
      );
    });
  }
}

function descriptionOf(
  { headers, oidc }: KoaContextWithOIDC,
  error: errors.OIDCProviderError,
): string | undefined {
  if (error.error_description === 'no client authentication mechanism provided') return NO_CLIENT;
  if (!(error instanceof errors.InvalidClientAuth)) return undefined;
  const detail = error.error_detail;
  if (detail?.startsWith('the provided authentication mechanism does not match'))
    return authenticationAdvice(String(oidc.client?.clientAuthMethod));
  const { client_assertion: assertion, client_secret: secret } = oidc.params ?? {};
  const { authorization } = headers;
  const hasNoSecret = authorization === undefined || parseBasic(authorization)?.secret === '';
  const isUnproved = hasNoSecret && !assertion && !secret;
  return detail === 'client not found' && isUnproved ? UNKNOWN_CLIENT : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}
