import type Router from '@koa/router';
import type { OwnSessionState } from '../sign-in/own-session.js';
import { authenticatorRoutes } from './authenticator.routes.js';
import { passkeyRoutes } from './passkeys.routes.js';
import { recoveryCodeRoutes } from './recovery-codes.routes.js';
import { securityRoutes, type SecurityRoutesDependencies } from './security.routes.js';

/** The routes of sign-in and security, in the account area. */
export function accountSecurityRoutes(services: SecurityRoutesDependencies): Router<OwnSessionState>[] {
  return [securityRoutes, passkeyRoutes, authenticatorRoutes, recoveryCodeRoutes].map((routes) =>
    routes(services),
  );
}
