import Router from '@koa/router';
import type Koa from 'koa';
import { AppError } from '../../platform/errors/errors.js';
import { sendPage, redirectTo } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { InvitationsService } from '../../tenancy/invitations/invitations.service.js';
import { tenantInWords } from '../../tenancy/tenants/tenant-in-words.js';
import type { AnonymousForms } from '../mail-steps/anonymous-forms.js';
import { sendLinkOver } from '../mail-steps/link-pages.js';
import { pathParameter, personRequest } from '../mail-steps/person-request.js';
import type { StepCookie } from '../mail-steps/step-cookie.js';
import { ACCOUNT_AREA } from '../sign-in/own-paths.js';
import { SIGN_UP_PATH, type SignUpState } from './sign-up-state.js';

/** What the routes need. */
export interface InvitationLinkDependencies {
  invitations: InvitationsService;
  forms: AnonymousForms;
  pages: Pages;
  cookie: StepCookie<SignUpState>;
  showErrors: Koa.Middleware;
}

const PATH = '/invitations/:secret';
const TO_ACCOUNT = { label: 'Go to your account', href: ACCOUNT_AREA.home };

/** The link of an invitation: the account of the address gets the role, or one is created with it. */
export function invitationLinkRoutes(deps: InvitationLinkDependencies): Router {
  const { invitations, forms, pages, cookie, showErrors } = deps;
  const router = new Router();

  router.get(PATH, showErrors, async (ctx) => {
    const found = await invitations.open(pathParameter(ctx, 'secret'));
    if (!found) return sendLinkOver(ctx, pages, TO_ACCOUNT);
    const { email, hasAccount, role } = found;
    const model = {
      action: ctx.path,
      csrf: forms.csrf(ctx),
      heading: 'You are invited',
      about: `Role ${role} in ${tenantInWords(found)}`,
      text: hasAccount
        ? `The account with the address ${email} gets the role.`
        : `You create an account with the address ${email}.`,
      button: 'Accept',
    };
    sendPage(ctx, pages.render('mail-link', model));
  });

  router.post(PATH, showErrors, async (ctx) => {
    await forms.read(ctx);
    const secret = pathParameter(ctx, 'secret');
    const found = await invitations.open(secret);
    if (!found) return sendLinkOver(ctx, pages, TO_ACCOUNT);
    if (!found.hasAccount) {
      const begun = await invitations.beginSignUp(secret);
      if (!begun) return sendLinkOver(ctx, pages, TO_ACCOUNT);
      cookie.write(ctx, { step: 'credential', purpose: 'invitation', secret: begun.secret });
      return redirectTo(ctx, SIGN_UP_PATH);
    }
    try {
      await invitations.accept(secret, personRequest(ctx));
    } catch (error) {
      if (error instanceof AppError && error.kind === 'conflict') return sendLinkOver(ctx, pages, TO_ACCOUNT);
      throw error;
    }
    const text = `Your account has the role ${found.role} in ${tenantInWords(found)}.`;
    sendPage(ctx, pages.render('done', { heading: 'The invitation is accepted', text, link: TO_ACCOUNT }));
  });

  return router;
}
