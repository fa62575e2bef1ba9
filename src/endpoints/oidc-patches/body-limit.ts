import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** The engine's error events of its endpoints that read a body. */
const ERROR_EVENTS = [
  'authorization.error',
  'backchannel_authentication.error',
  'code_verification.error',
  'device_authorization.error',
  'end_session.error',
  'end_session_confirm.error',
  'grant.error',
  'introspection.error',
  'pushed_authorization_request.error',
  'revocation.error',
  'userinfo.error',
];

/**
 * Answers 413 to a body over the engine's limit of 56 KiB (RFC 9110 section 15.5.14).
 *
 * Engine: lib/shared/selective_body.js:24 and :33 throw `request entity too large`; :80 wraps it in an error of status 400,
 * as for any body that cannot be read. lib/shared/error_handler.js:64 emits the event before the response is sent.
 * Test: test/endpoints/oidc/token-endpoint.test.ts, "that is too large".
 */
export function answerTooLarge(provider: EventEmitter): void {
  for (const event of ERROR_EVENTS) {
    provider.on(event, (ctx: KoaContextWithOIDC, { cause }: Error) => {
      if (cause instanceof Error && cause.message === 'request entity too large') ctx.status = 413;
    });
  }
}
