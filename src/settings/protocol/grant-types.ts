export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 8693. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** RFC 7523 section 2.1. */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** OpenID Connect Client-Initiated Backchannel Authentication (CIBA). */
export const CIBA = 'urn:openid:params:grant-type:ciba';

/** Every grant type that some setting turns on; an installation may have some of them turned off. */
export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  DEVICE_CODE,
  'implicit',
  TOKEN_EXCHANGE,
  JWT_BEARER,
  CIBA,
] as const;

/** Those that need what operators alone set, so that no client can register itself for them. */
const OF_OPERATORS: readonly string[] = [TOKEN_EXCHANGE, JWT_BEARER, CIBA];

/** The grant types that clients may register themselves for, where the installation allows it. */
export const REGISTRABLE_GRANT_TYPES = GRANT_TYPES.filter((grant) => !OF_OPERATORS.includes(grant));
