import Router from '@koa/router';
import type { AccountEvents } from '../../identity/account-events/account-events.js';
import type { NoticesService } from '../../identity/notices/notices.service.js';
import type { PasswordsService } from '../../identity/passwords/passwords.service.js';
import { AppError } from '../../platform/errors/errors.js';
import { occasionOf } from '../../identity/account-events/person-request.js';
import { field } from '../../platform/pages/form-tokens.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';
import { type AccountArea, actorOf, requestOf } from './account-area.js';

/** What the routes need. */
export interface PasswordRoutesDependencies {
  area: AccountArea;
  accountEvents: AccountEvents;
  notices: NoticesService;
  passwords: PasswordsService;
}

const PAGE = '/account/security/password';
const NOTICES = { changed: 'The new password is set.' };

/** The change of one's own password. A person who has none, because they sign in with passkeys, sets one. */
export function passwordRoutes({ accountEvents, area, notices, passwords }: PasswordRoutesDependencies) {
  const router = new Router<OwnSessionState>();

  router.get(PAGE, (ctx) => {
    if (ctx.query['done'] === undefined) area.requireFresh(ctx, PAGE);
    show(ctx, {});
  });

  router.post(PAGE, async (ctx) => {
    const form = await area.readForm(ctx);
    area.requireFresh(ctx, PAGE);
    const { account, engineSessionUid } = ctx.state.person;
    const endOthers = field(form, 'end_others') === 'yes';
    try {
      const change = {
        accountId: account.id,
        current: field(form, 'current') ?? '',
        next: field(form, 'password') ?? '',
        endSessionsExcept: endOthers ? engineSessionUid : undefined,
        address: ctx.ip,
      };
      await passwords.changePassword(change, async (tx, changed) => {
        const action = 'account.password_changed';
        await accountEvents.record(tx, { actor: actorOf(ctx), action, accountId: changed.id });
        await notices.send(tx, changed, 'password_changed', occasionOf(requestOf(ctx)));
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.kind !== 'invalid' && error.kind !== 'slow_down' && error.kind !== 'conflict') throw error;
      if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
      show(ctx, { ...problemsOf(error), endOthers }, error.kind === 'slow_down' ? 429 : 422);
      return;
    }
    area.done(ctx, PAGE, 'changed');
  });

  function show(
    ctx: OwnContext,
    {
      currentProblem,
      problem,
      endOthers = true,
    }: { currentProblem?: string; problem?: string; endOthers?: boolean },
    status = 200,
  ): void {
    const { hasPassword, passwordChangedAt: changedAt } = ctx.state.person.account;
    const model = { hasPassword, changedAt, endOthers, currentProblem, problem };
    area.send(ctx, 'account/password', 'security', model, { notices: NOTICES, status });
  }

  return router;
}

function problemsOf({ errors, kind, message }: AppError): { currentProblem?: string; problem?: string } {
  if (kind !== 'invalid') return { currentProblem: message };
  const current = errors.find(({ pointer }) => pointer === '/current_password');
  if (current) return { currentProblem: 'This is not your password.' };
  // The rule counts bytes, which people do not; a character has one or more.
  const next = errors[0]?.detail.replace('bytes long', 'characters long');
  return next === undefined ? {} : { problem: `It ${next}.` };
}
