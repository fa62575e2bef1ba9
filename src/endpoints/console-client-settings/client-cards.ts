import {
  APPLICATION_TYPES,
  AUTH_METHODS,
  CIBA,
  DEVICE_CODE,
  GRANT_TYPES,
  ID_TOKEN_ALGORITHMS,
  JWT_BEARER,
  RESPONSE_TYPES,
  TOKEN_EXCHANGE,
  USERINFO_ALGORITHMS,
} from '../../registry/client-record/client-record.js';
import { CLIENT_FIELD_DESCRIPTIONS } from '../../registry/client-record/client-field-descriptions.js';
import { ADMIN_REACHES } from '../../tenancy/access/delegation.js';
import { AUTOMATIC_SCOPES } from '../../registry/client-record/client-defaults.js';
import { type CardField, choice, flag, lines, ofProtocol, url, words } from './card-fields.js';

/** Fields that are saved together. */
export interface Card {
  key: string;
  heading: string;
  lead: string;
  fields: readonly CardField[];
}

const GRANTS: Readonly<Record<(typeof GRANT_TYPES)[number], string>> = {
  authorization_code: 'A person signs in',
  refresh_token: 'Renewed without the person',
  client_credentials: 'Acts for itself',
  [DEVICE_CODE]: 'A person signs in on another device',
  implicit: 'Legacy: tokens in the address of the browser',
  [TOKEN_EXCHANGE]: 'Exchanges tokens of others for its own',
  [CIBA]: 'Asks for a person, who answers in the account area',
  [JWT_BEARER]: 'Acts for itself, by a JWT of an issuer that it trusts',
};

