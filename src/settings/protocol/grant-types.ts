export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

/** Every grant type that some setting turns on; an installation may have some of them turned off. */
export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  DEVICE_CODE,
  'implicit',
] as const;
