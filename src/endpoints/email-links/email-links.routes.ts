import Router from '@koa/router';
import type Koa from 'koa';
import type {
  AddressPurpose,
  EmailAddressesService,
} from '../../identity/email-addresses/email-addresses.service.js';
import { AppError } from '../../platform/errors/errors.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { AnonymousForms } from '../mail-steps/anonymous-forms.js';
import { sendLinkOver } from '../mail-steps/link-pages.js';
import { pathParameter, personRequest } from '../mail-steps/person-request.js';
import { ACCOUNT_AREA } from '../sign-in/own-paths.js';

/** What the routes need. */
export interface EmailLinkDependencies {
  emailAddresses: EmailAddressesService;
  forms: AnonymousForms;
  pages: Pages;
  showErrors: Koa.Middleware;
}

const TO_ACCOUNT = { label: 'Go to your account', href: ACCOUNT_AREA.home };

const WORDS: Readonly<
  Record<AddressPurpose, { heading: string; text: string; button: string; done: string }>
> = {
  verification: {
    heading: 'Confirm your e-mail address',
    text: 'Confirm that this is the address of your account.',
    button: 'Confirm',
    done: 'Your e-mail address is confirmed.',
  },
  'email-change': {
    heading: 'Confirm your new e-mail address',
    text: 'It becomes the address of your account. The former one gets a mail with which the change can be taken back for 7 days.',
    button: 'Use this address',
    done: 'Your account has the new e-mail address.',
  },
  'email-undo': {
    heading: 'Take the change back',
    text: 'Your account gets this address again, and everybody is signed out of it.',
    button: 'Take the change back',
    done: 'Your account has its former e-mail address again, and everybody is signed out. Set a new password if somebody else changed the address.',
  },
};

/** The links of mails that confirm an address of an account, or take a change of it back. Signing in is not needed. */
export function emailLinkRoutes({ emailAddresses, forms, pages, showErrors }: EmailLinkDependencies): Router {
  const router = new Router();
  for (const path of ['/confirm-email/:secret', '/undo-email/:secret']) {
    router.get(path, showErrors, async (ctx) => {
      const found = await emailAddresses.find(pathParameter(ctx, 'secret'));
      if (!found) return sendLinkOver(ctx, pages, TO_ACCOUNT);
      const { heading, text, button } = WORDS[found.purpose];
      const form = { action: ctx.path, csrf: forms.csrf(ctx) };
      sendPage(ctx, pages.render('mail-link', { ...form, heading, text, button, about: found.email }));
    });

    router.post(path, showErrors, async (ctx) => {
      await forms.read(ctx);
      const secret = pathParameter(ctx, 'secret');
      const found = await emailAddresses.find(secret);
      if (!found) return sendLinkOver(ctx, pages, TO_ACCOUNT);
      try {
        await emailAddresses.finish(found.purpose, secret, personRequest(ctx));
      } catch (error) {
        if (error instanceof AppError && error.kind === 'conflict')
          return sendLinkOver(ctx, pages, TO_ACCOUNT);
        throw error;
      }
      const { heading, done } = WORDS[found.purpose];
      const link =
        found.purpose === 'email-undo' ? { label: 'Set a new password', href: '/recover' } : TO_ACCOUNT;
      sendPage(ctx, pages.render('done', { heading, text: done, link }));
    });
  }
  return router;
}