const WITHOUT_HELP: readonly Card[] = [
  {
    key: 'identity',
    heading: 'Identity',
    lead: 'What people read before they allow anything.',
    fields: [
      { name: 'client_name', label: 'Name', control: 'text', isRequired: true },
      { name: 'description', label: 'Description', control: 'paragraphs' },
      { name: 'company', label: 'Company', control: 'text' },
      url('client_uri', 'Home page'),
      url('logo_uri', 'Logo'),
      url('policy_uri', 'Privacy policy'),
      url('tos_uri', 'Terms of service'),
    ],
  },
  {
    key: 'redirects',
    heading: 'Redirect URIs',
    lead: 'Where people may be sent to. One on each line, compared exactly.',
    fields: [
      lines('redirect_uris', 'Redirect URIs'),
      lines('post_logout_redirect_uris', 'Post-logout redirect URIs'),
      url('initiate_login_uri', 'Initiate login URI'),
      choice('application_type', 'Application type', APPLICATION_TYPES),
      { ...lines('allowed_cors_origins', 'Allowed CORS origins'), isNullable: true },
    ],
  },
  {
    key: 'scopes',
    heading: 'Scopes',
    lead: 'The most that it may ask for. Optional ones can be unticked by the person.',
    fields: [
      { name: 'scopes', label: 'Scopes', control: 'ticks', keeps: AUTOMATIC_SCOPES },
      { name: 'optional_scopes', label: 'Optional scopes', control: 'ticks' },
      ...ofProtocol('authorization_details_types'),
    ],
  },
  {
    key: 'grants',
    heading: 'Grants and client authentication',
    lead: 'How it gets tokens, and how it proves who it is.',
    fields: [
      {
        name: 'grant_types',
        label: 'Grant types',
        control: 'ticks',
        options: GRANT_TYPES.map((value) => ({ value, text: GRANTS[value] })),
      },
      {
        name: 'response_types',
        label: 'Response types',
        control: 'ticks',
        options: words(RESPONSE_TYPES),
      },
      choice(
        'token_endpoint_auth_method',
        'Client authentication',
        AUTH_METHODS,
        'client_secret_basic or client_secret_post',
      ),
      {
        name: 'pkce_required',
        label: 'PKCE required',
        control: 'select',
        isFlag: true,
        options: [
          { value: '', text: 'As the installation says' },
          { value: 'true', text: 'true: yes' },
          { value: 'false', text: 'false: no' },
        ],
      },
      choice('pkce_challenge_method', 'PKCE challenge method', ['S256', 'plain']),
      url('jwks_uri', 'JWKS URI'),
      {
        name: 'jwks',
        label: 'JWKS',
        control: 'code',
        notJson: 'This is not JSON: send a JSON Web Key Set, {"keys": [...]}.',
      },
      ...ofProtocol(
        'tls_client_auth_subject_dn',
        'tls_client_auth_san_dns',
        'tls_client_auth_san_uri',
        'tls_client_auth_san_ip',
        'tls_client_auth_san_email',
      ),
    ],
  },
  {
    key: 'tokens',
    heading: 'ID tokens and sessions',
    lead: 'What it is told about people, and for how long.',
    fields: [
      flag('claims_in_id_token', 'Claims in the ID token'),
      choice('id_token_signed_response_alg', 'ID token signature', ID_TOKEN_ALGORITHMS),
      choice('userinfo_signed_response_alg', 'Userinfo signature', USERINFO_ALGORITHMS, 'None: JSON'),
      { name: 'default_max_age', label: 'Default max age', control: 'number' },
      flag('require_auth_time', 'Require auth_time'),
      ...ofProtocol('subject_type', 'sector_identifier_uri'),
      url('backchannel_logout_uri', 'Back-channel logout URI'),
      flag('backchannel_logout_session_required', 'Back-channel logout names the session'),
    ],
  },
  {
    key: 'requests',
    heading: 'Authorization requests and responses',
    lead: 'Whether what passes through the browser is pushed beforehand, and signed.',
    fields: ofProtocol(
      'require_pushed_authorization_requests',
      'require_signed_request_object',
      'request_object_signing_alg',
      'authorization_signed_response_alg',
      'authorization_encrypted_response_alg',
      'authorization_encrypted_response_enc',
    ),
  },
  {
    key: 'protection',
    heading: 'Protection of tokens and responses',
    lead: 'What a thief of a token cannot use, and who can read a response.',
    fields: ofProtocol(
      'security_profile',
      'dpop_bound_access_tokens',
      'tls_client_certificate_bound_access_tokens',
      'id_token_encrypted_response_alg',
      'id_token_encrypted_response_enc',
      'userinfo_encrypted_response_alg',
      'userinfo_encrypted_response_enc',
      'introspection_signed_response_alg',
      'introspection_encrypted_response_alg',
      'introspection_encrypted_response_enc',
    ),
  },
  {
    key: 'backchannel',
    heading: 'Backchannel authentication',
    lead: 'How it learns that a person has answered whom it asked for by itself (CIBA).',
    fields: ofProtocol(
      'backchannel_token_delivery_mode',
      'backchannel_client_notification_endpoint',
      'backchannel_authentication_request_signing_alg',
    ),
  },
  {
    key: 'exchange',
    heading: 'Token exchange and assertions',
    lead: 'Which tokens of others it may use, and what it gets for them.',
    fields: ofProtocol('token_exchange', 'trusted_issuers'),
  },
  {
    key: 'administration',
    heading: 'Trust',
    lead: 'What it may do without being asked for, and where.',
    fields: [
      flag('first_party', 'First party'),
      choice('admin_reach', 'Reach in the admin API', ADMIN_REACHES),
    ],
  },
];

/** The settings of a client, grouped by what they are for. */
export const CARDS: readonly Card[] = WITHOUT_HELP.map((card) => ({
  ...card,
  fields: card.fields.map((one) => ({ ...one, help: CLIENT_FIELD_DESCRIPTIONS[one.name] })),
}));

/** The fields of the record that no form changes, in the order in which they are shown. */
export const FACTS: readonly (keyof typeof CLIENT_FIELD_DESCRIPTIONS)[] = [
  'id',
  'client_type',
  'registration_type',
  'visibility',
  'promoted_at',
  'org_id',
  'project_id',
  'created_by',
  'created_at',
  'updated_at',
  'last_used_at',
  'deleted_at',
  'has_rotated_secret',
  'url',
];

/** The card of this key. */
export function cardOf(key: string): Card | undefined {
  return CARDS.find((card) => card.key === key);
}
