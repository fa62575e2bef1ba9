import { toSnake } from '../../platform/wire/snake-case.js';

/** What JWT access tokens are signed with when nobody says. */
export const DEFAULT_SIGNING_ALG = 'RS256';

/** What operators decide about an API. */
export interface ApiSettings {
  name: string;
  /** The organization that runs the API; its clients may introspect the API's tokens. Null: none. */
  orgId: string | null;
  /** RFC 9068, or a random string that the API asks about at the introspection endpoint. */
  accessTokenFormat: 'opaque' | 'jwt';
  /** What JWT access tokens are signed with. */
  signingAlg: 'RS256' | 'ES256';
  /** The `typ` of JWT access tokens: RFC 9068, or what validators without it accept. */
  accessTokenTyp: 'at+jwt' | 'JWT';
  /** Seconds that access tokens live; null for the installation's lifetime of their kind. */
  accessTokenTtl: number | null;
  /** Whether clients can register themselves for its scopes (RFC 7591). */
  openToRegistration: boolean;
}

/** A resource server (RFC 8707): what access tokens can be for. */
export interface ApiRecord extends ApiSettings {
  id: string;
  /** The resource indicator, and `aud` of the tokens. */
  audience: string;
  /** The names of its scopes, retired ones too, in order. */
  scopes: string[];
  version: number;
  /** Null for the admin API. */
  createdAt: Date | null;
  updatedAt: Date | null;
}

/** The id of the built-in admin API, which is not a row of the catalogue. */
export const ADMIN_API_ID = '00000000-0000-4000-8000-000000000000';

/** The longest life of an access token, in seconds: keys that sign stay published for at least as long. */
export const MAX_ACCESS_TOKEN_TTL = 30 * 86_400;

/** The admin API as an entry of the catalogue. */
export function adminApi(audience: string, scopes: readonly string[], accessTokenTtl: number): ApiRecord {
  return {
    id: ADMIN_API_ID,
    audience,
    name: 'Admin API',
    orgId: null,
    accessTokenFormat: 'jwt',
    signingAlg: 'ES256',
    accessTokenTyp: 'at+jwt',
    accessTokenTtl,
    openToRegistration: false,
    scopes: [...scopes].sort(),
    version: 1,
    createdAt: null,
    updatedAt: null,
  };
}

/** The record as the admin API of `issuer` shows it; its scopes are listed among the scopes. */
export function apiToWire({ version: _version, scopes: _scopes, ...record }: ApiRecord, issuer: string) {
  return {
    ...toSnake(record),
    built_in: record.id === ADMIN_API_ID,
    url: `${issuer}/admin/v1/apis/${record.id}`,
  };
}
