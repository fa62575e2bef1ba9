import Router from '@koa/router';
import type Koa from 'koa';
import type { OwnSessionsService } from '../../identity/own-sessions/own-sessions.service.js';
import { requestIdOf, sendError } from '../../platform/pages/error-page.js';
import type { Pages } from '../../platform/pages/pages.js';
import { OWN_REDIRECT_PATH } from '../../registry/live-clients/own-client.js';
import { CREATE_ACCOUNT } from '../oidc-requests/account-prompts.js';
import type { Engine } from '../oidc/engine.js';
import type { OwnCookie } from '../../platform/cookies/own-cookie.js';
import type { OwnContext, OwnPages, SignedInPerson } from './own-session.js';
import { ACCOUNT_AREA, OWN_SIGN_IN, OWN_SIGN_OUT, ownPath } from './own-paths.js';
import { redeemOwnCode } from './redeem-code.js';
import type { Required, SignInRequests } from './sign-in-requests.js';
import { redirectTo } from '../../platform/pages/page-headers.js';

/** What the routes need. */
export interface OwnSignInDependencies {
  engine: Engine;
  requests: SignInRequests;
  ownSessions: OwnSessionsService;
  ownPages: OwnPages;
  sessionCookie: OwnCookie;
  beginCookie: OwnCookie;
  pages: Pages;
  issuer: string;
  /** Ends the session of the engine in this browser, and with it that of our own pages. */
  endSession: (person: SignedInPerson) => Promise<void>;
  showErrors: Koa.Middleware;
}

const MAX_AGE = /^\d{1,6}$/;
const ACR = /^[\w:.-]{1,64}$/;

/** Sign-in to our own pages, through the authorization endpoint like that of every application, and sign-out. */
export function ownSignInRoutes(deps: OwnSignInDependencies): Router {
  const {
    engine,
    requests,
    ownSessions,
    ownPages,
    sessionCookie,
    beginCookie,
    endSession,
    issuer,
    showErrors,
  } = deps;
  const router = new Router();

  router.use('/self', showErrors);

  router.get(OWN_SIGN_IN, (ctx) => {
    const to = ownPath(queryOf(ctx, 'to'), issuer) ?? ACCOUNT_AREA.home;
    const key = beginCookie.read(ctx) ?? requests.newBrowserKey();
    beginCookie.write(ctx, key);
    redirectTo(ctx, requests.begin(key, to, requiredOf(ctx)));
  });

  router.get(OWN_REDIRECT_PATH, async (ctx) => {
    const request = requests.read(queryOf(ctx, 'state'), beginCookie.read(ctx) ?? '');
    // RFC 9207: a response of another server is not ours to read.
    if (!request || (queryOf(ctx, 'iss') ?? issuer) !== issuer)
      return sendAgain(ctx, deps, ACCOUNT_AREA.home);
    if (queryOf(ctx, 'error') === 'access_denied') return redirectTo(ctx, '/');
    const { to, verifier } = request;
    const code = { code: queryOf(ctx, 'code') ?? '', redirectUri: requests.redirectUri, verifier };
    const session = await redeemOwnCode(engine.provider, code);
    if (!session) return sendAgain(ctx, deps, to);
    sessionCookie.write(ctx, await ownSessions.begin(session, sessionCookie.read(ctx)));
    redirectTo(ctx, to);
  });

  router.post(OWN_SIGN_OUT, ownPages.signedIn(ACCOUNT_AREA), async (ctx: OwnContext) => {
    await ownPages.readForm(ctx);
    await endSession(ctx.state.person);
    sessionCookie.write(ctx, null);
    ctx.set('Clear-Site-Data', '"cache"');
    redirectTo(ctx, '/');
  });

  return router;
}

/** A parameter that occurs once. */
function queryOf(ctx: Koa.Context, name: string): string | undefined {
  const value = ctx.query[name];
  return typeof value === 'string' ? value : undefined;
}

function requiredOf(ctx: Koa.Context): Required {
  const [maxAge, acr] = [queryOf(ctx, 'max_age') ?? '', queryOf(ctx, 'acr') ?? ''];
  return {
    maxAge: MAX_AGE.test(maxAge) ? Number(maxAge) : undefined,
    acr: ACR.test(acr) ? acr : undefined,
    creates: queryOf(ctx, 'prompt') === CREATE_ACCOUNT,
  };
}

function sendAgain(ctx: Koa.Context, { pages }: OwnSignInDependencies, to: string): void {
  const model = {
    title: 'You are not signed in yet',
    message: 'This sign-in was begun in another browser, was used already, or took too long.',
    code: undefined,
    description: undefined,
    requestId: requestIdOf(ctx),
    links: [{ label: 'Sign in', href: `${OWN_SIGN_IN}?${new URLSearchParams({ to }).toString()}` }],
  };
  sendError(ctx, pages, model, 400);
}
