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

const PREFIXES = ['/oauth2/', `${ENGINE_ROUTES.code_verification}/`, '/.well-known/'];

/** Whether a request of this path is for the engine. */
export function isEnginePath(path: string): boolean {
  // The engine would answer these too, past what is done for the path without the slash.
  if (path.endsWith('/')) return false;
  return path === ENGINE_ROUTES.code_verification || PREFIXES.some((prefix) => path.startsWith(prefix));
}
