import type { AdminReach } from '../../tenancy/access/delegation.js';
import type { GRANT_TYPES } from '../../settings/protocol/grant-types.js';
import { SIGNING_ALGORITHMS } from '../../settings/protocol/signing-algorithms.js';
import type { ProtocolSettings } from '../client-protocol/protocol-fields.js';
import { applicationTypeOf } from '../client-rules/redirect-uri-rules.js';
import { type SnakeKeys, toSnake } from '../../platform/wire/snake-case.js';

export {
  CIBA,
  DEVICE_CODE,
  GRANT_TYPES,
  JWT_BEARER,
  TOKEN_EXCHANGE,
} from '../../settings/protocol/grant-types.js';

/** The registered response types; each means exactly itself. */
export const RESPONSE_TYPES = [
  'code',
  'id_token',
  'token',
  'code id_token',
  'code token',
  'id_token token',
  'code id_token token',
] as const;
/** The algorithms in which userinfo can be signed. */
export const USERINFO_ALGORITHMS = SIGNING_ALGORITHMS;
/** Who made the record: an operator, the client by RFC 7591, or the document that its client_id is the URL of. */
export const REGISTRATION_TYPES = ['manual', 'dynamic', 'document'] as const;
/** OpenID Connect Registration section 2. */
export const APPLICATION_TYPES = ['web', 'native'] as const;
/** How a client can prove who it is. `client_secret_jwt` is none of them: it needs the secret, and we keep a hash. */
export const AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'none',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;

/** What ID tokens can be signed with; each needs a signing key of its kind. */
export const ID_TOKEN_ALGORITHMS = SIGNING_ALGORITHMS;

export type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number];
export type GrantType = (typeof GRANT_TYPES)[number];
export type ResponseType = (typeof RESPONSE_TYPES)[number];
export type AuthMethod = (typeof AUTH_METHODS)[number];
export type ApplicationType = (typeof APPLICATION_TYPES)[number];
export type ClientType = 'public' | 'confidential';

/** A public key of a client, RFC 7517. */
export type PublicJwk = Record<string, unknown> & { kty: string };

/** What an operator decides about a client, complete: every default is filled in. */
export interface ClientSettings extends ProtocolSettings {
  clientName: string;
  description: string | null;
  company: string | null;
  clientUri: string | null;
  logoUri: string | null;
  policyUri: string | null;
  tosUri: string | null;
  /** Null: it follows from the redirect URIs; see `applicationTypeOf`. */
  applicationType: ApplicationType | null;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri: string | null;
  backchannelLogoutSessionRequired: boolean;
  /** Null: the origins of a public client's own redirect URIs (see `corsOrigins`). */
  allowedCorsOrigins: string[] | null;
  grantTypes: GrantType[];
  responseTypes: ResponseType[];
  scopes: string[];
  optionalScopes: string[];
  /** Null: client_secret_basic or client_secret_post, whichever a request uses. */
  tokenEndpointAuthMethod: AuthMethod | null;
  claimsInIdToken: boolean;
  jwks: { keys: PublicJwk[] } | null;
  jwksUri: string | null;
  /** Seconds after which a person has to sign in again, when the request says nothing (max_age). */
  defaultMaxAge: number | null;
  /** Whether ID tokens always have `auth_time`. */
  requireAuthTime: boolean;
  idTokenSignedResponseAlg: IdTokenAlgorithm;
  /** Null: the setting PKCE decides. Always true for public clients. */
  pkceRequired: boolean | null;
  /** Null: userinfo is JSON, not a JWT. */
  userinfoSignedResponseAlg: (typeof USERINFO_ALGORITHMS)[number] | null;
  pkceChallengeMethod: 'S256' | 'plain';
  /** Whether people are not asked for consent, because the application belongs to the installation itself. */
  firstParty: boolean;
  /** OpenID Connect Core section 4: where the application begins a sign-in. */
  initiateLoginUri: string | null;
}

/** The settings and the type of a client, which rules compare. */
export type TypedClientSettings = ClientSettings & { clientType: ClientType };

/** A secret as operators see it: `hint` is its prefix and the next six characters. */
export interface SecretSummary {
  id: string;
  hint: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Whether the host of client_uri has been proved to be the publisher's, by a TXT record with exactly this text. */
export interface PublisherVerification {
  status: 'pending' | 'in_progress' | 'verified' | 'failed';
  text: string;
  host: string;
  startedAt: Date;
  /** The last look-up; null before the first. */
  checkedAt: Date | null;
  /** The next one, at the latest; null once it is over. */
  nextCheckAt: Date | null;
}

/** A registered client. `version` counts its changes; `secrets` are newest first. */
export interface ClientRecord extends ClientSettings {
  id: string;
  clientId: string;
  orgId: string;
  projectId: string;
  createdBy: string | null;
  registrationType: (typeof REGISTRATION_TYPES)[number];
  clientType: ClientType;
  /** Null without a client_uri, and when its host cannot be verified. */
  clientUriVerification: PublisherVerification | null;
  visibility: 'private' | 'public';
  promotedAt: Date | null;
  /** Where tokens of people that the client has may act in the admin API. */
  adminReach: AdminReach;
  version: number;
  lastUsedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
  secrets: SecretSummary[];
}

/** Whether clients that use the method, or either of the two when it is null, have a secret. */
export function usesSecret(method: AuthMethod | null): boolean {
  return method === null || method === 'client_secret_basic' || method === 'client_secret_post';
}

/** Whether the client's auth method needs a secret and it has none. */
export function lacksSecret({
  tokenEndpointAuthMethod,
  secrets,
}: Pick<ClientRecord, 'tokenEndpointAuthMethod' | 'secrets'>): boolean {
  return usesSecret(tokenEndpointAuthMethod) && secrets.length === 0;
}

function verificationWire({ host: _host, ...rest }: PublisherVerification) {
  return toSnake(rest);
}

/**
 * The record as the admin API of `issuer` shows it, with its own URL there; its times become RFC 3339 in UTC when it is
 * serialized.
 */
export function toWire(record: ClientRecord, issuer: string) {
  const { version: _version, secrets, clientUriVerification: verification, ...rest } = record;
  const url = `${issuer}/admin/v1/orgs/${rest.orgId}/projects/${rest.projectId}/oauth_clients/${rest.id}`;
  return {
    ...toSnake(rest),
    application_type: applicationTypeOf(rest),
    client_uri_verification: verification && verificationWire(verification),
    has_rotated_secret: secrets.length > 1,
    secrets: secrets.map((secret): SnakeKeys<SecretSummary> => toSnake(secret)),
    url,
  };
}
