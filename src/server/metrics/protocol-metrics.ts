import type { EventEmitter } from 'node:events';
import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { Counter, type Registry } from 'prom-client';
import { failureOf, grantOf } from '../../registry/usage/known-codes.js';

/** The engine's error events that tell of an answer to a relying party. */
const ERROR_EVENTS = [
  'authorization.error',
  'grant.error',
  'device_authorization.error',
  'pushed_authorization_request.error',
  'backchannel_authentication.error',
  'revocation.error',
  'introspection.error',
  'userinfo.error',
  'server_error',
];

/** Counts what the engine answers, by grant type and error code. */
export function protocolMetrics(registry: Registry): (provider: Provider) => void {
  const registers = [registry];
  const tokens = new Counter({
    name: 'postern_token_responses_total',
    help: 'Responses of the token endpoint with tokens, by grant type.',
    labelNames: ['grant_type'],
    registers,
  });
  const authorizations = new Counter({
    name: 'postern_authorizations_total',
    help: 'Authorization requests, also of devices, that a person has allowed.',
    registers,
  });
  const failures = new Counter({
    name: 'postern_protocol_errors_total',
    help: 'Errors that relying parties were answered, by endpoint and error code.',
    labelNames: ['endpoint', 'error'],
    registers,
  });
  return (provider) => {
    const events: EventEmitter = provider;
    events.on('authorization.success', () => authorizations.inc());
    events.on('grant.success', ({ oidc }: KoaContextWithOIDC) =>
      tokens.inc({ grant_type: grantOf(oidc.params?.['grant_type']) }),
    );
    for (const event of ERROR_EVENTS)
      events.on(event, ({ oidc }: KoaContextWithOIDC, cause: errors.OIDCProviderError) => {
        const error = failureOf(event === 'server_error' ? event : cause.error);
        if (error !== undefined) failures.inc({ endpoint: oidc.route, error });
      });
  };
}
