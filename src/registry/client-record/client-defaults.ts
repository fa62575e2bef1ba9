import { DEFAULT_ID_TOKEN_ALG, type SigningAlgorithm } from '../../settings/protocol/signing-algorithms.js';
import { profileDefaults } from '../client-protocol/security-profiles.js';
import { protocolDefaults } from '../client-protocol/protocol-fields.js';
import {
  type AuthMethod,
  CIBA,
  type ClientSettings,
  type ClientType,
  DEVICE_CODE,
  type GrantType,
  type ResponseType,
  type TypedClientSettings,
} from './client-record.js';

const PERSONAL_GRANTS: readonly GrantType[] = ['authorization_code', 'implicit', DEVICE_CODE, CIBA];
/** The scopes that follow from the grants, whatever was listed. */
export const AUTOMATIC_SCOPES: readonly string[] = ['openid', 'offline_access'];
const DEFAULT_SCOPES: readonly string[] = ['profile', 'email'];
/** The scopes that clients get without anybody listing them. */
export const SCOPES_GIVEN_UNASKED: readonly string[] = [...AUTOMATIC_SCOPES, ...DEFAULT_SCOPES];
const DEFAULT_GRANTS: readonly GrantType[] = ['authorization_code', 'refresh_token'];

/** What was said about a client; what is missing gets its default. */
export type GivenSettings = { [K in keyof ClientSettings]?: NonNullable<ClientSettings[K]> } & {
  clientType?: ClientType;
};

/** Fills in what was not said, and adds or removes the scopes that follow from the grants. */
export function withDefaults(
  said: GivenSettings,
  idTokenAlg: SigningAlgorithm = DEFAULT_ID_TOKEN_ALG,
): TypedClientSettings {
  const given = { ...profileDefaults(said), ...said };
  const clientType = inferClientType(given.clientType, given.tokenEndpointAuthMethod);
  const grantTypes = given.grantTypes ?? [...DEFAULT_GRANTS];
  const scopes = inferScopes(given.scopes, grantTypes);
  const optionalScopes = given.optionalScopes ?? [];
  return {
    clientType,
    clientName: given.clientName ?? '',
    description: given.description ?? null,
    company: given.company ?? null,
    clientUri: given.clientUri ?? null,
    logoUri: given.logoUri ?? null,
    policyUri: given.policyUri ?? null,
    tosUri: given.tosUri ?? null,
    applicationType: given.applicationType ?? null,
    redirectUris: given.redirectUris ?? [],
    postLogoutRedirectUris: given.postLogoutRedirectUris ?? [],
    backchannelLogoutUri: given.backchannelLogoutUri ?? null,
    backchannelLogoutSessionRequired: given.backchannelLogoutSessionRequired ?? false,
    allowedCorsOrigins: given.allowedCorsOrigins ?? null,
    grantTypes,
    responseTypes: given.responseTypes ?? inferResponseTypes(grantTypes),
    scopes,
    // An automatic scope that left `scopes` leaves here too; any other that is missing there is an error.
    optionalScopes: optionalScopes.filter(
      (name) => !AUTOMATIC_SCOPES.includes(name) || scopes.includes(name),
    ),
    tokenEndpointAuthMethod: given.tokenEndpointAuthMethod ?? (clientType === 'public' ? 'none' : null),
    claimsInIdToken: given.claimsInIdToken ?? true,
    jwks: given.jwks ?? null,
    jwksUri: given.jwksUri ?? null,
    defaultMaxAge: given.defaultMaxAge ?? null,
    requireAuthTime: given.requireAuthTime ?? false,
    idTokenSignedResponseAlg: given.idTokenSignedResponseAlg ?? idTokenAlg,
    pkceRequired: given.pkceRequired ?? (clientType === 'public' ? true : null),
    userinfoSignedResponseAlg: given.userinfoSignedResponseAlg ?? null,
    pkceChallengeMethod: given.pkceChallengeMethod ?? 'S256',
    firstParty: given.firstParty ?? false,
    initiateLoginUri: given.initiateLoginUri ?? null,
    ...protocolDefaults(given),
  };
}

/** Said, or what the auth method means, or `confidential`. */
export function inferClientType(type?: ClientType, method?: AuthMethod): ClientType {
  return type ?? (method === 'none' ? 'public' : 'confidential');
}

/** `code` with the authorization code grant, `id_token` with the implicit one, nothing without a redirect. */
export function inferResponseTypes(grants: readonly GrantType[]): ResponseType[] {
  return [
    ...(grants.includes('authorization_code') ? (['code'] as const) : []),
    ...(grants.includes('implicit') ? (['id_token'] as const) : []),
  ];
}

/**
 * `openid` is there exactly when a person can sign in through one of the grants, because an OpenID client with response
 * type `code` asks for it too; `offline_access` exactly when there are refresh tokens. Those two come first. Without a
 * list, clients of people get `profile` and `email`, machines nothing.
 */
function inferScopes(given: readonly string[] | undefined, grants: readonly GrantType[]): string[] {
  const personal = isPersonal(grants);
  const chosen = given ?? (personal ? DEFAULT_SCOPES : []);
  return [
    ...(personal ? ['openid'] : []),
    ...(grants.includes('refresh_token') ? ['offline_access'] : []),
    ...chosen.filter((name) => !AUTOMATIC_SCOPES.includes(name)),
  ];
}

/** Whether a person takes part in one of the grants. */
export function isPersonal(grants: readonly GrantType[]): boolean {
  return grants.some((grant) => PERSONAL_GRANTS.includes(grant));
}
