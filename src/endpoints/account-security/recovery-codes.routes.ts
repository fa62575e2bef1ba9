import Router from '@koa/router';
import type { AddedFactor } from '../../identity/account-factors/factor-changes.service.js';
import { requestOf } from '../account/account-area.js';
import { attemptProblem } from '../interactions/interaction-forms.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';
import { SECURITY_PAGE, type SecurityRoutesDependencies, showSecurity } from './security.routes.js';

const PAGE = `${SECURITY_PAGE}/recovery-codes`;

/** New recovery codes in place of the earlier ones. They are in one response only. */
export function recoveryCodeRoutes(services: SecurityRoutesDependencies): Router<OwnSessionState> {
  const { area, factorChanges, factors } = services;
  const show = showSecurity(services);
  const router = new Router<OwnSessionState>();

  router.get(PAGE, async (ctx) => {
    area.requireFresh(ctx, PAGE);
    const { recoveryCodes } = await factors.of(ctx.state.person.account.id);
    const model = { left: recoveryCodes.left, codes: undefined, added: '' };
    area.send(ctx, 'account/recovery-codes', 'security', model);
  });

  router.post(PAGE, async (ctx) => {
    await area.readForm(ctx);
    area.requireFresh(ctx, PAGE);
    try {
      const codes = await factorChanges.makeRecoveryCodes(ctx.state.person.account.id, requestOf(ctx));
      const model = { left: codes.length, codes, added: 'The codes from before do not work any more.' };
      area.send(ctx, 'account/recovery-codes', 'security', model);
    } catch (error) {
      await show(ctx, attemptProblem(ctx, error));
    }
  });

  return router;
}

/** Goes back to the ways to sign in after one was added; with the first one its recovery codes are shown before. */
export async function finishAdding(
  { area }: SecurityRoutesDependencies,
  ctx: OwnContext,
  { amr, recoveryCodes: codes }: AddedFactor,
  word: string,
  added: string,
): Promise<void> {
  await area.addMethods(ctx, amr);
  if (!codes) area.done(ctx, SECURITY_PAGE, word);
  else area.send(ctx, 'account/recovery-codes', 'security', { left: codes.length, codes, added });
}
