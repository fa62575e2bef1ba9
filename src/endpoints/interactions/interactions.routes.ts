import Router from '@koa/router';
import type Koa from 'koa';
import { AppError } from '../../platform/errors/errors.js';
import { readForm } from '../../platform/http/body.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import { field, type FormTokens } from '../../platform/pages/form-tokens.js';
import { noteApplication } from './ending-pages.js';
import { errorPages, requestIdOf } from '../../platform/pages/error-page.js';
import { MEMBERSHIP_PROMPT, NOT_A_MEMBER } from '../oidc-interactions/membership-prompt.js';
import type { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import type { InteractionsService } from './interactions.service.js';
import type { SignInModel } from '../../platform/page-models/interactions.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import { SELECT_ACCOUNT } from '../oidc-requests/account-prompts.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';

const FORM_BYTES = 10_000;
const YEAR = 365 * 86_400_000;

/** What the routes need. */
export interface InteractionRoutesDependencies {
  engine: InteractionEngine;
  service: InteractionsService;
  pages: Pages;
  tokens: FormTokens;
  /** The origin of this server. */
  issuer: string;
  /** Shows why an interaction is over. */
  endings: Koa.Middleware;
  /** Logs errors that are not the caller's. */
  onUnexpected: OnUnexpected;
}

/** The pages between an authorization request and its response. */
export function interactionRoutes({
  engine,
  service,
  pages,
  tokens,
  issuer,
  endings,
  onUnexpected,
}: InteractionRoutesDependencies): Router {
  const browserCookie = knownBrowserCookie(issuer);
  const router = new Router();

  router.use('/interaction', errorPages(pages, onUnexpected), endings);

  router.get('/interaction/:uid', async (ctx) => {
    const pending = await engine.open(ctx.req, ctx.res, uidOf(ctx));
    noteApplication(ctx, issuer, pending.uid, pending.clientId);
    if (pending.prompt === 'login') {
      sendSignIn(ctx, await service.signInPage(pending, formsOf(pending, 'login')), 200);
    } else if (pending.prompt === SELECT_ACCOUNT) {
      const model = await service.selectAccountPage(pending, formsOf(pending, 'select'));
      if (model) sendPage(ctx, pages.render('select-account', model), { status: 200, leavesSite: true });
      else sendSignIn(ctx, await service.signInPage(pending, formsOf(pending, 'login')), 200);
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
    const pending = await engine.open(ctx.req, ctx.res, uidOf(ctx));
    sendSignIn(ctx, await service.anotherAccountPage(pending, formsOf(pending, 'login')), 200);
  });

  // At every step: the engine ends the session of the account that was signed in, when another one signs in.
  router.post('/interaction/:uid/login', async (ctx) => {
    const { pending, form } = await openForm(ctx);
    const email = field(form, 'email') ?? '';
    const remember = field(form, 'remember') === 'yes';
    try {
      const password = field(form, 'password') ?? '';
      const browser = ctx.cookies.get(browserCookie.name);
      const signal = untilClosed(ctx);
      const requestId = requestIdOf(ctx) ?? null;
      const attempt = { email, password, address: ctx.ip, requestId, browser, signal };
      const signedIn = await service.authenticate(attempt);
      const { account } = signedIn;
      // A proxy may have decrypted the connection.
      ctx.cookies.secure = browserCookie.options.secure;
      ctx.cookies.set(browserCookie.name, signedIn.browser, browserCookie.options);
      const login = { accountId: account.id, amr: ['pwd'], remember, ts: Math.floor(Date.now() / 1000) };
      redirectTo(ctx, await engine.finish(ctx.req, ctx.res, { login, [SELECT_ACCOUNT]: {} }));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.kind !== 'unauthenticated' && error.kind !== 'slow_down') throw error;
      if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
      const model = await service.signInPage(pending, formsOf(pending, 'login'));
      const again = { ...model, email: email.slice(0, 254), remember, problem: signInProblem(error) };
      sendSignIn(ctx, again, error.kind === 'slow_down' ? 429 : 400);
    }
  });

  router.post('/interaction/:uid/select', async (ctx) => {
    await openForm(ctx, SELECT_ACCOUNT);
    redirectTo(ctx, await engine.finish(ctx.req, ctx.res, { [SELECT_ACCOUNT]: {} }));
  });

  router.post('/interaction/:uid/consent', async (ctx) => {
    const { pending, form } = await openForm(ctx, 'consent');
    const earlier = await engine.earlierDecision(pending);
    const decision = await service.decide(pending, earlier, form.getAll('scope'));
    const location = await engine.consent(ctx.req, ctx.res, pending, decision);
    await service.noteConsent(pending, { address: ctx.ip, requestId: requestIdOf(ctx) ?? null });
    redirectTo(ctx, location);
  });

  router.post('/interaction/:uid/abort', async (ctx) => {
    const { pending } = await openForm(ctx);
    const reason =
      pending.prompt === MEMBERSHIP_PROMPT ? NOT_A_MEMBER : 'the person did not allow the request';
    const denial = { error: 'access_denied', error_description: reason };
    redirectTo(ctx, await engine.finish(ctx.req, ctx.res, denial));
  });

  function formsOf({ uid }: PendingInteraction, answer: 'login' | 'select' | 'consent') {
    const base = `/interaction/${uid}`;
    return {
      action: `${base}/${answer}`,
      abortAction: `${base}/abort`,
      switchUrl: `${base}/another-account`,
      csrf: tokens.issue(uid),
    };
  }

  async function openForm(ctx: Koa.Context, ...prompts: string[]) {
    const pending = await engine.open(ctx.req, ctx.res, uidOf(ctx));
    const form = await readForm(ctx, FORM_BYTES);
    tokens.check(form, pending.uid);
    if (prompts.length > 0) requirePrompt(pending, ...prompts);
    return { pending, form };
  }

  function sendSignIn(ctx: Koa.Context, model: SignInModel, status: number): void {
    sendPage(ctx, pages.render('sign-in', model), { status, leavesSite: true });
  }

  return router;
}

/** The cookie of browsers that have signed in, for a year; only the sign-in form gets it back. */
function knownBrowserCookie(issuer: string) {
  const secure = issuer.startsWith('https:');
  const options = { httpOnly: true, sameSite: 'lax', path: '/interaction', secure, maxAge: YEAR } as const;
  return {
    name: secure ? '__Secure-postern_browser' : 'postern_browser',
    options: { ...options, overwrite: true },
  };
}

/** Aborts when the connection closes before the response was sent. */
function untilClosed({ res }: Koa.Context): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => controller.abort());
  return controller.signal;
}

function uidOf(ctx: Koa.Context): string {
  const { uid } = ctx['params'] as { uid?: string };
  return uid ?? '';
}

function requirePrompt(pending: PendingInteraction, ...prompts: string[]): void {
  if (prompts.includes(pending.prompt)) return;
  throw new AppError(
    'malformed',
    'This page does not belong to the step you are at. Start again from the application.',
  );
}

/** RFC 9700, section 4.12: 303, so that a browser does not post the password again to the redirect target. */
function redirectTo(ctx: Koa.Context, location: string): void {
  ctx.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  ctx.status = 303;
  ctx.redirect(location);
}

function signInProblem({ kind, message, retryAfter = 60 }: AppError): string {
  if (kind !== 'slow_down') return message;
  const minutes = Math.ceil(retryAfter / 60);
  const wait = minutes === 1 ? 'in a minute' : `in ${String(minutes)} minutes`;
  return `There were too many attempts to sign in. Try again ${wait}.`;
}
