import * as z from 'zod';
import { COMMAND_LINE_CLIENT, isClientId } from '../../tenancy/access/subjects.js';
import {
  APPLICATION_TYPES,
  AUTH_METHODS,
  GRANT_TYPES,
  ID_TOKEN_ALGORITHMS,
  type PublicJwk,
  RESPONSE_TYPES,
  USERINFO_ALGORITHMS,
} from './client-record.js';
import { OWN_CLIENT_ID } from '../live-clients/own-client.js';
import { jwkErrors } from '../client-rules/jwks-rules.js';
import { line, oneOf, paragraphs } from '../../platform/wire/field-shapes.js';
import { HMAC_REFUSED } from '../client-protocol/algorithms.js';
import { protocolSchemas } from '../client-protocol/protocol-fields.js';
import { list, uri } from './client-field-shapes.js';
import { type ReadOnlyFields, setByServer } from '../../platform/wire/input.js';
import { scopeNameShape, type ScopeNames } from '../scopes/scope-name.js';
import {
  fetchedUrlErrors,
  originErrors,
  redirectUriErrors,
  webUrlErrors,
} from '../client-rules/redirect-uri-rules.js';

const MAX_URIS = 100;
const HTTPS = '^https://';
const MAX_NAMES = 200;
const MAX_CLIENT_ID = 255;
const MAX_KEYS = 20;
/** Seconds: as many as PostgreSQL's integer holds. */
const MAX_AGE = 2_147_483_647;

const scopeList = (names: ScopeNames) =>
  list(
    scopeNameShape(
      names,
      /^[A-Za-z0-9_.-]{1,128}$/,
      'A scope has 1 to 128 characters: letters, digits, dot, hyphen, underscore.',
    ),
    MAX_NAMES,
  );
const pageUrl = uri((value) => webUrlErrors(value, { loopback: false, fragment: true }), HTTPS);
const endpointUrl = uri((value) => fetchedUrlErrors(value, { loopback: true, fragment: false }));
const switched = z.boolean('Send true or false.');

const jwk = z
  .custom<PublicJwk>(isObject, 'Send a JSON Web Key, an object.')
  .superRefine((value, context) => {
    if (isObject(value)) for (const error of jwkErrors(value)) context.addIssue(error);
  })
  .meta({ type: 'object', description: 'A public key (RFC 7517).' });
const jwks = z.object(
  {
    keys: z
      .array(jwk, 'Send the keys as an array.')
      .min(1, 'Send at least one key.')
      .max(MAX_KEYS, `Send at most ${String(MAX_KEYS)} keys.`),
  },
  'Send a JSON Web Key Set: {"keys": [...]}.',
);

/** The shape of each field that may be changed, as it is on the wire. */
export const writableFields = {
  client_name: line(1024, 'required'),
  description: paragraphs(4096),
  company: line(1024),
  client_uri: pageUrl,
  logo_uri: uri((value) => fetchedUrlErrors(value, { loopback: false, fragment: true }), HTTPS),
  policy_uri: pageUrl,
  tos_uri: pageUrl,
  application_type: oneOf(APPLICATION_TYPES),
  redirect_uris: list(uri(redirectUriErrors), MAX_URIS),
  post_logout_redirect_uris: list(uri(redirectUriErrors), MAX_URIS),
  backchannel_logout_uri: endpointUrl,
  backchannel_logout_session_required: switched,
  allowed_cors_origins: list(uri(originErrors), MAX_URIS),
  grant_types: list(oneOf(GRANT_TYPES), MAX_NAMES),
  response_types: list(oneOf(RESPONSE_TYPES), MAX_NAMES),
  scopes: scopeList('dots'),
  optional_scopes: scopeList('dots'),
  token_endpoint_auth_method: oneOf(AUTH_METHODS, {
    client_secret_jwt:
      'client_secret_jwt needs the secret itself, and only its hash is kept; use private_key_jwt.',
  }),
  claims_in_id_token: switched,
  jwks,
  jwks_uri: uri((value) => fetchedUrlErrors(value, { loopback: false, fragment: false }), HTTPS),
  default_max_age: z
    .int('Send a whole number of seconds.')
    .min(0, 'Send 0 or more seconds.')
    .max(MAX_AGE, `Send at most ${String(MAX_AGE)} seconds.`),
  require_auth_time: switched,
  id_token_signed_response_alg: oneOf(ID_TOKEN_ALGORITHMS, HMAC_REFUSED),
  pkce_required: switched,
  userinfo_signed_response_alg: oneOf(USERINFO_ALGORITHMS, HMAC_REFUSED),
  pkce_challenge_method: oneOf(['S256', 'plain']),
  first_party: switched,
  initiate_login_uri: uri((value) => webUrlErrors(value, { loopback: true, fragment: false })),
  ...protocolSchemas,
} as const;

/** As `writableFields`, where scopes can have any name. */
export const fieldsWithAnyScopes = {
  ...writableFields,
  scopes: scopeList('any'),
  optional_scopes: scopeList('any'),
} as const;

/** What this server itself uses. */
const RESERVED_CLIENT_IDS: readonly string[] = [COMMAND_LINE_CLIENT, OWN_CLIENT_ID];
const clientId = z
  .string('Send text.')
  .refine((value) => !RESERVED_CLIENT_IDS.includes(value), 'This client_id is reserved; choose another.');

/** The shape of each field that is decided when the client is created, and never again. */
export const fixedFields = {
  client_id: clientId.regex(
    /^[A-Za-z0-9._~-]{3,128}$/,
    'Use 3 to 128 letters, digits or . _ ~ - characters.',
  ),
  client_type: oneOf(['public', 'confidential']),
} as const;

/** As `fixedFields`, for clients that another system made. */
export const fixedFieldsElsewhere = {
  ...fixedFields,
  client_id: clientId
    .max(MAX_CLIENT_ID, `Use at most ${String(MAX_CLIENT_ID)} characters.`)
    .refine(
      isClientId,
      'Use printable ASCII characters, without blanks at the ends (RFC 6749 appendix A.1).',
    ),
} as const;

/** Why a known field cannot be sent. */
export const READ_ONLY: ReadOnlyFields = {
  ...setByServer(
    'id',
    'org_id',
    'project_id',
    'created_by',
    'promoted_at',
    'last_used_at',
    'created_at',
    'updated_at',
    'deleted_at',
    'url',
    'client_uri_verification',
    'usage',
  ),
  registration_type: 'How a client was registered is set by the server and never changes; leave it out.',
  client_secret: 'The server makes the secret; leave it out, and rotate the secret to get a new one.',
  secrets: 'Secrets are made by rotating them; leave this out.',
  has_rotated_secret: 'This follows from the secrets; leave it out.',
  admin_reach:
    'It follows from where the caller has the admin scopes of the client; leave it out, and change it later.',
  visibility: 'Every client is created private; leave this out and promote the client later.',
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
