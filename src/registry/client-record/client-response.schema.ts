import * as z from 'zod';
import { ADMIN_REACHES } from '../../tenancy/access/delegation.js';
import { described, id, page, textOrNull, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import {
  APPLICATION_TYPES,
  AUTH_METHODS,
  GRANT_TYPES,
  REGISTRATION_TYPES,
  ID_TOKEN_ALGORITHMS,
  RESPONSE_TYPES,
  type toWire,
  USERINFO_ALGORITHMS,
} from './client-record.js';
import { protocolResponseSchemas } from '../client-protocol/protocol-fields.js';
import { CLIENT_FIELD_DESCRIPTIONS } from './client-field-descriptions.js';

const strings = z.array(z.string());
const verification = z.strictObject({
  status: z.enum(['pending', 'in_progress', 'verified', 'failed']),
  text: z.string(),
  started_at: time,
  checked_at: time.nullable().describe('The last look-up.'),
  next_check_at: time.nullable().describe('When the next look-up is due; null once it is over.'),
});
const secret = z.strictObject({
  id,
  hint: z.string().describe('The prefix of the secret and its next six characters.'),
  created_at: time,
  last_used_at: time.nullable(),
});
const fields = {
  id,
  client_id: z.string(),
  org_id: id,
  project_id: id,
  created_by: textOrNull,
  registration_type: z.enum(REGISTRATION_TYPES),
  client_type: z.enum(['public', 'confidential']),
  client_name: z.string(),
  description: textOrNull,
  company: textOrNull,
  client_uri: textOrNull,
  client_uri_verification: verification.nullable(),
  logo_uri: textOrNull,
  policy_uri: textOrNull,
  tos_uri: textOrNull,
  application_type: z.enum(APPLICATION_TYPES),
  redirect_uris: strings,
  post_logout_redirect_uris: strings,
  backchannel_logout_uri: textOrNull,
  backchannel_logout_session_required: z.boolean(),
  allowed_cors_origins: strings.nullable(),
  grant_types: z.array(z.enum(GRANT_TYPES)),
  response_types: z.array(z.enum(RESPONSE_TYPES)),
  scopes: strings,
  optional_scopes: strings,
  token_endpoint_auth_method: z.enum(AUTH_METHODS).nullable(),
  claims_in_id_token: z.boolean(),
  jwks: z.strictObject({ keys: z.array(z.looseObject({ kty: z.string() })) }).nullable(),
  jwks_uri: textOrNull,
  default_max_age: z.int().min(0).nullable(),
  require_auth_time: z.boolean(),
  id_token_signed_response_alg: z.enum(ID_TOKEN_ALGORITHMS),
  pkce_required: z.boolean().nullable(),
  userinfo_signed_response_alg: z.enum(USERINFO_ALGORITHMS).nullable(),
  pkce_challenge_method: z.enum(['S256', 'plain']),
  first_party: z.boolean(),
  initiate_login_uri: textOrNull,
  ...protocolResponseSchemas,
  admin_reach: z.enum(ADMIN_REACHES),
  visibility: z.enum(['private', 'public']),
  promoted_at: time.nullable(),
  last_used_at: time.nullable(),
  has_rotated_secret: z.boolean(),
  secrets: z.array(secret).max(2),
  url: z.url(),
  created_at: time,
  updated_at: time,
  deleted_at: time.nullable(),
};

/** A client in responses of the admin API. */
export const clientResponse = z
  .strictObject(described(fields, CLIENT_FIELD_DESCRIPTIONS))
  .meta({ id: 'Client' }) satisfies z.ZodType<Json<ReturnType<typeof toWire>>>;
/** A page of clients. */
export const clientPage = page(clientResponse).meta({ id: 'ClientPage' });

const leftOut = z
  .array(z.strictObject({ pointer: z.string(), detail: z.string() }))
  .describe('With CLIENT_RECORDS=any: fields of another system’s record that this server has nothing for.');
const clientSecret = z.string().describe('The secret, this once.');
/** A client that was just created; it has a secret when its auth method uses one. */
export const createdClientResponse = clientResponse
  .extend({ client_secret: clientSecret.optional(), left_out: leftOut.optional() })
  .meta({ id: 'CreatedClient' });
/** A client with its new secret. */
export const rotatedClientResponse = clientResponse
  .extend({ client_secret: clientSecret })
  .meta({ id: 'RotatedClient' });
