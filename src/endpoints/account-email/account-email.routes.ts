import Router from '@koa/router';
import type {
  AddressPurpose,
  EmailAddressesService,
} from '../../identity/email-addresses/email-addresses.service.js';
import type { IssuedCode } from '../../identity/one-time-codes/one-time-codes.service.js';
import { field } from '../../platform/pages/form-tokens.js';
import { type AccountArea, requestOf } from '../account/account-area.js';
import { codeProblem, type FormProblem, formProblem } from '../mail-steps/form-problems.js';
import type { StepCookie } from '../mail-steps/step-cookie.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';

/** The code that a person is to type for an address of their account. */
export interface EmailState {
  accountId: string;
  purpose: Exclude<AddressPurpose, 'email-undo'>;
  handle: string;
  email: string;
}

/** The name of its cookie. */
export const EMAIL_COOKIE = 'postern_email';

/** What the routes need. */
export interface AccountEmailDependencies {
  area: AccountArea;
  emailAddresses: EmailAddressesService;
  cookie: StepCookie<EmailState>;
}

const PAGE = '/account/email';
const CODE = `${PAGE}/code`;
const CODE_MINUTES = 15;
const NOTICES = {
  verified: 'Your e-mail address is verified.',
  changed:
    'Your account has the new e-mail address. The former one got a mail with which the change can be taken back for 7 days.',
};

/** The address of the account: proved by a code, and changed by a code that goes to the new one. */
export function accountEmailRoutes({ area, emailAddresses, cookie }: AccountEmailDependencies) {
  const router = new Router<OwnSessionState>();

  router.get(PAGE, (ctx) => {
    // Before the new address is typed, because a form that is sent too late is not kept. To prove the present one takes none.
    const { emailVerified } = ctx.state.person.account;
    if (emailVerified && ctx.query['done'] === undefined) area.requireFresh(ctx, PAGE);
    showAddress(ctx);
  });

  router.post(PAGE, async (ctx) => {
    const form = await area.readForm(ctx);
    area.requireFresh(ctx, PAGE);
    const email = (field(form, 'email') ?? '').trim();
    await begin(ctx, 'email-change', email);
  });

  router.post(`${PAGE}/verify`, async (ctx) => {
    await area.readForm(ctx);
    await begin(ctx, 'verification', ctx.state.person.account.email);
  });

  router.get(CODE, (ctx) => {
    const state = stateOf(ctx);
    if (!state) return leadTo(ctx, PAGE);
    showCode(ctx, state);
  });

  router.post(CODE, async (ctx) => {
    const form = await area.readForm(ctx);
    const state = stateOf(ctx);
    if (!state) return leadTo(ctx, PAGE);
    try {
      const code = field(form, 'code') ?? '';
      const tried = await emailAddresses.enterCode(state.purpose, state.handle, code, requestOf(ctx));
      if (!tried || 'triesLeft' in tried)
        return showCode(ctx, state, { problem: codeProblem(tried), status: 422 });
      cookie.write(ctx, undefined);
      area.done(ctx, PAGE, state.purpose === 'verification' ? 'verified' : 'changed');
    } catch (error) {
      showCode(ctx, state, formProblem(ctx, error, 'The code'));
    }
  });

  router.post(`${PAGE}/again`, async (ctx) => {
    await area.readForm(ctx);
    const state = stateOf(ctx);
    if (!state) return leadTo(ctx, PAGE);
    if (state.purpose === 'email-change') area.requireFresh(ctx, PAGE);
    await begin(ctx, state.purpose, state.email);
  });

  async function begin(ctx: OwnContext, purpose: EmailState['purpose'], email: string): Promise<void> {
    const { account } = ctx.state.person;
    let issued: IssuedCode;
    try {
      issued =
        purpose === 'verification'
          ? await emailAddresses.beginVerification(account, requestOf(ctx))
          : await emailAddresses.beginChange(account, email, requestOf(ctx));
    } catch (error) {
      return showAddress(ctx, email, formProblem(ctx, error, 'This'));
    }
    cookie.write(ctx, { accountId: account.id, purpose, handle: issued.handle, email });
    leadTo(ctx, CODE);
  }

  /** A code of another account that was signed in here before is of no use. */
  function stateOf(ctx: OwnContext): EmailState | undefined {
    const state = cookie.read(ctx);
    return state?.accountId === ctx.state.person.account.id ? state : undefined;
  }

  function showAddress(
    ctx: OwnContext,
    typed = '',
    { problem, status = 200 }: Partial<FormProblem> = {},
  ): void {
    const { emailVerified } = ctx.state.person.account;
    const model = { emailVerified, typed: typed.slice(0, 254), problem };
    area.send(ctx, 'account/email', 'profile', model, { notices: NOTICES, status });
  }

  function showCode(
    ctx: OwnContext,
    { email }: EmailState,
    { problem, status = 200 }: Partial<FormProblem> = {},
  ): void {
    area.send(
      ctx,
      'account/email-code',
      'profile',
      { to: email, minutes: CODE_MINUTES, problem },
      { status },
    );
  }

  return router;
}

function leadTo(ctx: OwnContext, page: string): void {
  ctx.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  ctx.status = 303;
  ctx.redirect(page);
}
