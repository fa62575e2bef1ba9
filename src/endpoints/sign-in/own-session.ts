import type Koa from 'koa';
import type { ValidSession } from '../../identity/own-sessions/own-session.js';
import type { OwnSessionsService } from '../../identity/own-sessions/own-sessions.service.js';
import { type Acr, acrOf, satisfies } from '../../identity/second-factors/authentication-level.js';
import { AppError } from '../../platform/errors/errors.js';
import { readForm } from '../../platform/http/body.js';
import { digestOf } from '../../platform/crypto/bearer-secret.js';
import type { FormTokens } from '../../platform/pages/form-tokens.js';
import type { OwnCookie } from '../../platform/cookies/own-cookie.js';
import { OWN_SIGN_IN, type OwnArea } from './own-paths.js';
import type { Required } from './sign-in-requests.js';
import { FRESH_SECONDS } from '../../identity/sessions/fresh-sign-in.js';

const FORM_BYTES = 20_000;

/** What pages for a signed-in person know of them. */
export interface SignedInPerson extends ValidSession {
  /** The CSRF token of every form on their pages. */
  csrf: string;
}

/** What every request of a signed-in person carries. */
export interface OwnSessionState {
  person: SignedInPerson;
}

export type OwnContext = Koa.ParameterizedContext<OwnSessionState>;

/** Thrown where a sign-in must be newer or stronger than the session's; `page` is the path to come back to. */
class SignInRequired extends Error {
  constructor(
    readonly page: string,
    readonly required: Required,
  ) {
    super('a newer or stronger sign-in is required');
  }
}

/** What `OwnPages` needs. */
export interface OwnPagesDependencies {
  ownSessions: Pick<OwnSessionsService, 'addMethods' | 'find'>;
  cookie: OwnCookie;
  tokens: FormTokens;
}

/** Lets only signed-in people reach our own pages, and only our own forms change something there. */
export class OwnPages {
  constructor(private readonly deps: OwnPagesDependencies) {}

  /**
   * Middleware of an area: sets `ctx.state.person`, or redirects to the sign-in, also when `requireFresh` asks for it.
   * A person who was not signed in when they sent a form continues at the area's first page, unless `onUnsentForm` answers.
   */
  signedIn(
    { home, idleSeconds }: OwnArea,
    onUnsentForm?: (ctx: OwnContext) => Promise<void>,
  ): Koa.Middleware<OwnSessionState> {
    return async (ctx, next) => {
      const person = await this.#person(ctx, idleSeconds);
      if (!person && ctx.method === 'POST' && onUnsentForm) return onUnsentForm(ctx);
      if (!person) return redirectToSignIn(ctx, ctx.method === 'POST' ? home : ctx.url, {});
      ctx.state.person = person;
      try {
        await next();
      } catch (error) {
        if (!(error instanceof SignInRequired)) throw error;
        redirectToSignIn(ctx, error.page, error.required);
      }
    };
  }

  /**
   * A form of ours, of at most `limit` bytes. Throws AppError `malformed` when another site sent it or its CSRF token is
   * not that of the session.
   */
  async readForm(ctx: OwnContext, limit = FORM_BYTES): Promise<URLSearchParams> {
    const site = ctx.get('Sec-Fetch-Site');
    if (site !== '' && site !== 'same-origin')
      throw new AppError('malformed', 'This form did not come from our page.');
    const form = await readForm(ctx, limit);
    this.deps.tokens.check(form, contextOf(this.deps.cookie.read(ctx) ?? ''));
    return form;
  }

  /**
   * Makes the area's middleware ask for a sign-in and come back to `page`, unless there was one in the last 10 minutes; also
   * for the second factor, where the account has one and this browser was trusted without it.
   */
  requireFresh(ctx: OwnContext, page: string, seconds = FRESH_SECONDS): void {
    const required = missingOf(ctx.state.person, seconds);
    if (required) throw new SignInRequired(page, required);
  }

  /** The path of the sign-in that `requireFresh` would ask for; undefined where it would not. */
  freshSignInPath(ctx: OwnContext, page: string): string | undefined {
    const required = missingOf(ctx.state.person, FRESH_SECONDS);
    return required && signInPath(page, required);
  }

  /** Notes in the session what the person has shown in addition, by setting it up (RFC 8176). */
  addMethods(ctx: OwnContext, added: readonly string[]): Promise<void> {
    return this.deps.ownSessions.addMethods(this.deps.cookie.read(ctx), ctx.state.person, added);
  }

  async #person(ctx: OwnContext, idleSeconds: number): Promise<SignedInPerson | undefined> {
    const token = this.deps.cookie.read(ctx);
    const session = await this.deps.ownSessions.find(token, idleSeconds);
    return session && { ...session, csrf: this.deps.tokens.issue(contextOf(token ?? '')) };
  }
}

/** The context of a session's form tokens: not the token itself, so that it cannot be computed from a form. */
function contextOf(token: string): string {
  return `own session ${digestOf(token).toString('base64url')}`;
}

/** What the sign-in of the session lacks to be fresh. */
function missingOf(
  { amr, authTime, hasSecondFactor }: SignedInPerson,
  seconds: number,
): Required | undefined {
  const acr: Acr | undefined = hasSecondFactor ? 'urn:postern:2fa' : undefined;
  const isOld = Date.now() / 1000 - authTime > seconds;
  const isEnough = !isOld && (acr === undefined || satisfies(acrOf(amr), acr));
  return isEnough ? undefined : { ...(isOld && { maxAge: seconds }), acr };
}

function signInPath(to: string, { maxAge, acr }: Required): string {
  const query = new URLSearchParams({ to });
  if (maxAge !== undefined) query.set('max_age', String(maxAge));
  if (acr !== undefined) query.set('acr', acr);
  return `${OWN_SIGN_IN}?${query.toString()}`;
}

function redirectToSignIn(ctx: OwnContext, to: string, required: Required): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.status = 303;
  ctx.redirect(signInPath(to, required));
}
