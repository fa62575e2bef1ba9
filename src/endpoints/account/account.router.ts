import Router from '@koa/router';
import type { Context } from '../../context.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import { errorPages } from '../../platform/pages/error-page.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { OwnPages, OwnSessionState } from '../sign-in/own-session.js';
import { ACCOUNT_AREA, OWN_SIGN_OUT } from '../sign-in/own-paths.js';

const HOME = ACCOUNT_AREA.home;

/** The router of the pages on which people look after their own accounts. */
export function createAccountRouter(
  { pages }: Context,
  ownPages: OwnPages,
  onUnexpected: OnUnexpected,
): Router<OwnSessionState> {
  const router = new Router<OwnSessionState>();
  router.use(HOME, errorPages(pages, onUnexpected), ownPages.signedIn(ACCOUNT_AREA));

  router.get(HOME, (ctx) => {
    const { account, csrf } = ctx.state.person;
    const shell = { section: 'overview', email: account.email, csrf, signOutAction: OWN_SIGN_OUT } as const;
    sendPage(ctx, pages.render('account/overview', shell));
  });

  return router;
}
