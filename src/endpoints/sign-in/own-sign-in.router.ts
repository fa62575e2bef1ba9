import type Router from '@koa/router';
import type { Context } from '../../context.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import { errorPages } from '../../platform/pages/error-page.js';
import { FormTokens } from '../../platform/pages/form-tokens.js';
import type { Engine } from '../oidc/engine.js';
import { ownSessionCookie, signInCookie } from './own-cookies.js';
import { OwnPages } from './own-session.js';
import { ownSignInRoutes } from './own-sign-in.routes.js';
import { SignInRequests } from './sign-in-requests.js';

/** The router of sign-in to our own pages, and what those pages need to know who is signed in. */
export function createOwnSignIn(
  { database, ownSessions, pages, sessions, settings, vault }: Context,
  engine: Engine,
  onUnexpected: OnUnexpected,
): { router: Router; ownPages: OwnPages } {
  const { issuer } = settings;
  const sessionCookie = ownSessionCookie(issuer);
  const ownPages = new OwnPages({
    ownSessions,
    cookie: sessionCookie,
    tokens: new FormTokens(vault),
  });
  const router = ownSignInRoutes({
    engine,
    requests: new SignInRequests(vault, issuer),
    ownSessions,
    ownPages,
    sessionCookie,
    beginCookie: signInCookie(issuer),
    pages,
    issuer,
    endSession: async ({ accountId, engineSessionUid }) => {
      await database.transaction((tx) => sessions.end(tx, accountId, engineSessionUid));
    },
    showErrors: errorPages(pages, onUnexpected),
  });
  return { router, ownPages };
}
