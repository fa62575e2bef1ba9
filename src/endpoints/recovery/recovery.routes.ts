import Router from '@koa/router';
import type Koa from 'koa';
import type { RecoveryService } from '../../identity/recovery/recovery.service.js';
import { field } from '../../platform/pages/form-tokens.js';
import { sendPage, redirectTo } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { AnonymousForms } from '../mail-steps/anonymous-forms.js';
import { codeProblem, type FormProblem, formProblem } from '../mail-steps/form-problems.js';
import { sendLinkOver } from '../mail-steps/link-pages.js';
import { pathParameter, personRequest } from '../mail-steps/person-request.js';
import type { StepCookie } from '../mail-steps/step-cookie.js';
import { ACCOUNT_AREA } from '../sign-in/own-paths.js';

/** What a browser is to do next to set a new password. */
export type RecoveryState =
  | { step: 'code'; handle: string; email: string; interaction: string | undefined }
  | { step: 'password'; secret: string };

/** The name of its cookie. */
export const RECOVERY_COOKIE = 'postern_recovery';

/** What the routes need. */
export interface RecoveryRoutesDependencies {
  recovery: RecoveryService;
  forms: AnonymousForms;
  pages: Pages;
  cookie: StepCookie<RecoveryState>;
  showErrors: Koa.Middleware;
}

const PATH = '/recover';
const CODE = `${PATH}/code`;
const AGAIN = `${PATH}/again`;
const PASSWORD = `${PATH}/password`;
const LINK = `${PATH}/:secret`;
const CODE_MINUTES = 15;
const START_AGAIN = { label: 'Start again', href: PATH };
const UID = /^[\w-]{10,64}$/;

/** A forgotten password is replaced: the address, the code or link of the mail, the new password. */
export function recoveryRoutes(deps: RecoveryRoutesDependencies): Router {
  const { recovery, forms, pages, cookie, showErrors } = deps;
  const router = new Router();
  router.use(PATH, showErrors);

  router.get(PATH, (ctx) => sendAddress(ctx, { email: '', interaction: interactionIn(ctx.query['for']) }));

  router.post(PATH, async (ctx) => {
    const form = await forms.read(ctx);
    await begin(ctx, field(form, 'email') ?? '', interactionIn(ctx.query['for']));
  });

  router.get(CODE, (ctx) => {
    const state = cookie.read(ctx);
    if (state?.step !== 'code') return redirectTo(ctx, PATH);
    sendCode(ctx, state);
  });

  router.post(AGAIN, async (ctx) => {
    await forms.read(ctx);
    const state = cookie.read(ctx);
    if (state?.step !== 'code') return redirectTo(ctx, PATH);
    await begin(ctx, state.email, state.interaction);
  });

  router.post(CODE, async (ctx) => {
    const form = await forms.read(ctx);
    const state = cookie.read(ctx);
    if (state?.step !== 'code') return redirectTo(ctx, PATH);
    try {
      const tried = await recovery.enterCode(state.handle, field(form, 'code') ?? '', personRequest(ctx));
      if (!tried || 'triesLeft' in tried)
        return sendCode(ctx, state, { problem: codeProblem(tried), status: 400 });
      cookie.write(ctx, { step: 'password', secret: tried.secret });
      redirectTo(ctx, PASSWORD);
    } catch (error) {
      sendCode(ctx, state, formProblem(ctx, error, 'The code'));
    }
  });

  router.get(PASSWORD, (ctx) => showPassword(ctx, secretOf(ctx)));
  router.post(PASSWORD, (ctx) => setPassword(ctx, secretOf(ctx)));
  router.get(LINK, (ctx) => showPassword(ctx, pathParameter(ctx, 'secret')));
  router.post(LINK, (ctx) => setPassword(ctx, pathParameter(ctx, 'secret')));

  async function begin(ctx: Koa.Context, email: string, interaction: string | undefined): Promise<void> {
    try {
      const { handle } = await recovery.begin({ email, interaction, request: personRequest(ctx) });
      cookie.write(ctx, { step: 'code', handle, email: email.trim(), interaction });
      redirectTo(ctx, CODE);
    } catch (error) {
      sendAddress(ctx, { email, interaction }, formProblem(ctx, error, 'This'));
    }
  }

  function secretOf(ctx: Koa.Context): string {
    const state = cookie.read(ctx);
    return state?.step === 'password' ? state.secret : '';
  }

  async function showPassword(ctx: Koa.Context, secret: string, refused?: FormProblem): Promise<void> {
    const found = await recovery.find(secret);
    if (!found) return sendLinkOver(ctx, pages, START_AGAIN);
    const model = { action: ctx.path, csrf: forms.csrf(ctx), email: found.email, problem: refused?.problem };
    sendPage(ctx, pages.render('new-password', model), { status: refused?.status ?? 200 });
  }

  async function setPassword(ctx: Koa.Context, secret: string): Promise<void> {
    const form = await forms.read(ctx);
    try {
      const password = field(form, 'password') ?? '';
      const { interaction } = await recovery.finish(secret, password, personRequest(ctx));
      cookie.write(ctx, undefined);
      sendPage(
        ctx,
        pages.render('done', {
          heading: 'Your password is set',
          text: 'You are signed out everywhere. Sign in with the new password.',
          link: { label: 'Sign in', href: signInUrl(interaction) },
        }),
      );
    } catch (error) {
      await showPassword(ctx, secret, formProblem(ctx, error, 'The password'));
    }
  }

  function sendAddress(
    ctx: Koa.Context,
    { email, interaction }: { email: string; interaction: string | undefined },
    { problem, status = 200 }: Partial<FormProblem> = {},
  ): void {
    const query = interaction === undefined ? '' : `?for=${interaction}`;
    const model = {
      action: PATH + query,
      csrf: forms.csrf(ctx),
      email: email.slice(0, 254),
      problem,
      signInUrl: signInUrl(interaction),
    };
    sendPage(ctx, pages.render('recover', model), { status });
  }

  function sendCode(
    ctx: Koa.Context,
    { email, interaction }: RecoveryState & { step: 'code' },
    { problem, status = 200 }: Partial<FormProblem> = {},
  ): void {
    const query = interaction === undefined ? '' : `?for=${interaction}`;
    const model = {
      client: undefined,
      abortAction: undefined,
      step: undefined,
      action: CODE,
      againAction: AGAIN,
      otherUrl: PATH + query,
      csrf: forms.csrf(ctx),
      onlyIfKnown: true,
      minutes: CODE_MINUTES,
      email,
      problem,
    };
    sendPage(ctx, pages.render('mail-code', model), { status });
  }

  return router;
}

/** The page that begins a recovery during this sign-in. */
export function recoverUrl(interaction: string): string {
  return `${PATH}?for=${interaction}`;
}

function interactionIn(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && UID.test(value) ? value : undefined;
}

/** Back to the sign-in in which the recovery began. */
function signInUrl(interaction: string | undefined): string {
  return interaction === undefined ? ACCOUNT_AREA.home : `/interaction/${interaction}`;
}
