import Router from '@koa/router';
import type { SignInsService } from '../../identity/sessions/sign-ins.service.js';
import type { Settings } from '../../settings/settings.js';
import type { AuditService } from '../../tenancy/audit/audit.service.js';
import { type AccountArea, queryOf } from '../account/account-area.js';
import type { OwnSessionState } from '../sign-in/own-session.js';
import type { ApplicationsService } from './applications.service.js';
import { eventOnPage } from './event-words.js';
import { signInOnPage } from './sign-in-words.js';

/** What the routes need. */
export interface ActivityRoutesDependencies {
  area: AccountArea;
  applications: ApplicationsService;
  audit: AuditService;
  signIns: SignInsService;
  settings: Pick<Settings, 'signInHistoryDays'>;
}

const PAGE = '/account/activity';
const PER_PAGE = 20;
const DAY = 86_400_000;

/** What happened to the account: sign-ins, and everything else. */
export function activityRoutes({ area, applications, audit, signIns, settings }: ActivityRoutesDependencies) {
  const router = new Router<OwnSessionState>();

  router.get(PAGE, async (ctx) => {
    const { id } = ctx.state.person.account;
    const cursors = { sign_ins: queryOf(ctx, 'sign_ins'), events: queryOf(ctx, 'events') };
    const days = settings.signInHistoryDays;
    const from = new Date(Date.now() - days * DAY).toISOString();
    const filter = { targetId: id, exceptAction: 'account.signed_in', from };
    const [ofSignIns, ofEvents] = await Promise.all([
      signIns.list(id, PER_PAGE, cursors.sign_ins),
      audit.list(filter, PER_PAGE, cursors.events),
    ]);
    const names = await applications.names(
      [...ofSignIns.data, ...ofEvents.data].map(({ clientId }) => clientId),
    );
    const hrefWith = (list: 'sign_ins' | 'events', next: string | null) => {
      if (next === null) return undefined;
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...cursors, [list]: next }))
        if (value !== undefined) query.set(name, value);
      return `${PAGE}?${query.toString()}#${list}`;
    };
    area.send(ctx, 'account/activity', 'activity', {
      days,
      signIns: ofSignIns.data.map((signIn) => signInOnPage(signIn, names.get(signIn.clientId ?? ''))),
      events: ofEvents.data.map((event) => eventOnPage(event, names)),
      olderSignInsHref: hrefWith('sign_ins', ofSignIns.nextCursor),
      olderEventsHref: hrefWith('events', ofEvents.nextCursor),
      newestHref: (cursors.sign_ins ?? cursors.events) ? PAGE : undefined,
    });
  });

  return router;
}
