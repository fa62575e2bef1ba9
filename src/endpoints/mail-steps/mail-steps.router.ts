import Router from '@koa/router';
import type { Context } from '../../context.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import { errorPages } from '../../platform/pages/error-page.js';
import { FormTokens } from '../../platform/pages/form-tokens.js';
import { emailLinkRoutes } from '../email-links/email-links.routes.js';
import { RECOVERY_COOKIE, recoveryRoutes, type RecoveryState } from '../recovery/recovery.routes.js';
import { invitationLinkRoutes } from '../sign-up/invitation-links.routes.js';
import { signUpLinkRoutes } from '../sign-up/sign-up-links.routes.js';
import { SIGN_UP_COOKIE, type SignUpState } from '../sign-up/sign-up-state.js';
import { AnonymousForms } from './anonymous-forms.js';
import { StepCookie } from './step-cookie.js';

/** The pages that codes and links of mails lead to, outside of a sign-in. */
export function createMailStepsRouter(context: Context, onUnexpected: OnUnexpected): Router {
  const { emailAddresses, invitations, pages, recovery, settings, signUp, vault } = context;
  const { issuer } = settings;
  const shared = {
    pages,
    forms: new AnonymousForms(new FormTokens(vault), issuer),
    showErrors: errorPages(pages, onUnexpected),
  };
  const signUpCookie = new StepCookie<SignUpState>(vault, issuer, SIGN_UP_COOKIE);
  const recoveryCookie = new StepCookie<RecoveryState>(vault, issuer, RECOVERY_COOKIE);
  const router = new Router();
  if (!recovery.enabled) return router;
  router.use(recoveryRoutes({ ...shared, recovery, cookie: recoveryCookie }).routes());
  router.use(emailLinkRoutes({ ...shared, emailAddresses }).routes());
  if (signUp.mode === 'off') return router;
  router.use(signUpLinkRoutes({ ...shared, signUp, cookie: signUpCookie }).routes());
  router.use(invitationLinkRoutes({ ...shared, invitations, cookie: signUpCookie }).routes());
  return router;
}
