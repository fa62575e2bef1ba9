import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** The events by which the engine tells of requests that it refused, for its endpoints that read a body. */
const REFUSALS = [
  'authorization.error',
  'code_verification.error',
  'device_authorization.error',
  'end_session.error',
  'end_session_confirm.error',
  'grant.error',
  'introspection.error',
  'revocation.error',
  'userinfo.error',
];

/**
 * Gives a body beyond the engine's limit the status 413 (RFC 9110 section 15.5.14). The engine answers 400 to it, as to
 * any body that it cannot read, and tells of the refusal before the answer is on its way.
 */
export function answerTooLarge(provider: EventEmitter): void {
  for (const event of REFUSALS) {
    provider.on(event, (ctx: KoaContextWithOIDC, { cause }: Error) => {
      if (cause instanceof Error && cause.message === 'request entity too large') ctx.status = 413;
    });
  }
}
