import Router from '@koa/router';
import type Koa from 'koa';
import { OwnCookie } from '../../platform/cookies/own-cookie.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import { field } from '../../platform/pages/form-tokens.js';
import { noteApplication } from './ending-pages.js';
import type { RestoreAccount } from './restore-account.routes.js';
import { attemptProblem, CHOSEN, type InteractionForms, requirePrompt } from './interaction-forms.js';
import { errorPages, requestIdOf } from '../../platform/pages/error-page.js';
import { MEMBERSHIP_PROMPT, NOT_A_MEMBER } from '../oidc-interactions/membership-prompt.js';
import type { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import type { InteractionsService } from './interactions.service.js';
import type { SignInModel } from '../../platform/page-models/interactions.js';
import { sendPage, redirectTo } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import { AccountBeingDeleted } from '../../identity/accounts/account.js';
import { PasskeyRefused } from '../../identity/account-factors/factor-checks.service.js';
import type { RecoveryService } from '../../identity/recovery/recovery.service.js';
import type { SignUpService } from '../../identity/sign-up/sign-up.service.js';
import type { PasskeysService } from '../../identity/passkeys/passkeys.service.js';
import { acrOf, PASSWORD_AMR } from '../../identity/second-factors/authentication-level.js';
import type { FactorChecksService } from '../../identity/account-factors/factor-checks.service.js';
import { SECOND_FACTOR_PROMPT } from '../oidc-second-factor/second-factor-prompt.js';
import { recoverUrl } from '../recovery/recovery.routes.js';
import { originOf, passkeyOf } from '../second-factor/request-fields.js';
import type { SecondFactorResponses } from '../second-factor/second-factor-responses.js';
import { CREATE_ACCOUNT, SELECT_ACCOUNT } from '../oidc-requests/account-prompts.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';

const YEAR_SECONDS = 365 * 86_400;

/** What the routes need. */
export interface InteractionRoutesDependencies {
  engine: InteractionEngine;
  service: InteractionsService;
  secondFactor: SecondFactorResponses;
  passkeys: PasskeysService;
  checks: FactorChecksService;
  restoreAccount: RestoreAccount;
  recovery: Pick<RecoveryService, 'enabled'>;
  signUp: Pick<SignUpService, 'mode'>;
  pages: Pages;
  forms: InteractionForms;
  /** The origin of this server. */
  issuer: string;
  /** Shows why an interaction is over. */
  endings: Koa.Middleware;
  /** Logs errors that are not the caller's. */
  onUnexpected: OnUnexpected;
}

/** The page of the interaction that a form belongs to. */
function interactionOf(path: string): string | undefined {
  return /^\/interaction\/[^/]+/.exec(path)?.[0];
}

/** The pages between an authorization request and its response. */
export function interactionRoutes({
  engine,
  service,
  secondFactor,
  passkeys,
  checks,
  restoreAccount,
  recovery,
  signUp,
  pages,
  forms,
  issuer,
  endings,
  onUnexpected,
}: InteractionRoutesDependencies): Router {
  const browserCookie = knownBrowserCookie(issuer);
  const router = new Router();

  router.use('/interaction', errorPages(pages, onUnexpected, interactionOf), endings);

  router.get('/interaction/:uid', async (ctx) => {
    const pending = await forms.open(ctx);
    noteApplication(ctx, issuer, pending.uid, pending.clientId);
    if (pending.prompt === 'login') {
      sendSignIn(ctx, await service.signInPage(pending, formsOf(pending, 'login')), 200);
    } else if (pending.prompt === CREATE_ACCOUNT) {
      redirectTo(ctx, `/interaction/${pending.uid}/sign-up`);
    } else if (pending.prompt === SELECT_ACCOUNT) {
      const model = await service.selectAccountPage(pending, formsOf(pending, 'select'));
      if (model) sendPage(ctx, pages.render('select-account', model), { status: 200, leavesSite: true });
      else sendSignIn(ctx, await service.signInPage(pending, formsOf(pending, 'login')), 200);
    } else if (pending.prompt === SECOND_FACTOR_PROMPT) {
      await secondFactor.show(ctx, pending);
    } else if (pending.prompt === MEMBERSHIP_PROMPT) {
      const { abortAction, csrf, switchUrl } = formsOf(pending, 'consent');
      const model = await service.notAMemberPage(pending, { action: abortAction, csrf, switchUrl });
      sendPage(ctx, pages.render('not-a-member', model), { status: 403, leavesSite: true });
    } else {
      requirePrompt(pending, 'consent');
      const earlier = await engine.earlierDecision(pending);
      const model = await service.consentPage(pending, earlier, formsOf(pending, 'consent'));
      sendPage(ctx, pages.render('consent', model), { status: 200, leavesSite: true });
    }
  });

  router.get('/interaction/:uid/another-account', async (ctx) => {
    const pending = await forms.open(ctx);
    sendSignIn(ctx, await service.anotherAccountPage(pending, formsOf(pending, 'login')), 200);
  });

  // At every step: the engine ends the session of the account that was signed in, when another one signs in.
  router.post('/interaction/:uid/login', async (ctx) => {
    const { pending, form } = await forms.openForm(ctx);
    const email = field(form, 'email') ?? '';
    const remember = field(form, 'remember') === 'yes';
    const provedAt = Date.now();
    try {
      const password = field(form, 'password') ?? '';
      const browser = browserCookie.read(ctx);
      const signal = untilClosed(ctx);
      const requestId = requestIdOf(ctx) ?? null;
      const attempt = { email, password, address: ctx.ip, requestId, browser, signal };
      const signedIn = await service.authenticate(attempt);
      const { account } = signedIn;
      browserCookie.write(ctx, signedIn.browser);
      const login = {
        accountId: account.id,
        amr: [...PASSWORD_AMR],
        acr: acrOf(PASSWORD_AMR),
        remember,
        ts: Math.floor(Date.now() / 1000),
        proved_at: provedAt,
      };
      redirectTo(ctx, await engine.finish(ctx.req, ctx.res, { login, ...CHOSEN }));
    } catch (error) {
      if (error instanceof AccountBeingDeleted)
        return restoreAccount.show(ctx, pending, error, { remember, provedAt });
      const { problem, status } = attemptProblem(ctx, error);
      const model = await service.signInPage(pending, formsOf(pending, 'login'));
      sendSignIn(ctx, { ...model, email: email.slice(0, 254), remember, problem }, status);
    }
  });

  router.get('/interaction/:uid/passkey', async (ctx) => {
    const pending = await forms.open(ctx);
    secondFactor.sendOptions(ctx, await passkeys.requestOptions(signInContext(pending)));
  });

  // At every step, too.
  router.post('/interaction/:uid/passkey', async (ctx) => {
    const { pending, form } = await forms.openForm(ctx);
    const remember = field(form, 'remember') === 'yes';
    const provedAt = Date.now();
    try {
      const proof = await checks.checkPasskey(passkeyOf(form), signInContext(pending), originOf(ctx));
      const ts = Math.floor(Date.now() / 1000);
      const login = { ...proof, acr: acrOf(proof.amr), remember, ts, proved_at: provedAt };
      redirectTo(ctx, await engine.finish(ctx.req, ctx.res, { login, ...CHOSEN }));
    } catch (error) {
      if (error instanceof AccountBeingDeleted)
        return restoreAccount.show(ctx, pending, error, { remember, provedAt });
      const { problem, status } = attemptProblem(ctx, error);
      const unknown = error instanceof PasskeyRefused ? error.unknownCredential : undefined;
      const model = await service.signInPage(pending, formsOf(pending, 'login', unknown));
      sendSignIn(ctx, { ...model, remember, problem }, status);
    }
  });

  router.post('/interaction/:uid/select', async (ctx) => {
    await forms.openForm(ctx, SELECT_ACCOUNT);
    redirectTo(ctx, await engine.finish(ctx.req, ctx.res, { [SELECT_ACCOUNT]: {} }));
  });

  router.post('/interaction/:uid/consent', async (ctx) => {
    const { pending, form } = await forms.openForm(ctx, 'consent');
    const earlier = await engine.earlierDecision(pending);
    const decision = await service.decide(pending, earlier, form.getAll('scope'));
    const location = await engine.consent(ctx.req, ctx.res, pending, decision);
    await service.noteConsent(pending, { address: ctx.ip, requestId: requestIdOf(ctx) ?? null });
    redirectTo(ctx, location);
  });

  router.post('/interaction/:uid/abort', async (ctx) => {
    const { pending } = await forms.openForm(ctx);
    const reason =
      pending.prompt === MEMBERSHIP_PROMPT ? NOT_A_MEMBER : 'the person did not allow the request';
    const denial = { error: 'access_denied', error_description: reason };
    redirectTo(ctx, await engine.finish(ctx.req, ctx.res, denial));
  });

  function formsOf(pending: PendingInteraction, answer: 'login' | 'select' | 'consent', unknown?: string) {
    const base = `/interaction/${pending.uid}`;
    const csrf = forms.csrf(pending);
    const passkey = {
      action: `${base}/passkey`,
      options: `${base}/passkey`,
      csrf,
      ...(unknown !== undefined && { unknown: { domain: passkeys.domain ?? '', credentialId: unknown } }),
    };
    return {
      action: `${base}/${answer}`,
      abortAction: `${base}/abort`,
      switchUrl: `${base}/another-account`,
      csrf,
      ...(answer === 'login' && passkeys.available && { passkey }),
      ...(recovery.enabled && { recoverUrl: recoverUrl(pending.uid) }),
      ...(signUp.mode === 'open' && { signUpUrl: `${base}/sign-up` }),
    };
  }

  function sendSignIn(ctx: Koa.Context, model: SignInModel, status: number): void {
    sendPage(ctx, pages.render('sign-in', model), { status, leavesSite: true });
  }

  return router;
}

/** What the challenges of passkeys on the sign-in page are made for. */
function signInContext({ uid }: PendingInteraction): string {
  return `sign-in ${uid}`;
}

/** The cookie of browsers that have signed in, for a year; only the sign-in form gets it back. */
function knownBrowserCookie(issuer: string): OwnCookie {
  return new OwnCookie(issuer, 'postern_browser', { path: '/interaction', maxAge: YEAR_SECONDS });
}

/** Aborts when the connection closes before the response was sent. */
function untilClosed({ res }: Koa.Context): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => controller.abort());
  return controller.signal;
}
