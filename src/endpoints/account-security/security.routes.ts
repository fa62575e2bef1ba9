import Router from '@koa/router';
import type { FactorChangesService } from '../../identity/account-factors/factor-changes.service.js';
import type { PasskeysService } from '../../identity/passkeys/passkeys.service.js';
import type { SecondFactorsService } from '../../identity/second-factors/second-factors.service.js';
import type { TrustedBrowsers } from '../../identity/second-factors/trusted-browsers.service.js';
import { browserOf, isMobile } from '../../identity/sessions/user-agent.js';
import { field } from '../../platform/pages/form-tokens.js';
import { type AccountArea, queryOf, requestOf } from '../account/account-area.js';
import { trustCookie } from '../oidc-second-factor/trust-cookie.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';

/** What the routes of sign-in and security need. */
export interface SecurityRoutesDependencies {
  area: AccountArea;
  issuer: string;
  /** Whether people are told of changes by mail. */
  mails: boolean;
  factors: SecondFactorsService;
  factorChanges: FactorChangesService;
  passkeys: PasskeysService;
  trustedBrowsers: TrustedBrowsers;
}

/** Where the ways to sign in are shown. */
export const SECURITY_PAGE = '/account/security';

const NOTICES = {
  'passkey-added': 'The passkey was added.',
  'passkey-renamed': 'The passkey has its new name.',
  'passkey-removed': 'The passkey was removed.',
  'authenticator-added': 'The authenticator app is on.',
  'authenticator-removed': 'The authenticator app is off.',
  'browsers-forgotten': 'You will be asked for a code there again.',
};

/** Shows the ways to sign in, again with a problem where one was. */
export type ShowSecurity = (
  ctx: OwnContext,
  refused?: { problem: string; status: number; typedName?: string; renaming?: string },
) => Promise<void>;

export function showSecurity(services: SecurityRoutesDependencies): ShowSecurity {
  const { area, factors, issuer, mails, passkeys, trustedBrowsers } = services;
  return async (ctx, refused) => {
    const { account } = ctx.state.person;
    const [own, { authenticator, recoveryCodes }, trusted] = await Promise.all([
      passkeys.list(account.id),
      factors.of(account.id),
      trustedBrowsers.list(account.id, trustCookie(issuer).read(ctx)),
    ]);
    const model = {
      mails,
      hasPassword: account.hasPassword,
      passwordChangedAt: account.passwordChangedAt,
      canHavePasskeys: passkeys.available,
      passkeys: own,
      renaming: refused?.renaming ?? queryOf(ctx, 'rename'),
      typedName: refused?.typedName,
      removing: own.find(({ id }) => id === queryOf(ctx, 'remove')),
      lastWay: !account.hasPassword && own.length === 1 ? own[0]?.id : undefined,
      authenticator,
      turningOff: authenticator !== undefined && queryOf(ctx, 'off') === 'authenticator',
      recoveryCodes,
      trustedBrowsers: trusted.map(({ id, userAgent, expiresAt, isThis }) => ({
        id,
        name: browserOf(userAgent),
        mobile: isMobile(userAgent),
        until: expiresAt,
        isThis,
      })),
      problem: refused?.problem,
    };
    const status = refused?.status ?? 200;
    area.send(ctx, 'account/security', 'security', model, { notices: NOTICES, status });
  };
}

/** The page of the ways to sign in, and what is changed on it in place: trusted browsers. */
export function securityRoutes(services: SecurityRoutesDependencies): Router<OwnSessionState> {
  const { area, factorChanges } = services;
  const show = showSecurity(services);
  const router = new Router<OwnSessionState>();

  router.get(SECURITY_PAGE, async (ctx) => {
    const asks = ctx.query['remove'] !== undefined || ctx.query['off'] !== undefined;
    if (asks) area.requireFresh(ctx, ctx.url);
    await show(ctx);
  });

  router.post(`${SECURITY_PAGE}/trusted-browsers/forget`, async (ctx) => {
    const form = await area.readForm(ctx);
    const { account } = ctx.state.person;
    await factorChanges.forgetBrowsers(account.id, requestOf(ctx), field(form, 'browser'));
    area.done(ctx, SECURITY_PAGE, 'browsers-forgotten');
  });

  return router;
}
