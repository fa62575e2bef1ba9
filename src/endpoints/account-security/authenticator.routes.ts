import Router from '@koa/router';
import type { AddedFactor } from '../../identity/account-factors/factor-changes.service.js';
import { readableSecret, totpUri } from '../../identity/second-factors/totp.js';
import { field } from '../../platform/pages/form-tokens.js';
import { qrCode } from '../../platform/pages/qr-code.js';
import { requestOf } from '../account/account-area.js';
import { attemptProblem } from '../interactions/interaction-forms.js';
import type { OwnContext, OwnSessionState } from '../sign-in/own-session.js';
import { finishAdding } from './recovery-codes.routes.js';
import { SECURITY_PAGE, type SecurityRoutesDependencies } from './security.routes.js';

const PAGE = `${SECURITY_PAGE}/authenticator`;

/** The authenticator app of the person: set up, moved to another phone, turned off. */
export function authenticatorRoutes(services: SecurityRoutesDependencies): Router<OwnSessionState> {
  const { area, factorChanges, factors, issuer } = services;
  const router = new Router<OwnSessionState>();

  router.get(PAGE, async (ctx) => {
    area.requireFresh(ctx, PAGE);
    await show(ctx);
  });

  router.post(PAGE, async (ctx) => {
    const form = await area.readForm(ctx);
    area.requireFresh(ctx, PAGE);
    const sealed = field(form, 'sealed') ?? '';
    const code = field(form, 'code') ?? '';
    let added: AddedFactor;
    try {
      added = await factorChanges.addAuthenticator(ctx.state.person.account.id, sealed, code, requestOf(ctx));
    } catch (error) {
      await show(ctx, { ...attemptProblem(ctx, error), sealed });
      return;
    }
    await finishAdding(services, ctx, added, 'authenticator-added', 'The authenticator app is on.');
  });

  router.post(`${PAGE}/remove`, async (ctx) => {
    await area.readForm(ctx);
    area.requireFresh(ctx, SECURITY_PAGE);
    await factorChanges.removeAuthenticator(ctx.state.person.account.id, requestOf(ctx));
    area.done(ctx, SECURITY_PAGE, 'authenticator-removed');
  });

  async function show(ctx: OwnContext, refused?: { problem: string; status: number; sealed: string }) {
    const { account } = ctx.state.person;
    const { secret, sealed } = refused
      ? factors.resumeTotp(account.id, refused.sealed)
      : factors.beginTotp(account.id);
    const model = {
      replaces: (await factors.enrolled(account.id)).totp,
      sealed,
      qrCode: qrCode(totpUri(secret, new URL(issuer).host, account.email)),
      secret: readableSecret(secret),
      label: account.email,
      problem: refused?.problem,
    };
    area.send(ctx, 'account/authenticator', 'security', model, { status: refused?.status ?? 200 });
  }

  return router;
}
