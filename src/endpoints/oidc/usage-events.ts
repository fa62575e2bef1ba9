import type { EventEmitter } from 'node:events';
import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import {
  type FailureDetail,
  shownResources,
  shownSecret,
  shownText,
  shownUri,
} from '../../registry/usage/failure-detail.js';
import { keySetFailure } from '../oidc-guards/key-set-failure.js';
import { OWN_CLIENT_ID } from '../../registry/live-clients/own-client.js';

/** Counts requests by client; see UsageService. */
export interface UsageListener {
  authorized(clientId: string, accountId: string | undefined): void;
  unprotectedCode(clientId: string): void;
  issued(clientId: string, grantType: unknown, accountId: string | undefined): void;
  failed(clientId: string, error: string, detail?: FailureDetail): void;
  used(clientId: string): void;
  secretUsed(clientId: string, secretId: string): void;
}

/** The routes whose server errors count as failed requests of the client; the engine has one event for all routes. */
const ROUTES: ReadonlySet<string> = new Set([
  'authorization',
  'resume',
  'token',
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
]);
/** What a client uses before anybody is asked. */
const USES = ['device_authorization', 'pushed_authorization_request', 'backchannel_authentication'];

/**
 * Counts every answered request of a known client once: `grant.success` is emitted once per response of the token endpoint
 * whatever tokens it contains, and `authorization.success` once per authorization, also of a device.
 */
export function listenForUsage(provider: Provider, usage: UsageListener): void {
  const fail = (ctx: KoaContextWithOIDC, error: string, cause?: errors.OIDCProviderError): void => {
    const clientId = clientIdOf(ctx);
    const state = stateOf(ctx);
    // An authorization request with a second error in its redirect_uri emits both.
    if (clientId === undefined || state.failureCounted) return;
    state.failureCounted = true;
    usage.failed(clientId, error, detailOf(ctx, error, cause));
  };
  const onError = (ctx: KoaContextWithOIDC, cause: errors.OIDCProviderError): void =>
    fail(ctx, cause.error, cause);

  provider.on('authorization.success', (ctx: KoaContextWithOIDC) => {
    const clientId = clientIdOf(ctx);
    if (clientId === undefined) return;
    usage.authorized(clientId, ctx.oidc.account?.accountId);
    if (isUnprotected(ctx.oidc.params ?? {})) usage.unprotectedCode(clientId);
  });
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
    const clientId = clientIdOf(ctx);
    if (clientId === undefined) return;
    usage.issued(clientId, ctx.oidc.params?.['grant_type'], ctx.oidc.account?.accountId);
  });
  const events: EventEmitter = provider;
  for (const name of USES) {
    events.on(`${name}.success`, (ctx: KoaContextWithOIDC) => {
      const clientId = clientIdOf(ctx);
      if (clientId !== undefined) usage.used(clientId);
    });
    events.on(`${name}.error`, onError);
  }
  provider.on('authorization.error', onError);
  provider.on('grant.error', onError);
  events.on('end_session.error', onError);
  provider.on('server_error', (ctx: KoaContextWithOIDC) => {
    if (ROUTES.has(ctx.oidc.route)) fail(ctx, 'server_error');
  });
}

/** Whether the code of this authorization can be injected into another session (RFC 9700 section 4.5). */
function isUnprotected(params: Record<string, unknown>): boolean {
  const responseType = params['response_type'];
  const issuesCode = typeof responseType === 'string' && responseType.split(' ').includes('code');
  return issuesCode && params['code_challenge'] === undefined && params['nonce'] === undefined;
}

/** What tells the cause of a failure. A secret is of interest only where it was refused. */
function detailOf(
  { headers, oidc }: KoaContextWithOIDC,
  error: string,
  cause: errors.OIDCProviderError | undefined,
): FailureDetail {
  const {
    redirect_uri,
    post_logout_redirect_uri,
    scope,
    resource,
    grant_type,
    response_type,
    client_secret,
  } = oidc.params ?? {};
  const all = {
    description: shownText(cause?.error_description),
    reason: shownText(keySetFailure(cause, oidc.client) ?? cause?.error_detail),
    redirectUri: shownUri(redirect_uri),
    postLogoutRedirectUri: shownUri(post_logout_redirect_uri),
    scope: shownText(scope),
    resource: shownResources(resource),
    grantType: shownText(grant_type),
    responseType: shownText(response_type),
    secretHint:
      error === 'invalid_client'
        ? shownSecret(typeof client_secret === 'string' ? client_secret : basicSecret(headers.authorization))
        : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function basicSecret(authorization: string | undefined): string | undefined {
  const [, encoded] = /^Basic (\S+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [, secret] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return secret;
}

/** The built-in client is not in the registry, and has no usage there. */
function clientIdOf(ctx: KoaContextWithOIDC): string | undefined {
  const clientId = ctx.oidc.client?.clientId;
  return clientId === OWN_CLIENT_ID ? undefined : clientId;
}
