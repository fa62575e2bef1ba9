import Router from '@koa/router';
import { AppError } from '../../platform/errors/errors.js';
import { field } from '../../platform/pages/form-tokens.js';
import type { FactorChecksService } from '../../identity/account-factors/factor-checks.service.js';
import { attemptProblem, type InteractionForms, requirePrompt } from '../interactions/interaction-forms.js';
import { SECOND_FACTOR_PROMPT } from '../oidc-second-factor/second-factor-prompt.js';
import { trustCookie } from '../oidc-second-factor/trust-cookie.js';
import { originOf, passkeyOf } from './request-fields.js';
import type { SecondFactorResponses } from './second-factor-responses.js';
import {
  otherStep,
  secondFactorContext,
  type SecondFactorStepsService,
} from './second-factor-steps.service.js';

/** What the routes need. */
export interface SecondFactorRoutesDependencies {
  forms: InteractionForms;
  steps: SecondFactorStepsService;
  responses: SecondFactorResponses;
  checks: FactorChecksService;
  issuer: string;
}

/** Where the pages of the prompt for a second factor are. */
export const SECOND_FACTOR_PATH = '/interaction/:uid/second-factor';

/** The answers to the prompt: a code, a recovery code or a passkey. */
export function secondFactorRoutes({
  forms,
  steps,
  responses,
  checks,
  issuer,
}: SecondFactorRoutesDependencies): Router {
  const router = new Router();

  router.get(`${SECOND_FACTOR_PATH}/recovery-code`, async (ctx) => {
    const pending = await forms.open(ctx);
    requirePrompt(pending, SECOND_FACTOR_PROMPT);
    await responses.showRecoveryCode(ctx, pending);
  });

  router.get(`${SECOND_FACTOR_PATH}/passkey`, async (ctx) => {
    const pending = await forms.open(ctx);
    requirePrompt(pending, SECOND_FACTOR_PROMPT);
    responses.sendOptions(ctx, await steps.passkeyOptions(pending, false));
  });

  router.post(SECOND_FACTOR_PATH, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx, SECOND_FACTOR_PROMPT);
    const { account, code, setsUp } = await steps.stepOf(pending);
    if (setsUp || !code) throw otherStep();
    try {
      const added = await checks.checkCode(account.id, field(form, 'code') ?? '', originOf(ctx));
      if (field(form, 'trust') === 'yes' && pending.secondFactor?.trustable) {
        trustCookie(issuer).write(ctx, await checks.trustBrowser(account.id, ctx.get('User-Agent')));
      }
      await responses.finish(ctx, pending, added);
    } catch (error) {
      await responses.show(ctx, pending, attemptProblem(ctx, error));
    }
  });

  router.post(`${SECOND_FACTOR_PATH}/recovery-code`, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx, SECOND_FACTOR_PROMPT);
    const { account, recoveryCode, setsUp } = await steps.stepOf(pending);
    if (setsUp) throw otherStep();
    try {
      if (!recoveryCode) throw new AppError('unauthenticated', 'There is no recovery code left.');
      const given = field(form, 'recovery_code') ?? '';
      await responses.finish(ctx, pending, await checks.checkRecoveryCode(account.id, given, originOf(ctx)));
    } catch (error) {
      await responses.showRecoveryCode(ctx, pending, attemptProblem(ctx, error));
    }
  });

  router.post(`${SECOND_FACTOR_PATH}/passkey`, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx, SECOND_FACTOR_PROMPT);
    const { account, passkey, setsUp } = await steps.stepOf(pending);
    if (setsUp || !passkey) throw otherStep();
    try {
      const context = secondFactorContext(pending);
      const { amr } = await checks.checkPasskey(passkeyOf(form), context, originOf(ctx), account.id);
      await responses.finish(ctx, pending, amr);
    } catch (error) {
      await responses.show(ctx, pending, attemptProblem(ctx, error));
    }
  });

  return router;
}
