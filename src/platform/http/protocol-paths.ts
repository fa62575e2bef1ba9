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
  backchannel_authentication: '/oauth2/backchannel',
  registration: '/oauth2/register',
  end_session: '/oauth2/logout',
  jwks: '/oauth2/jwks',
} as const;

/** The metadata documents, at the paths that OpenID Connect Discovery 1.0 and RFC 8414 prescribe. */
export const METADATA_PATHS = {
  openid: '/.well-known/openid-configuration',
  oauth: '/.well-known/oauth-authorization-server',
} as const;

const POST_ONLY = 'POST, OPTIONS';
const READ_ONLY = 'GET, HEAD, OPTIONS';
const PAGE = 'GET, HEAD, POST';

/** The methods of each path that the engine answers. */
const METHODS: Readonly<Record<string, string>> = {
  [ENGINE_ROUTES.authorization]: PAGE,
  [ENGINE_ROUTES.token]: POST_ONLY,
  [ENGINE_ROUTES.userinfo]: 'GET, HEAD, POST, OPTIONS',
  [ENGINE_ROUTES.revocation]: POST_ONLY,
  [ENGINE_ROUTES.device_authorization]: POST_ONLY,
  [ENGINE_ROUTES.pushed_authorization_request]: POST_ONLY,
  [ENGINE_ROUTES.backchannel_authentication]: POST_ONLY,
  [ENGINE_ROUTES.code_verification]: PAGE,
  [ENGINE_ROUTES.end_session]: PAGE,
  [`${ENGINE_ROUTES.end_session}/confirm`]: 'POST',
  [`${ENGINE_ROUTES.end_session}/success`]: 'GET, HEAD',
  [ENGINE_ROUTES.jwks]: READ_ONLY,
  [METADATA_PATHS.openid]: READ_ONLY,
  [METADATA_PATHS.oauth]: READ_ONLY,
};
const PAGES = [ENGINE_ROUTES.authorization, ENGINE_ROUTES.code_verification, ENGINE_ROUTES.end_session];

/** The value of Allow for a path that the engine answers with some method; undefined for another path. */
export function allowedMethods(path: string): string | undefined {
  return Object.hasOwn(METHODS, path) ? METHODS[path] : undefined;
}

/** Whether people come to the path with a browser, rather than applications with a request. */
export function isPagePath(path: string): boolean {
  return PAGES.some((page) => path === page || path.startsWith(`${page}/`));
}

/** Where the engine goes on with an authorization or a device, by its id. */
const RESUMED = new RegExp(`^(?:${ENGINE_ROUTES.authorization}|${ENGINE_ROUTES.code_verification})/[^/]+$`);

/** Whether a request of this path is for the engine, which answers others with an empty 404. */
export function isEnginePath(path: string): boolean {
  // The engine would answer these too, without what is done for the path without the slash.
  if (path.endsWith('/')) return false;
  return allowedMethods(path) !== undefined || path === ENGINE_ROUTES.introspection || RESUMED.test(path);
}
