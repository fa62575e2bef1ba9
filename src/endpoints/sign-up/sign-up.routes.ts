import Router from '@koa/router';
import type Koa from 'koa';
import type {
  AddedFactor,
  FactorChangesService,
} from '../../identity/account-factors/factor-changes.service.js';
import type { PasskeysService } from '../../identity/passkeys/passkeys.service.js';
import type { ValidCode } from '../../identity/one-time-codes/one-time-codes.service.js';
import type { NewCredential, SignUpPurpose, SignUpService } from '../../identity/sign-up/sign-up.service.js';
import { acrOf, PASSWORD_AMR } from '../../identity/second-factors/authentication-level.js';
import type { InvitationsService } from '../../tenancy/invitations/invitations.service.js';
import { AppError } from '../../platform/errors/errors.js';
import { field } from '../../platform/pages/form-tokens.js';
import { type InteractionForms } from '../interactions/interaction-forms.js';
import { codeProblem, formProblem } from '../mail-steps/form-problems.js';
import { personRequest } from '../mail-steps/person-request.js';
import type { StepCookie } from '../mail-steps/step-cookie.js';
import type { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import { InteractionOver } from '../oidc-interactions/interaction-over.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';
import { CREATE_ACCOUNT, SELECT_ACCOUNT } from '../oidc-requests/account-prompts.js';
import { passkeyOf } from '../second-factor/request-fields.js';
import type { SignUpPages } from './sign-up-pages.js';
import { SIGN_UP_PATH, type SignUpState } from './sign-up-state.js';
import { OutdatedPage } from '../../platform/errors/outdated-page.js';
import { redirectTo } from '../../platform/pages/page-headers.js';

/** What the routes need. */
export interface SignUpRoutesDependencies {
  engine: InteractionEngine;
  forms: InteractionForms;
  signUp: SignUpService;
  show: SignUpPages;
  cookie: StepCookie<SignUpState>;
  /** Whether the terms of service have to be accepted. */
  hasTerms: boolean;
  invitations: Pick<InvitationsService, 'acceptFor'>;
  factorChanges: Pick<FactorChangesService, 'firstPasskey'>;
  passkeys: Pick<PasskeysService, 'firstOptions'>;
}

/** Gives a new account what it signs in with, beside a password. */
type AddCredential = Awaited<ReturnType<FactorChangesService['firstPasskey']>>;

const PATH = '/interaction/:uid/sign-up';

/** Sign-up as a part of a sign-in: the address, the code from the mail, the password; then the sign-in goes on. */
export function signUpRoutes(deps: SignUpRoutesDependencies): Router {
  const { cookie, engine, forms, passkeys, signUp, show } = deps;
  const router = new Router();

  router.get(PATH, async (ctx) => {
    const pending = await openOrGoOn(ctx);
    if (!pending) return redirectTo(ctx, SIGN_UP_PATH);
    const state = stateIn(ctx, pending);
    if (state?.step === 'credential') {
      const email = await signUp.provedAddress(state.purpose, state.secret);
      if (email !== undefined) return show.credential(ctx, pending, { email, purpose: state.purpose });
    }
    if (state?.step === 'code' && ctx.query['address'] !== 'other') {
      return show.code(ctx, pending, state.email);
    }
    return show.address(ctx, pending, { email: pending.loginHint ?? '' });
  });

  router.post(PATH, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx);
    await begin(ctx, pending, field(form, 'email') ?? '');
  });

  router.post(`${PATH}/again`, async (ctx) => {
    const { pending } = await forms.openForm(ctx);
    const state = stateIn(ctx, pending);
    if (state?.step !== 'code') return redirectTo(ctx, pathOf(pending));
    await begin(ctx, pending, state.email);
  });

  router.post(`${PATH}/code`, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx);
    const state = stateIn(ctx, pending);
    if (state?.step !== 'code') return redirectTo(ctx, pathOf(pending));
    try {
      const tried = await signUp.enterCode(state.handle, field(form, 'code') ?? '', personRequest(ctx));
      if (!tried || 'triesLeft' in tried) {
        return await show.code(ctx, pending, state.email, { problem: codeProblem(tried), status: 400 });
      }
      cookie.write(ctx, { step: 'credential', purpose: 'sign-up', secret: tried.secret });
      redirectTo(ctx, pathOf(pending));
    } catch (error) {
      await show.code(ctx, pending, state.email, formProblem(ctx, error, 'The code'));
    }
  });

  router.post(`${PATH}/create`, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx);
    await finish(ctx, pending, form, async () => ({
      credential: { password: field(form, 'password') ?? '' },
      add: async () => ({ amr: [...PASSWORD_AMR], recoveryCodes: undefined }),
    }));
  });

  router.get(`${PATH}/passkey`, async (ctx) => {
    const pending = await forms.open(ctx);
    const state = stateIn(ctx, pending);
    const email = state?.step === 'credential' && (await signUp.provedAddress(state.purpose, state.secret));
    if (!email) throw new OutdatedPage('This page is out of date.');
    ctx.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    ctx.body = await passkeys.firstOptions(passkeyContext(pending), email);
  });

  router.post(`${PATH}/passkey`, async (ctx) => {
    const { pending, form } = await forms.openForm(ctx);
    await finish(ctx, pending, form, async () => ({
      credential: { passwordless: true },
      add: await deps.factorChanges.firstPasskey(passkeyOf(form), passkeyContext(pending)),
    }));
  });

  /** Makes the account with the credential, and goes on; with the recovery codes before it, if there are some. */
  async function finish(
    ctx: Koa.Context,
    pending: PendingInteraction,
    form: URLSearchParams,
    prepare: () => Promise<{ credential: NewCredential; add: AddCredential }>,
  ): Promise<void> {
    const state = stateIn(ctx, pending);
    if (state?.step !== 'credential') return redirectTo(ctx, pathOf(pending));
    const { purpose } = state;
    const email = await signUp.provedAddress(purpose, state.secret);
    if (email === undefined) return startAgain(ctx, pending);
    try {
      if (deps.hasTerms && field(form, 'terms') !== 'yes')
        throw new AppError('conflict', 'Accept the terms of service to create an account.');
      const { credential, add } = await prepare();
      const request = personRequest(ctx);
      let added: AddedFactor = { amr: [], recoveryCodes: undefined };
      const account = await signUp.finish(state, credential, request, async (tx, made, code) => {
        if (isInvitation(purpose, code)) await deps.invitations.acceptFor(tx, made, code, request);
        added = await add(tx, made.id, request);
      });
      cookie.write(ctx, undefined);
      const { amr, recoveryCodes } = added;
      const login = { accountId: account.id, amr, acr: acrOf(amr), ts: Math.floor(Date.now() / 1000) };
      const result = { login, [SELECT_ACCOUNT]: {}, [CREATE_ACCOUNT]: {} };
      const location = await engine.finish(ctx.req, ctx.res, result);
      if (recoveryCodes) show.recoveryCodes(ctx, recoveryCodes, location);
      else redirectTo(ctx, location);
    } catch (error) {
      await show.credential(ctx, pending, { email, purpose }, formProblem(ctx, error, 'The password'));
    }
  }

  async function begin(ctx: Koa.Context, pending: PendingInteraction, email: string): Promise<void> {
    if (signUp.mode !== 'open') return redirectTo(ctx, pathOf(pending));
    try {
      const request = { email, interaction: pending.uid, request: personRequest(ctx) };
      const { handle } = await signUp.begin(request);
      cookie.write(ctx, { step: 'code', interaction: pending.uid, handle, email: email.trim() });
      redirectTo(ctx, pathOf(pending));
    } catch (error) {
      await show.address(ctx, pending, { email, ...formProblem(ctx, error, 'This') });
    }
  }

  /** A code is typed in the sign-in in which it was asked for; an address that was proved is of use in any. */
  function stateIn(ctx: Koa.Context, { uid }: PendingInteraction): SignUpState | undefined {
    const state = cookie.read(ctx);
    return state?.step === 'code' && state.interaction !== uid ? undefined : state;
  }

  function startAgain(ctx: Koa.Context, pending: PendingInteraction): void {
    cookie.write(ctx, undefined);
    redirectTo(ctx, pathOf(pending));
  }

  /** Undefined when the sign-in is over or of another browser, but the address was proved in this one. */
  async function openOrGoOn(ctx: Koa.Context): Promise<PendingInteraction | undefined> {
    try {
      return await forms.open(ctx);
    } catch (error) {
      if (error instanceof InteractionOver && cookie.read(ctx)?.step === 'credential') return undefined;
      throw error;
    }
  }

  return router;
}

function pathOf({ uid }: PendingInteraction): string {
  return `/interaction/${uid}/sign-up`;
}

/** What the challenges of passkeys at this step are made for. */
function passkeyContext({ uid }: PendingInteraction): string {
  return `sign-up ${uid}`;
}

function isInvitation(
  purpose: SignUpPurpose,
  code: ValidCode<SignUpPurpose>,
): code is ValidCode<'invitation'> {
  return purpose === 'invitation' && 'invitationId' in code.payload;
}
