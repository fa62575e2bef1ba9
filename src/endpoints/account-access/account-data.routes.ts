import Router from '@koa/router';
import type { AccountEvents } from '../../identity/account-events/account-events.js';
import { RESTORE_DAYS } from '../../identity/accounts/account-status.service.js';
import { canonicalEmail } from '../../identity/accounts/email-and-password-rules.js';
import { AppError } from '../../platform/errors/errors.js';
import { field } from '../../platform/pages/form-tokens.js';
import type { Settings } from '../../settings/settings.js';
import type { AccountLifecycleService } from '../../tenancy/account-admin/account-lifecycle.service.js';
import { type AccountArea, actorOf } from '../account/account-area.js';
import { ACCOUNT_DELETED } from '../sign-in/own-paths.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';
import type { AccountExportService } from './account-export.service.js';
import type { ApplicationsService } from './applications.service.js';

/** What the routes need. */
export interface AccountDataRoutesDependencies {
  area: AccountArea;
  applications: ApplicationsService;
  exports: AccountExportService;
  accountEvents: AccountEvents;
  accountLifecycle: AccountLifecycleService;
  settings: Pick<Settings, 'signInHistoryDays'>;
}

const PAGE = '/account/data';
const DAY = 86_400_000;
const OTHER_ADDRESS = 'This is not the address of this account. Nothing was deleted.';

/** All that is stored about the person, to take away, and the way to leave. */
export function accountDataRoutes(deps: AccountDataRoutesDependencies) {
  const { accountEvents, accountLifecycle, applications, area, exports, settings } = deps;
  const router = new Router<OwnSessionState>();

  router.get(PAGE, (ctx) => show(ctx));

  router.post(`${PAGE}/export`, async (ctx) => {
    await area.readForm(ctx);
    area.requireFresh(ctx, PAGE);
    const { account } = ctx.state.person;
    const data = await exports.export(account);
    await accountEvents.add({ actor: actorOf(ctx), action: 'account.data_exported', accountId: account.id });
    ctx.set({
      'Cache-Control': 'no-store',
      'Content-Disposition': 'attachment; filename="account.json"',
      'X-Content-Type-Options': 'nosniff',
    });
    ctx.type = 'application/json';
    ctx.body = `${JSON.stringify(data, null, 2)}\n`;
  });

  router.post(`${PAGE}/delete`, async (ctx) => {
    const form = await area.readForm(ctx);
    area.requireFresh(ctx, PAGE);
    const { account } = ctx.state.person;
    const typed = field(form, 'email') ?? '';
    if (canonicalEmail(typed) !== account.email) return show(ctx, typed, OTHER_ADDRESS);
    try {
      await accountLifecycle.delete(actorOf(ctx), account.id);
    } catch (error) {
      if (error instanceof AppError && error.kind === 'conflict') return show(ctx, typed, error.message);
      throw error;
    }
    ctx.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    ctx.status = 303;
    ctx.redirect(ACCOUNT_DELETED);
  });

  async function show(ctx: OwnContext, typed?: string, problem?: string): Promise<void> {
    const { length: applicationCount } = await applications.list(ctx.state.person.account.id);
    const model = {
      historyDays: settings.signInHistoryDays,
      applicationCount,
      restorableUntil: new Date(Date.now() + RESTORE_DAYS * DAY),
      typed: typed?.slice(0, 254),
      problem,
    };
    area.send(ctx, 'account/data', 'data', model, { status: problem === undefined ? 200 : 422 });
  }

  return router;
}
