/** Where the engine answers. `/device` is short because people type it. */
export const ENGINE_ROUTES = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  userinfo: '/oauth2/userinfo',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  device_authorization: '/oauth2/device',
  code_verification: '/device',
  pushed_authorization_request: '/oauth2/par',
  registration: '/oauth2/register',
  end_session: '/oauth2/logout',
  jwks: '/oauth2/jwks',
} as const;

/** The metadata documents, at the paths that OpenID Connect Discovery 1.0 and RFC 8414 prescribe. */
export const METADATA_PATHS = {
  openid: '/.well-known/openid-configuration',
  oauth: '/.well-known/oauth-authorization-server',
} as const;

const PATHS: readonly string[] = [ENGINE_ROUTES.code_verification, ...Object.values(METADATA_PATHS)];
const PREFIXES = ['/oauth2/', `${ENGINE_ROUTES.code_verification}/`];

/** Whether a request of this path is for the engine; other paths below `/.well-known/` are not. */
export function isEnginePath(path: string): boolean {
  // The engine would answer these too, without what is done for the path without the slash.
  if (path.endsWith('/')) return false;
  return PATHS.includes(path) || PREFIXES.some((prefix) => path.startsWith(prefix));
}
