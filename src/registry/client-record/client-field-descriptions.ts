import { protocolDescriptions } from '../client-protocol/protocol-fields.js';

/** What each field of a client means, in one sentence or two. */
export const CLIENT_FIELD_DESCRIPTIONS = {
  id: 'The key of the record; it never changes.',
  client_id: 'What the application sends. A uuid unless one was chosen; never used twice, never changed.',
  org_id: 'The organization that owns the client.',
  project_id: 'The project that owns the client.',
  created_by: 'The subject whose token created the client; null when no operator did.',
  registration_type:
    'Who made the record: an operator (`manual`), dynamic registration (`dynamic`, RFC 7591), or the document that the client_id is the URL of (`document`).',
  client_type: 'Whether the application can keep a secret. Follows from the auth method; never changes.',
  client_name: 'The name that people see, without blanks at its ends.',
  description: 'Shown on the consent page.',
  company: 'Who says that the application is theirs; the consent page shows its first 60 characters.',
  client_uri: 'The home page of the application (https). Its host has to be verified before promotion.',
  client_uri_verification:
    'Whether the host of client_uri is proved to be the publisher’s: publish `text` as a TXT record of the host.',
  logo_uri: 'The logo on the consent page (https).',
  policy_uri: 'The privacy policy (https).',
  tos_uri: 'The terms of service (https).',
  application_type:
    'Whether it runs on a server or in a browser (web), or is installed on a device (native), which is asked for consent each time unless it has a secret. By default native if every redirect URI is http on a loopback address or has a private-use scheme.',
  redirect_uris:
    'Where answers may go, compared exactly: https, http on a loopback address (there any port is accepted), or a private-use scheme. At least one with a grant that redirects.',
  post_logout_redirect_uris: 'Where people may be sent after they signed out.',
  backchannel_logout_uri: 'Where the application is notified of a sign-out.',
  backchannel_logout_session_required: 'Whether logout tokens must name the session.',
  allowed_cors_origins:
    'The origins whose scripts may call the token endpoints. null (the default): the origins of the https and loopback redirect URIs of a public client, the latter with any port; none for a confidential one.',
  grant_types: 'The grants that the client may use; authorization_code and refresh_token by default.',
  response_types:
    'What the authorization endpoint may answer, each exactly as listed; by default what follows from the grants.',
  scopes: 'The most that the client may ask for. openid and offline_access follow from the grants.',
  optional_scopes: 'Those of the scopes that people may untick on the consent page.',
  token_endpoint_auth_method:
    'How the client proves who it is; `none` is for public clients only. null (the default of confidential clients): client_secret_basic or client_secret_post, one per request.',
  claims_in_id_token:
    'Whether ID tokens have the claims of the granted scopes, which is the default, or userinfo alone has them.',
  jwks: 'The public keys of the client (RFC 7517); for private_key_jwt, unless jwks_uri has them.',
  jwks_uri: 'Where the public keys of the client are (https).',
  default_max_age:
    'Seconds after which a person signs in again, when the request has no max_age (OpenID Connect Registration section 2).',
  require_auth_time: 'Whether ID tokens always tell when the person signed in (`auth_time`).',
  id_token_signed_response_alg:
    'What ID tokens are signed with; by default what the setting ID_TOKEN_ALG says, which is RS256 unless it was changed.',
  pkce_required:
    'Whether authorization requests need PKCE (RFC 7636); always true for public clients. Null, the default of confidential ones: what the setting PKCE of the installation says.',
  userinfo_signed_response_alg: 'Userinfo is a JWT signed in this algorithm; null: it is JSON.',
  pkce_challenge_method: 'How challenges are made; `plain` only where the installation allows it.',
  admin_reach:
    'Where tokens that people give the client may act in the admin API: its project, its organization, or the installation. At first as far as its maker has its admin scopes; a change takes those scopes in the old and the new place, and a wider one ends what people allowed.',
  first_party:
    'Whether people are not asked for consent. Only owners of the installation set it, never beside scopes of administration.',
  initiate_login_uri:
    'Where the application begins a sign-in (OpenID Connect Core section 4); pages that end a sign-in lead there.',
  ...protocolDescriptions,
  visibility: 'Who may authorize the client: members of its organization, or everybody. Public is for good.',
  promoted_at: 'When the client became public.',
  last_used_at: 'When the client was last used, within a minute.',
  has_rotated_secret: 'Whether an older secret is still accepted.',
  secrets: 'What is known of the secrets, newest first; never the secrets themselves.',
  url: 'This record.',
  created_at: 'When it was created.',
  updated_at: 'When it was last changed.',
  deleted_at: 'When it was deleted; it can be restored for some time.',
} as const;
