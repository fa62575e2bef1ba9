import type { ForeignRecord, ImportedRecord } from './imported-record.js';
import { RecordReader } from './record-reader.js';

/** Fields that clients of Ory Hydra have and ours do not. */
const MARKS = [
  'scope',
  'skip_consent',
  'skip_logout_consent',
  'client_secret_expires_at',
  'audience',
  'owner',
  'rotated_secrets',
] as const;
const KEPT_TEXTS = [
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'jwks_uri',
  'backchannel_logout_uri',
  'token_endpoint_auth_method',
] as const;
/** 1.x joined the texts of a list. */
const SEPARATOR = '|';

export function isHydraRecord(record: ForeignRecord): boolean {
  return typeof record['client_id'] === 'string' && MARKS.some((name) => Object.hasOwn(record, name));
}

/** A client of Ory Hydra, from its API, its command line, or a row of the table `hydra_client`. */
export function readHydraRecord(record: ForeignRecord): ImportedRecord {
  // In rows `id` is the client_id, in 1.x a number.
  const clientId = record['client_id'] ?? record['id'];
  const reader = new RecordReader(record);
  reader.ignore('client_id', 'id', 'pk', 'nid', 'created_at', 'updated_at', 'registration_client_uri');
  const texts = Object.fromEntries(KEPT_TEXTS.map((name) => [name, reader.text(name)]));
  const lists = Object.fromEntries(
    ['redirect_uris', 'post_logout_redirect_uris', 'allowed_cors_origins', 'response_types'].map((name) => [
      name,
      reader.list(name, SEPARATOR),
    ]),
  );
  const grants = reader.list('grant_types', SEPARATOR) ?? ['authorization_code'];
  const jwks = reader.object('jwks');
  const keys = jwks['keys'];
  const userinfo = reader.text('userinfo_signed_response_alg');
  const subjects = reader.text('subject_type');
  if (subjects === 'pairwise')
    reader.report(
      'subject_type',
      'Kept, but people get another sub: Hydra made theirs with a key of its own.',
    );
  readSecrets(reader);
  reader.ignore('registration_access_token', 'registration_access_token_signature');
  reader.leaveOut('audience', 'The APIs of a client follow from its scopes: add them to the catalogue.');
  reader.leaveOut('client_secret_expires_at', 'Secrets do not expire here; rotate them.');
  const skipsConsent = reader.flag('skip_consent');
  return reader.finish(
    {
      ...texts,
      ...lists,
      client_id: clientId,
      client_name: reader.text('client_name') ?? clientId,
      grant_types: grants,
      scopes:
        reader
          .text('scope')
          ?.split(' ')
          .filter((name) => name !== '' && name !== 'offline') ?? [],
      jwks: Array.isArray(keys) && keys.length > 0 ? jwks : undefined,
      userinfo_signed_response_alg: userinfo === 'none' ? undefined : userinfo,
      subject_type: subjects === 'public' ? undefined : subjects,
      sector_identifier_uri: reader.text('sector_identifier_uri'),
      backchannel_logout_session_required: reader.flag('backchannel_logout_session_required') || undefined,
      first_party: skipsConsent || undefined,
    },
    { scopes: 'scope', first_party: 'skip_consent' },
  );
}

/** A client has the hash of one secret here, and of the last one before it. */
function readSecrets(reader: RecordReader): void {
  const rotated = reader.list('rotated_secrets') ?? [];
  const newest = rotated.at(-1);
  if (newest !== undefined) reader.secret('rotated_secrets', newest);
  if (rotated.length > 1)
    reader.report('rotated_secrets', 'A client has two secrets: the last of these was kept, older ones end.');
  reader.secret('client_secret');
}
