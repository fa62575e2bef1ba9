import Router from '@koa/router';
import { field } from '../../platform/pages/form-tokens.js';
import type { FactorChangesService } from '../../identity/account-factors/factor-changes.service.js';
import { attemptProblem, type InteractionForms, requirePrompt } from '../interactions/interaction-forms.js';
import { SECOND_FACTOR_PROMPT } from '../oidc-second-factor/second-factor-prompt.js';
import { originOf, passkeyOf } from './request-fields.js';
import type { SecondFactorResponses } from './second-factor-responses.js';
import { SECOND_FACTOR_PATH } from './second-factor.routes.js';
import {
  otherStep,
  secondFactorContext,
  type SecondFactorStepsService,
} from './second-factor-steps.service.js';

/** What the routes need. */
export interface SecondFactorSetUpDependencies {
  forms: InteractionForms;
  steps: SecondFactorStepsService;
  responses: SecondFactorResponses;
  changes: FactorChangesService;
}

/** The set-up of a second factor within the prompt, for a person whose account has none that is enough. */
export function secondFactorSetUpRoutes({
  forms,
  steps,
  responses,
  changes,
}: SecondFactorSetUpDependencies): Router {
  const router = new Router();

  router.get(`${SECOND_FACTOR_PATH}/authenticator`, async (ctx) => {
    const pending = await forms.open(ctx);
    requirePrompt(pending, SECOND_FACTOR_PROMPT);
    await responses.showAuthenticator(ctx, pending);
  });

  router.get(`${SECOND_FACTOR_PATH}/new-passkey`, async (ctx) => {
    const pending = await forms.open(ctx);
    requirePrompt(pending, SECOND_FACTOR_PROMPT);
    responses.sendOptions(ctx, await steps.passkeyOptions(pending, true));
  });

  router.post(`${SECOND_FACTOR_PATH}/authenticator`, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx, SECOND_FACTOR_PROMPT);
    const { account, code, setsUp } = await steps.stepOf(pending);
    if (!setsUp || !code) throw otherStep();
    const sealed = field(form, 'sealed') ?? '';
    try {
      const given = field(form, 'code') ?? '';
      const { amr, recoveryCodes } = await changes.addAuthenticator(account.id, sealed, given, originOf(ctx));
      await responses.finish(ctx, pending, amr, {
        added: 'Your authenticator app is set up.',
        recoveryCodes,
      });
    } catch (error) {
      await responses.showAuthenticator(ctx, pending, { ...attemptProblem(ctx, error), sealed });
    }
  });

  router.post(`${SECOND_FACTOR_PATH}/new-passkey`, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx, SECOND_FACTOR_PROMPT);
    const { account, passkey, setsUp } = await steps.stepOf(pending);
    if (!setsUp || !passkey) throw otherStep();
    try {
      const context = secondFactorContext(pending);
      const added = await changes.addPasskey(account.id, passkeyOf(form), context, originOf(ctx));
      const { amr, recoveryCodes } = added;
      await responses.finish(ctx, pending, amr, { added: 'Your passkey is saved.', recoveryCodes });
    } catch (error) {
      await responses.show(ctx, pending, attemptProblem(ctx, error));
    }
  });

  return router;
}
