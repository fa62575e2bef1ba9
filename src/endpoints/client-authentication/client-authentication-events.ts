/** The engine's error events of the endpoints at which clients authenticate. */
export const CLIENT_AUTHENTICATION_EVENTS = [
  'grant.error',
  'revocation.error',
  'introspection.error',
  'device_authorization.error',
  'pushed_authorization_request.error',
  'backchannel_authentication.error',
];
