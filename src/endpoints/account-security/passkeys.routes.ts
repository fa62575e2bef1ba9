import Router from '@koa/router';
import type { AddedFactor } from '../../identity/account-factors/factor-changes.service.js';
import { field } from '../../platform/pages/form-tokens.js';
import { requestOf } from '../account/account-area.js';
import { attemptProblem } from '../interactions/interaction-forms.js';
import { passkeyOf } from '../second-factor/request-fields.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';
import { finishAdding } from './recovery-codes.routes.js';
import { SECURITY_PAGE, type SecurityRoutesDependencies, showSecurity } from './security.routes.js';

const PASSKEYS = `${SECURITY_PAGE}/passkeys`;
const NEW = `${PASSKEYS}/new`;

/** The passkeys of the person: a new one, another name, and the removal of one. */
export function passkeyRoutes(services: SecurityRoutesDependencies): Router<OwnSessionState> {
  const { area, factorChanges, passkeys } = services;
  const show = showSecurity(services);
  const router = new Router<OwnSessionState>();

  router.get(NEW, (ctx) => {
    area.requireFresh(ctx, NEW);
    showNew(ctx);
  });

  router.get(`${PASSKEYS}/options`, async (ctx) => {
    area.requireFresh(ctx, NEW);
    const { account } = ctx.state.person;
    ctx.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    ctx.body = await passkeys.creationOptions(contextOf(ctx), account);
  });

  router.post(PASSKEYS, async (ctx) => {
    const form = await area.readForm(ctx);
    area.requireFresh(ctx, NEW);
    let added: AddedFactor;
    try {
      const { account } = ctx.state.person;
      added = await factorChanges.addPasskey(account.id, passkeyOf(form), contextOf(ctx), requestOf(ctx));
    } catch (error) {
      const { problem, status } = attemptProblem(ctx, error);
      showNew(ctx, problem, status);
      return;
    }
    await finishAdding(services, ctx, added, 'passkey-added', 'The passkey was added.');
  });

  router.post(`${PASSKEYS}/:passkey/rename`, async (ctx) => {
    const form = await area.readForm(ctx);
    const { passkey = '' } = ctx.params;
    const name = field(form, 'name') ?? '';
    try {
      await factorChanges.renamePasskey(ctx.state.person.account.id, passkey, name, requestOf(ctx));
    } catch (error) {
      await show(ctx, { ...attemptProblem(ctx, error), renaming: passkey, typedName: name.slice(0, 64) });
      return;
    }
    area.done(ctx, SECURITY_PAGE, 'passkey-renamed');
  });

  router.post(`${PASSKEYS}/:passkey/remove`, async (ctx) => {
    await area.readForm(ctx);
    const { passkey = '' } = ctx.params;
    area.requireFresh(ctx, SECURITY_PAGE);
    try {
      await factorChanges.removePasskey(ctx.state.person.account.id, passkey, requestOf(ctx));
    } catch (error) {
      await show(ctx, attemptProblem(ctx, error));
      return;
    }
    area.done(ctx, SECURITY_PAGE, 'passkey-removed');
  });

  function showNew(ctx: OwnContext, problem?: string, status = 200): void {
    const { csrf } = ctx.state.person;
    const passkey = { action: PASSKEYS, options: `${PASSKEYS}/options`, csrf };
    area.send(ctx, 'account/passkey-new', 'security', { passkey, problem }, { status });
  }

  return router;
}

/** What the challenges of this session are made for. */
function contextOf(ctx: OwnContext): string {
  return `own session ${ctx.state.person.csrf}`;
}
