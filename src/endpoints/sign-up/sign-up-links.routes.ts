import Router from '@koa/router';
import type Koa from 'koa';
import type { SignUpService } from '../../identity/sign-up/sign-up.service.js';
import { sendPage, redirectTo } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { AnonymousForms } from '../mail-steps/anonymous-forms.js';
import { sendLinkOver } from '../mail-steps/link-pages.js';
import { pathParameter } from '../mail-steps/person-request.js';
import type { StepCookie } from '../mail-steps/step-cookie.js';
import { OWN_SIGN_UP } from '../sign-in/own-paths.js';
import { SIGN_UP_PATH, type SignUpState } from './sign-up-state.js';

/** What the routes need. */
export interface SignUpLinkDependencies {
  signUp: SignUpService;
  forms: AnonymousForms;
  pages: Pages;
  cookie: StepCookie<SignUpState>;
  showErrors: Koa.Middleware;
}

const CONFIRM = `${SIGN_UP_PATH}/confirm/:secret`;
const START_AGAIN = { label: 'Start again', href: SIGN_UP_PATH };

/** Sign-up that no application began, and the links of mails that confirm an address. */
export function signUpLinkRoutes({
  signUp,
  forms,
  pages,
  cookie,
  showErrors,
}: SignUpLinkDependencies): Router {
  const router = new Router();
  router.use(SIGN_UP_PATH, showErrors);

  router.get(SIGN_UP_PATH, (ctx) => redirectTo(ctx, OWN_SIGN_UP));

  router.get(CONFIRM, async (ctx) => {
    const found = await signUp.findLink(pathParameter(ctx, 'secret'));
    if (!found) return sendLinkOver(ctx, pages, START_AGAIN);
    const model = {
      action: ctx.path,
      csrf: forms.csrf(ctx),
      heading: 'Confirm your e-mail address',
      about: found.payload.email,
      text: 'Continue to finish your account at this site.',
      button: 'Continue',
    };
    sendPage(ctx, pages.render('mail-link', model));
  });

  router.post(CONFIRM, async (ctx) => {
    await forms.read(ctx);
    const opened = await signUp.openLink(pathParameter(ctx, 'secret'));
    if (!opened) return sendLinkOver(ctx, pages, START_AGAIN);
    cookie.write(ctx, { step: 'credential', purpose: 'sign-up', secret: opened.secret });
    const { interaction } = opened.payload;
    redirectTo(ctx, interaction === undefined ? SIGN_UP_PATH : `/interaction/${interaction}/sign-up`);
  });

  return router;
}
