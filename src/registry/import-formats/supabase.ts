import type { ForeignRecord, ImportedRecord } from './imported-record.js';
import { RecordReader } from './record-reader.js';

export function isSupabaseRecord(record: ForeignRecord): boolean {
  return typeof record['redirect_uris'] === 'string' && Object.hasOwn(record, 'client_secret_hash');
}

/** A row of the table `auth.oauth_clients` of Supabase Auth, whose lists are joined by commas. */
export function readSupabaseRecord(record: ForeignRecord): ImportedRecord {
  const reader = new RecordReader(record);
  const clientId = reader.text('client_id') ?? reader.text('id');
  const deleted = reader.text('deleted_at') !== undefined;
  reader.ignore('id', 'created_at', 'updated_at', 'registration_type');
  const hash = reader.text('client_secret_hash');
  // SHA-256 of 256 random bits, in base64url.
  if (hash !== undefined)
    reader.secret('client_secret_hash', /^[\w-]{43}$/.test(hash) ? `$sha256$${hash}` : hash);
  return reader.finish(
    {
      client_id: clientId,
      client_name: reader.text('client_name') ?? clientId,
      client_type: reader.text('client_type'),
      client_uri: reader.text('client_uri'),
      logo_uri: reader.text('logo_uri'),
      redirect_uris: reader.list('redirect_uris', ','),
      grant_types: reader.list('grant_types', ','),
      token_endpoint_auth_method: reader.text('token_endpoint_auth_method'),
      pkce_required: true,
    },
    { client_id: 'id' },
    deleted ? 'It was deleted there.' : undefined,
  );
}
