import type { ForeignRecord, ImportedRecord } from './imported-record.js';
import { RecordReader } from './record-reader.js';

const NAMES = {
  client_name: 'name',
  redirect_uris: 'callbacks',
  post_logout_redirect_uris: 'allowed_logout_urls',
  allowed_cors_origins: 'web_origins',
  id_token_signed_response_alg: 'jwt_configuration',
};

export function isAuth0Record(record: ForeignRecord): boolean {
  return Object.hasOwn(record, 'app_type') || Object.hasOwn(record, 'callbacks');
}

/** An application of Auth0, as its Management API answers. */
export function readAuth0Record(record: ForeignRecord): ImportedRecord {
  const reader = new RecordReader(record);
  const isTenant = reader.flag('global') ?? false;
  reader.ignore(
    'tenant',
    'owners',
    'oidc_conformant',
    'is_token_endpoint_ip_header_trusted',
    'cross_origin_auth',
  );
  reader.ignore(
    'sso_disabled',
    'callback_url_template',
    'custom_login_page_on',
    'signing_keys',
    'refresh_token',
  );
  const type = reader.text('app_type');
  const method = reader.text('token_endpoint_auth_method');
  const isPublic = method === 'none' || (method === undefined && (type === 'native' || type === 'spa'));
  if (isPublic) reader.ignore('client_secret');
  else reader.secret('client_secret');
  const origins = [...(reader.list('web_origins') ?? []), ...(reader.list('allowed_origins') ?? [])];
  const given = reader.list('grant_types') ?? ['authorization_code', 'refresh_token'];
  const grants = given.filter((grant) => grant !== 'password' && !grant.startsWith('http://auth0.com/'));
  if (grants.length < given.length)
    reader.report('grant_types', 'The grants of Auth0 itself and the password grant are not offered.');
  const token = reader.within('jwt_configuration');
  const clientId = reader.text('client_id');
  const input = {
    client_id: clientId,
    client_name: reader.text('name') ?? clientId,
    description: reader.text('description'),
    logo_uri: reader.text('logo_uri'),
    initiate_login_uri: reader.text('initiate_login_uri'),
    application_type: type === 'native' ? 'native' : undefined,
    redirect_uris: reader.list('callbacks'),
    post_logout_redirect_uris: reader.list('allowed_logout_urls'),
    allowed_cors_origins: origins.length > 0 ? [...new Set(origins)] : undefined,
    grant_types: grants,
    token_endpoint_auth_method: isPublic ? 'none' : method,
    id_token_signed_response_alg: token.text('alg'),
  };
  token.ignore('secret_encoded');
  reader.join(token);
  return reader.finish(input, NAMES, isTenant ? 'It stands for the tenant itself.' : undefined);
}
