import { PROTOCOL_FIELD_NAMES } from '../client-protocol/protocol-fields.js';

/** What is selected of a client, from `TABLES`. */
export const COLUMNS = `c.id, c.client_id, p.org_id, c.project_id, c.created_by, c.registration_type, c.client_type,
  c.client_name, c.description, c.company, c.client_uri, c.logo_uri, c.policy_uri, c.tos_uri, c.application_type, c.redirect_uris,
  c.post_logout_redirect_uris, c.backchannel_logout_uri, c.backchannel_logout_session_required, c.allowed_cors_origins,
  c.grant_types, c.response_types, c.scopes, c.optional_scopes, c.token_endpoint_auth_method, c.claims_in_id_token, c.jwks, c.jwks_uri,
  c.default_max_age, c.require_auth_time, c.id_token_signed_response_alg, c.pkce_required, c.pkce_challenge_method, c.userinfo_signed_response_alg,
  c.first_party, c.initiate_login_uri, ${PROTOCOL_FIELD_NAMES.map((name) => `c.${name}`).join(', ')}, c.admin_reach, c.visibility, c.promoted_at, c.version, c.last_used_at, c.created_at,
  c.updated_at, c.deleted_at`;

export const TABLES = 'oauth_clients c JOIN projects p ON p.id = c.project_id';

/**
 * Tokens and grants issued to the client before this time are invalid: milliseconds since the epoch, 0 if there is no
 * such time.
 */
export const TOKENS_VALID_AFTER =
  'coalesce(floor(extract(epoch FROM c.tokens_valid_after) * 1000), 0)::float8';

/** The column `secrets`: an array of objects with these members, newest first. */
export const secretsAs = (members: string): string => `(
  SELECT coalesce(json_agg(json_build_object(${members}) ORDER BY s.created_at DESC, s.id DESC), '[]')
  FROM oauth_client_secrets s WHERE s.oauth_client_id = c.id) AS secrets`;
