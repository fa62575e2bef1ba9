import { DEVICE_CODE } from '../client-record/client-record.js';
import type { ForeignRecord, ImportedRecord } from './imported-record.js';
import { RecordReader } from './record-reader.js';

/** What every realm has of its own. */
const BUILT_IN_CLIENTS =
  /^(?:account|account-console|admin-cli|broker|realm-management|security-admin-console|.*-realm)$/;
const BUILT_IN_SCOPES =
  /^(?:acr|basic|microprofile-jwt|organization|role_list|roles|saml_organization|service_account|web-origins)$/;
const AUTH_METHODS: Readonly<Record<string, string | undefined>> = {
  'client-secret': undefined,
  'client-jwt': 'private_key_jwt',
  'client-secret-jwt': 'client_secret_jwt',
  'client-x509': 'tls_client_auth',
};
const NAMES = {
  client_id: 'clientId',
  client_name: 'name',
  client_uri: 'baseUrl',
  redirect_uris: 'redirectUris',
  allowed_cors_origins: 'webOrigins',
  token_endpoint_auth_method: 'clientAuthenticatorType',
  scopes: 'defaultClientScopes',
};

export function isKeycloakRecord(record: ForeignRecord): boolean {
  return typeof record['clientId'] === 'string';
}

/** A client of an exported realm of Keycloak. */
export function readKeycloakRecord(record: ForeignRecord): ImportedRecord {
  const reader = new RecordReader(record);
  const clientId = reader.text('clientId') ?? '';
  reader.ignore(
    'id',
    'surrogateAuthRequired',
    'alwaysDisplayInConsole',
    'fullScopeAllowed',
    'access',
    'notBefore',
  );
  reader.ignore('nodeReRegistrationTimeout', 'adminUrl', 'type');
  const skipped = reasonToSkip(reader, clientId);
  const attributes = reader.within('attributes');
  const root = reader.text('rootUrl')?.replace(/\/$/, '') ?? '';
  const absolute = (uri: string) => (uri.startsWith('/') ? root + uri : uri);
  const isPublic = reader.flag('publicClient') ?? false;
  const authenticator = reader.text('clientAuthenticatorType') ?? 'client-secret';
  const redirectUris = reader.list('redirectUris')?.map(absolute);
  const home = reader.text('baseUrl');
  if (isPublic) reader.ignore('secret');
  else reader.secret('secret');
  reader.leaveOut('protocolMappers', 'Claims follow from scopes here.');
  if (reader.flag('consentRequired') === false)
    reader.report('consentRequired', 'People are asked for consent once; see first_party.');
  const name = reader.text('name');
  const input = {
    client_id: clientId,
    // Names of built-in clients are keys of a translation.
    client_name: name === undefined || /^\$\{.*\}$/.test(name) ? clientId : name,
    description: reader.text('description'),
    client_uri: home?.startsWith('https:') ? home : undefined,
    redirect_uris: redirectUris,
    allowed_cors_origins: origins(reader.list('webOrigins')),
    grant_types: grants(reader, attributes),
    token_endpoint_auth_method: isPublic
      ? 'none'
      : authenticator in AUTH_METHODS
        ? AUTH_METHODS[authenticator]
        : authenticator,
    scopes: scopes(reader),
    backchannel_logout_uri: attributes.text('backchannel.logout.url'),
    backchannel_logout_session_required:
      attributes.text('backchannel.logout.session.required') === 'true' || undefined,
    post_logout_redirect_uris: logoutUris(attributes, absolute, redirectUris),
    jwks_uri: attributes.text('use.jwks.url') === 'true' ? attributes.text('jwks.url') : undefined,
    logo_uri: attributes.text('logoUri'),
    policy_uri: attributes.text('policyUri'),
    tos_uri: attributes.text('tosUri'),
    ...pkce(attributes),
  };
  attributes.leaveOut('client.secret.rotated', 'The older secret of a rotation in progress ends.');
  attributes.ignore(...IGNORED_ATTRIBUTES);
  reader.join(attributes);
  return reader.finish(input, NAMES, skipped);
}

const IGNORED_ATTRIBUTES = [
  'client.secret.creation.time',
  'client.secret.rotated.creation.time',
  'realm_client',
  'display.on.consent.screen',
  'use.refresh.tokens',
];

function reasonToSkip(reader: RecordReader, clientId: string): string | undefined {
  const protocol = reader.text('protocol') ?? 'openid-connect';
  const isApi = reader.flag('bearerOnly');
  const isEnabled = reader.flag('enabled') ?? true;
  if (BUILT_IN_CLIENTS.test(clientId)) return 'It belongs to Keycloak itself.';
  if (protocol !== 'openid-connect') return `It speaks ${protocol}, not OpenID Connect.`;
  if (isApi) return 'It only receives tokens (bearerOnly): add an API to the catalogue instead.';
  return isEnabled ? undefined : 'It is disabled there; enable it first, or leave it behind.';
}

/** `+` stands for the origins of the redirect URIs, as null does here. */
function origins(listed: string[] | undefined): string[] | undefined {
  return listed?.includes('+') ? undefined : listed;
}

function grants(reader: RecordReader, attributes: RecordReader): string[] {
  const device = attributes.text('oauth2.device.authorization.grant.enabled') === 'true';
  const refreshes = attributes.text('use.refresh.tokens') !== 'false';
  const code = reader.flag('standardFlowEnabled') ?? true;
  reader.leaveOut('directAccessGrantsEnabled', 'The password grant is not offered (RFC 9700 section 2.4).');
  return [
    ...(code ? ['authorization_code'] : []),
    ...(reader.flag('implicitFlowEnabled') ? ['implicit'] : []),
    ...(device ? [DEVICE_CODE] : []),
    ...(refreshes && (code || device) ? ['refresh_token'] : []),
    ...(reader.flag('serviceAccountsEnabled') ? ['client_credentials'] : []),
  ];
}

function scopes(reader: RecordReader): string[] | undefined {
  const defaults = reader.list('defaultClientScopes');
  const optional = reader.list('optionalClientScopes');
  if (!defaults && !optional) return undefined;
  const names = [...new Set([...(defaults ?? []), ...(optional ?? [])])];
  const own = names.filter((name) => BUILT_IN_SCOPES.test(name));
  if (own.length > 0) reader.report('defaultClientScopes', `These are Keycloak's own: ${own.join(', ')}.`);
  return names.filter((name) => !own.includes(name));
}

/** `+` stands for the redirect URIs, `-` for none. */
function logoutUris(
  attributes: RecordReader,
  absolute: (uri: string) => string,
  redirectUris: string[] | undefined,
): string[] | undefined {
  const listed = attributes.list('post.logout.redirect.uris', '##');
  if (listed?.includes('+')) return redirectUris;
  return listed?.filter((uri) => uri !== '-').map(absolute);
}

function pkce(attributes: RecordReader): Record<string, unknown> {
  const method = attributes.text('pkce.code.challenge.method');
  return method === undefined ? {} : { pkce_required: true, pkce_challenge_method: method };
}
