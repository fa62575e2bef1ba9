import type { ForeignRecord, ImportedRecord } from './imported-record.js';
import { RecordReader } from './record-reader.js';

const NAMES = {
  client_id: 'id',
  client_name: 'name',
  grant_types: 'type',
  redirect_uris: 'oidc_client_metadata/redirectUris',
  post_logout_redirect_uris: 'oidc_client_metadata/postLogoutRedirectUris',
  backchannel_logout_uri: 'oidc_client_metadata/backchannelLogoutUri',
  allowed_cors_origins: 'custom_client_metadata/corsAllowedOrigins',
};
const PEOPLE = ['authorization_code', 'refresh_token'];

export function isLogtoRecord(record: ForeignRecord): boolean {
  return ['oidc_client_metadata', 'oidcClientMetadata'].some((name) => Object.hasOwn(record, name));
}

/**
 * An application of Logto, from its API or the table `applications`; `application_secrets` are the rows of the table of
 * that name which belong to it.
 */
export function readLogtoRecord(record: ForeignRecord): ImportedRecord {
  const reader = new RecordReader(withTableNames(record));
  const clientId = reader.text('id');
  const type = reader.text('type') ?? '';
  const name = reader.text('name') ?? clientId;
  reader.ignore('tenant_id', 'created_at', 'is_third_party', 'protected_app_metadata');
  const isPublic = type === 'Native' || type === 'SPA';
  const isMachine = type === 'MachineToMachine';
  // The table of secrets replaced it.
  reader.ignore('secret');
  readSecrets(reader, isPublic);
  const metadata = reader.within('oidc_client_metadata');
  const custom = reader.within('custom_client_metadata');
  const input = {
    client_id: clientId,
    client_name: name,
    description: reader.text('description'),
    application_type: type === 'Native' ? 'native' : undefined,
    grant_types: isMachine ? ['client_credentials'] : PEOPLE,
    token_endpoint_auth_method: isPublic ? 'none' : undefined,
    redirect_uris: metadata.list('redirectUris'),
    post_logout_redirect_uris: metadata.list('postLogoutRedirectUris'),
    backchannel_logout_uri: metadata.text('backchannelLogoutUri'),
    backchannel_logout_session_required: metadata.flag('backchannelLogoutSessionRequired') || undefined,
    logo_uri: metadata.text('logoUri'),
    allowed_cors_origins: custom.list('corsAllowedOrigins'),
  };
  custom.ignore('rotateRefreshToken');
  reader.join(metadata);
  reader.join(custom);
  const known = isPublic || isMachine || type === 'Traditional';
  return reader.finish(input, NAMES, known ? undefined : `It is an application of the type ${type}.`);
}

function withTableNames(record: ForeignRecord): ForeignRecord {
  const entries = Object.entries(record).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(entries) as ForeignRecord;
}

/** The two newest that have not expired; times are milliseconds or RFC 3339. */
function readSecrets(reader: RecordReader, isPublic: boolean): void {
  const valid = reader.objects('application_secrets').filter((secret) => {
    const end = secret['expires_at'] ?? secret['expiresAt'];
    return typeof end !== 'string' && typeof end !== 'number' ? true : new Date(end) > new Date();
  });
  if (isPublic) return;
  for (const secret of valid.slice(-2)) reader.secret('application_secrets', secret['value']);
  if (valid.length > 2)
    reader.report('application_secrets', 'A client has two secrets: the last two were kept, the others end.');
}
