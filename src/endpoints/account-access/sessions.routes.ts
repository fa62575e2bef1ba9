import Router from '@koa/router';
import type { KnownSession } from '../../identity/sessions/sessions.service.js';
import { browserOf, isMobile } from '../../identity/sessions/user-agent.js';
import type { SessionOnPage } from '../../platform/page-models/account.js';
import type { AccountAccessService } from '../../tenancy/account-admin/account-access.service.js';
import { type AccountArea, actorOf } from '../account/account-area.js';
import type { OwnSessionState } from '../sign-in/own-session.js';
import { howOf, networkIn } from './sign-in-words.js';

/** What the routes need. */
export interface SessionRoutesDependencies {
  area: AccountArea;
  accountAccess: AccountAccessService;
}

const WEEK = 7 * 86_400_000;
const PAGE = '/account/sessions';
const NOTICES = {
  ended: 'The browser is signed out.',
  'ended-others': 'All other browsers are signed out.',
};

/** Where the person is signed in, and the way to sign out there. */
export function sessionRoutes({ area, accountAccess }: SessionRoutesDependencies) {
  const router = new Router<OwnSessionState>();

  router.get(PAGE, async (ctx) => {
    const { account, engineSessionUid } = ctx.state.person;
    const sessions = await accountAccess.sessions(account.id);
    const current = sessions.find(({ uid }) => uid === engineSessionUid);
    const others = sessions.filter((session) => session !== current);
    const model = { current: current && onPage(current), others: others.map(onPage) };
    area.send(ctx, 'account/sessions', 'sessions', model, { notices: NOTICES });
  });

  router.post(`${PAGE}/end-others`, async (ctx) => {
    await area.readForm(ctx);
    const { account, engineSessionUid } = ctx.state.person;
    await accountAccess.endSessions(actorOf(ctx), account.id, engineSessionUid);
    area.done(ctx, PAGE, 'ended-others');
  });

  router.post(`${PAGE}/:session/end`, async (ctx) => {
    await area.readForm(ctx);
    const { session = '' } = ctx.params;
    await accountAccess.endSession(actorOf(ctx), ctx.state.person.account.id, session);
    area.done(ctx, PAGE, 'ended');
  });

  return router;
}

function onPage({ uid, signIn, signedInAt, lastUsedAt, amr }: KnownSession): SessionOnPage {
  const userAgent = signIn?.userAgent ?? null;
  return {
    id: uid,
    browser: browserOf(userAgent),
    mobile: isMobile(userAgent),
    network: networkIn(signIn?.address),
    signedInAt,
    lastUsedAt,
    how: howOf(amr),
    isNew: signIn?.newBrowser === true && Date.now() - signIn.occurredAt.getTime() < WEEK,
  };
}
