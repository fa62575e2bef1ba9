import { randomBytes } from 'node:crypto';
import type { Adapter, AdapterPayload, ResponseType } from 'oidc-provider';
import type { LiveClient } from '../src/registry/live-clients/live-client.js';
import { OWN_CLIENT_ID } from '../src/registry/live-clients/own-client.js';
import type { LiveClientsService } from '../src/registry/live-clients/live-clients.service.js';
import { engineProtocolMetadata } from '../src/registry/client-protocol/engine-metadata.js';
import { CIBA, usesSecret } from '../src/registry/client-record/client-record.js';
import { corsOrigins } from '../src/registry/client-rules/cors-origins.js';
import { applicationTypeOf, engineApplicationType } from '../src/registry/client-rules/redirect-uri-rules.js';
import { forEngine } from './engine-errors.js';
import { requestState } from './request-state.js';

/** What the engine needs of the registry. */
export type EngineClients = Pick<LiveClientsService, 'find'>;

/**
 * The `client_secret` that the engine requires for clients with a secret. It is not the secret of any client and differs in
 * each process. It is never compared, because `compareClientSecret` is replaced, and never used as a key, because every
 * feature that does so is off.
 */
const SECRET_MARKER = randomBytes(32).toString('base64url');

/**
 * The engine takes https only, and nothing from localhost in development. It never uses it, because `backchannelPing` is
 * replaced.
 */
const NOTIFICATION_ENDPOINT = 'https://unused.invalid/';

/** oidc-provider's storage of clients. The database is asked in every request, so that a change is in force at once. */
export class ClientAdapter implements Adapter {
  constructor(
    private readonly clients: EngineClients,
    /** The scopes that need no resource indicator; the engine rejects clients that name others. */
    private readonly plainScopes: ReadonlySet<string>,
    /** Whether response types other than `code` are enabled; the engine rejects clients that name one that is not. */
    private readonly implicit: boolean,
    /** Whether every client has to push its authorization requests. */
    private readonly parRequired: boolean,
    /** Whether the grant type CIBA is enabled; the engine rejects clients that name it when it is not. */
    private readonly ciba: boolean,
    /** The types of authorization details that the engine knows; it rejects clients that name others. */
    private readonly detailsTypes: { has(type: string): boolean },
  ) {}

  find(id: string): Promise<AdapterPayload | undefined> {
    return forEngine(async () => {
      const found = await clientOfRequest(this.clients, id);
      // The engine modifies what it gets, and the record is shared by all requests.
      return found && (JSON.parse(JSON.stringify(this.#toMetadata(found))) as AdapterPayload);
    });
  }

  #toMetadata({ record }: LiveClient): AdapterPayload {
    const scopes = record.scopes.filter((scope) => this.plainScopes.has(scope));
    return {
      client_id: record.clientId,
      client_name: record.clientName,
      application_type: engineApplicationType(record),
      redirect_uris: record.redirectUris,
      post_logout_redirect_uris: record.postLogoutRedirectUris,
      backchannel_logout_session_required: record.backchannelLogoutSessionRequired,
      grant_types: record.grantTypes.filter(
        (grant) => (this.implicit || grant !== 'implicit') && (this.ciba || grant !== CIBA),
      ),
      // The engine supports `token` too, but its types leave it out.
      response_types: record.responseTypes.filter(
        (type) => this.implicit || type === 'code',
      ) as ResponseType[],
      // An empty list would allow every scope; `openid` alone gives a client nothing.
      scope: scopes.join(' ') || 'openid',
      // `compareClientSecret` is replaced too, and knows that null stands for either method.
      token_endpoint_auth_method: record.tokenEndpointAuthMethod ?? 'client_secret_basic',
      require_auth_time: record.requireAuthTime,
      id_token_signed_response_alg: record.idTokenSignedResponseAlg,
      allowed_cors_origins: corsOrigins(record),
      claims_in_id_token: record.claimsInIdToken,
      allowed_scopes: record.scopes,
      optional_scopes: record.optionalScopes,
      native_app: applicationTypeOf(record) === 'native',
      pkce_required: record.pkceRequired,
      first_party: record.firstParty,
      ...(usesSecret(record.tokenEndpointAuthMethod) ? { client_secret: SECRET_MARKER } : {}),
      ...engineProtocolMetadata(record),
      authorization_details_types: record.authorizationDetailsTypes.filter((type) =>
        this.detailsTypes.has(type),
      ),
      ...(record.grantTypes.includes(CIBA) && this.ciba
        ? {
            backchannel_token_delivery_mode: record.backchannelTokenDeliveryMode ?? 'poll',
            backchannel_client_notification_endpoint: NOTIFICATION_ENDPOINT,
          }
        : {}),
      ...responseModes(record.securityProfile),
      // Our own pages begin a sign-in in the browser, within this server.
      require_pushed_authorization_requests:
        record.requirePushedAuthorizationRequests || (this.parRequired && record.clientId !== OWN_CLIENT_ID),
      ...present({
        default_max_age: record.defaultMaxAge,
        backchannel_logout_uri: record.backchannelLogoutUri,
        client_uri: record.clientUri,
        logo_uri: record.logoUri,
        policy_uri: record.policyUri,
        tos_uri: record.tosUri,
        userinfo_signed_response_alg: record.userinfoSignedResponseAlg,
        jwks: record.jwks,
        jwks_uri: record.jwksUri,
      }),
    };
  }

  /** Clients are registered through the admin API. */
  upsert(): Promise<void> {
    return Promise.reject(new Error('the engine does not register clients'));
  }

  destroy(): Promise<void> {
    return Promise.reject(new Error('the engine does not delete clients'));
  }

  findByUid(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  consume(): Promise<void> {
    return Promise.reject(new Error('clients are not consumed'));
  }

  revokeByGrantId(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * The client as this request read it first; undefined when it is deleted. The first answer is kept, so that what a request
 * issues belongs to the client that it began with.
 */
export async function clientOfRequest(
  clients: EngineClients,
  clientId: string,
): Promise<LiveClient | undefined> {
  const known = requestState()?.clients;
  const before = known?.get(clientId);
  if (before) return before;
  const found = await clients.find(clientId);
  const first = known?.get(clientId) ?? found;
  if (first) known?.set(clientId, first);
  return first;
}

/** See `LiveClient.tokensValidAfter`; undefined when the client is deleted. */
export async function clientTokensValidAfter(
  clients: EngineClients,
  clientId: string,
): Promise<number | undefined> {
  return (await clientOfRequest(clients, clientId))?.tokensValidAfter;
}

/** Message Signing has every authorization response signed (FAPI 2.0 Message Signing section 5.4). */
function responseModes(profile: LiveClient['record']['securityProfile']): { response_modes?: string[] } {
  if (profile !== 'fapi2_message_signing') return {};
  return { response_modes: ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'] };
}

function present<T extends object>(fields: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [Name in keyof T]?: NonNullable<T[Name]>;
  };
}
