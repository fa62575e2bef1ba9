import type Router from '@koa/router';
import type { Context } from '../../context.js';
import type { InteractionForms } from '../interactions/interaction-forms.js';
import { StepCookie } from '../mail-steps/step-cookie.js';
import type { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import { SignUpPages } from './sign-up-pages.js';
import { SIGN_UP_COOKIE, type SignUpState } from './sign-up-state.js';
import { signUpRoutes } from './sign-up.routes.js';

/** The router of sign-up within a sign-in. */
export function signUpRouter(
  { clientPages, factorChanges, invitations, pages, passkeys, settings, signUp, vault }: Context,
  engine: InteractionEngine,
  forms: InteractionForms,
): Router {
  return signUpRoutes({
    engine,
    forms,
    signUp,
    show: new SignUpPages({
      pages,
      forms,
      clients: clientPages,
      passkeys,
      signUp,
      settings: settings.signUp,
    }),
    cookie: new StepCookie<SignUpState>(vault, settings.issuer, SIGN_UP_COOKIE),
    hasTerms: settings.signUp.termsUrl !== undefined,
    invitations,
    factorChanges,
    passkeys,
  });
}
