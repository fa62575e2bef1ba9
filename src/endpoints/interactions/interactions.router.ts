import type Router from '@koa/router';
import type { Context } from '../../context.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import type { Engine } from '../oidc/engine.js';
import { FormTokens } from '../../platform/pages/form-tokens.js';
import { SecondFactorResponses } from '../second-factor/second-factor-responses.js';
import { secondFactorSetUpRoutes } from '../second-factor/second-factor-set-up.routes.js';
import { SecondFactorStepsService } from '../second-factor/second-factor-steps.service.js';
import { secondFactorRoutes } from '../second-factor/second-factor.routes.js';
import { signUpRouter } from '../sign-up/sign-up.router.js';
import { endingPages } from './ending-pages.js';
import { engineSubjects } from '../oidc-subjects/engine-subjects.js';
import { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import { InteractionForms } from './interaction-forms.js';
import { logoRoutes } from './logo.routes.js';
import { interactionRoutes } from './interactions.routes.js';
import { RestoreAccount } from './restore-account.routes.js';
import { InteractionsService } from './interactions.service.js';

/** The router of the pages between an authorization request and its response. */
export function createInteractionRouter(
  context: Context,
  engine: Engine,
  onUnexpected: OnUnexpected,
): Router {
  const { accounts, clientPages, factorChanges, factorChecks, factors, logos, pages, passkeys } = context;
  const { accountEvents, accountLifecycle, detailsTypes, passwordSignIn } = context;
  const { recovery, scopes, settings, signUp, vault } = context;
  const { issuer } = settings;
  const subjects = engineSubjects(context.liveClients, context.clientSubjects);
  const interactions = new InteractionEngine(() => engine.provider);
  const forms = new InteractionForms(interactions, new FormTokens(vault));
  const steps = new SecondFactorStepsService(clientPages, accounts, factors, passkeys);
  const responses = new SecondFactorResponses({ engine: interactions, forms, steps, pages, issuer });
  const restoreAccount = new RestoreAccount({ accountLifecycle, engine: interactions, forms, pages, vault });
  const router = interactionRoutes({
    engine: interactions,
    service: new InteractionsService(
      clientPages,
      scopes,
      detailsTypes,
      accounts,
      passwordSignIn,
      accountEvents,
      subjects,
    ),
    secondFactor: responses,
    recovery,
    signUp,
    passkeys,
    checks: factorChecks,
    restoreAccount,
    pages,
    forms,
    issuer,
    endings: endingPages(pages, clientPages, issuer),
    onUnexpected,
  });
  router.use(secondFactorRoutes({ forms, steps, responses, checks: factorChecks, issuer }).routes());
  router.use(secondFactorSetUpRoutes({ forms, steps, responses, changes: factorChanges }).routes());
  router.use(restoreAccount.routes().routes());
  if (signUp.mode !== 'off') router.use(signUpRouter(context, interactions, forms).routes());
  router.use(logoRoutes(logos).routes());
  return router;
}
