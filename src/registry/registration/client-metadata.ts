import type { ValidationError } from '../../platform/errors/errors.js';
import type { ClientRecord, ClientSettings } from '../client-record/client-record.js';
import { REGISTERED_PROTOCOL_FIELDS } from '../client-protocol/protocol-fields.js';
import { ASSERTION_ALGORITHMS } from '../client-rules/jwks-rules.js';
import { applicationTypeOf } from '../client-rules/redirect-uri-rules.js';
import { isBlank } from '../../platform/wire/field-shapes.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

/** Client metadata (RFC 7591 section 2, OpenID Connect Registration section 2), or the record's form of it. */
export type Metadata = Record<string, unknown>;

/** The metadata that the record has under the same name. */
const SHARED = [
  'client_name',
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'initiate_login_uri',
  'application_type',
  'redirect_uris',
  'post_logout_redirect_uris',
  'backchannel_logout_uri',
  'backchannel_logout_session_required',
  'allowed_cors_origins',
  'default_max_age',
  'require_auth_time',
  'id_token_signed_response_alg',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'userinfo_signed_response_alg',
  'jwks',
  'jwks_uri',
  ...REGISTERED_PROTOCOL_FIELDS,
] as const;

/**
 * Metadata that the record does not store, with the values that describe what happens anyway. Any other value is refused:
 * a client that asked for encryption or a signature must not be registered without.
 */
const FIXED: Readonly<Record<string, readonly unknown[]>> = {
  token_endpoint_auth_signing_alg: ASSERTION_ALGORITHMS,
  ...Object.fromEntries(
    [
      'request_object_encryption_alg',
      'request_object_encryption_enc',
      'token_exchange',
      'trusted_issuers',
    ].map((name) => [name, []]),
  ),
};

/** Lists without which a client could do nothing. */
const NEVER_EMPTY: ReadonlySet<string> = new Set(['grant_types', 'response_types']);

/**
 * The metadata without what libraries send for what they were not told: members that are null or blank text, blank texts in
 * lists, lists of nothing else, and empty lists of grants and response types.
 */
export function withoutEmpty(metadata: Metadata): Metadata {
  return Object.fromEntries(
    Object.entries(metadata).flatMap(([name, value]) => {
      if (!Array.isArray(value)) return isGiven(value) && !isBlankText(value) ? [[name, value]] : [];
      const kept = value.filter((entry) => !isBlankText(entry));
      const isAbsent = kept.length === 0 && (value.length > 0 || NEVER_EMPTY.has(name));
      return isAbsent ? [] : [[name, kept]];
    }),
  );
}

function isBlankText(value: unknown): boolean {
  return typeof value === 'string' && isBlank(value);
}

/**
 * Metadata in the record's form, in which what was left out is null, with the errors of other metadata; unknown metadata
 * is ignored (RFC 7591 section 2). Without a list of scopes the client gets `offeredScopes`, without a name `name`.
 */
export function toRecordInput(
  metadata: Metadata,
  offeredScopes: readonly string[],
  name: string,
): { input: Metadata; errors: ValidationError[] } {
  const errors: ValidationError[] = [];
  if (isGiven(metadata['software_statement'])) {
    const detail = 'Software statements are not accepted here; send the metadata itself.';
    errors.push({ pointer: '/software_statement', detail });
  }
  for (const [name, values] of Object.entries(FIXED)) {
    if (!isGiven(metadata[name]) || values.includes(metadata[name])) continue;
    const choice = values.length === 0 ? 'Leave this out' : `Use ${values.join(', ')}, or leave this out`;
    errors.push({ pointer: `/${name}`, detail: `${choice}: nothing else is offered here.` });
  }
  const scope = metadata['scope'] ?? undefined;
  if (scope !== undefined && typeof scope !== 'string') {
    errors.push({ pointer: '/scope', detail: 'Send the scopes as text, with blanks between them.' });
  }
  const scopes = typeof scope === 'string' ? wordsOf(scope) : offeredScopes;
  const shared = SHARED.map((name) => [name, metadata[name] ?? null] as const);
  // RFC 7591 section 2: without a list of grants it is the authorization code alone.
  const grantTypes = metadata['grant_types'] ?? ['authorization_code'];
  const given = { ...Object.fromEntries(shared), grant_types: grantTypes, scopes };
  return { input: { ...given, client_name: metadata['client_name'] ?? name }, errors };
}

/** What of a record its client is told. */
export type Registered = ClientSettings & Pick<ClientRecord, 'clientId' | 'clientType' | 'createdAt'>;

/** Everything that is registered about the client, as RFC 7591 section 3.2.1 wants it told. */
export function toMetadata(record: Registered): Metadata {
  const wire: Metadata = { ...toSnake(record) };
  const shared = SHARED.map((name) => [name, wire[name]] as const);
  return {
    client_id: record.clientId,
    client_id_issued_at: Math.floor(record.createdAt.getTime() / 1000),
    ...Object.fromEntries(shared.filter(([, value]) => value !== null)),
    // RFC 7591 section 2: the method of a client that named none. It is one of the two that such a client may use.
    token_endpoint_auth_method: record.tokenEndpointAuthMethod ?? 'client_secret_basic',
    scope: record.scopes.join(' '),
    application_type: applicationTypeOf(record),
    subject_type: record.subjectType ?? 'public',
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
