import Router from '@koa/router';
import type { AccountAccessService } from '../../tenancy/account-admin/account-access.service.js';
import { type AccountArea, actorOf, queryOf } from '../account/account-area.js';
import type { OwnSessionState } from '../sign-in/own-session.js';
import type { ApplicationsService } from './applications.service.js';

/** What the routes need. */
export interface ApplicationRoutesDependencies {
  area: AccountArea;
  applications: ApplicationsService;
  accountAccess: AccountAccessService;
}

const PAGE = '/account/apps';
const NOTICES = {
  revoked: 'The application has no access any more.',
  'revoked-all': 'No application has access any more, and all other browsers are signed out.',
};

/** The applications that the person allowed something, and the way to take it back. */
export function applicationRoutes({ area, applications, accountAccess }: ApplicationRoutesDependencies) {
  const router = new Router<OwnSessionState>();

  router.get(PAGE, async (ctx) => {
    const list = await applications.list(ctx.state.person.account.id);
    const asked = queryOf(ctx, 'revoke');
    const revoking = list.find(({ client }) => client.clientId === asked)?.client.clientId;
    area.send(
      ctx,
      'account/applications',
      'applications',
      { applications: list, revoking, revokingAll: queryOf(ctx, 'all') === 'yes' },
      { notices: NOTICES },
    );
  });

  router.post(`${PAGE}/:client/revoke`, async (ctx) => {
    await area.readForm(ctx);
    const { client = '' } = ctx.params;
    await accountAccess.revokeGrants(actorOf(ctx), ctx.state.person.account.id, client);
    area.done(ctx, PAGE, 'revoked');
  });

  router.post(`${PAGE}/revoke-all`, async (ctx) => {
    await area.readForm(ctx);
    const { account, engineSessionUid } = ctx.state.person;
    await accountAccess.endAccess(actorOf(ctx), account.id, engineSessionUid);
    area.done(ctx, PAGE, 'revoked-all');
  });

  return router;
}
