import type Koa from 'koa';
import type { PasskeyOptions } from '../../identity/passkeys/passkeys.service.js';
import { readableSecret, totpUri } from '../../identity/second-factors/totp.js';
import type { SecondFactorPage } from '../../platform/page-models/interactions.js';
import { sendPage, redirectTo } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import { qrCode } from '../../platform/pages/qr-code.js';
import { type InteractionForms } from '../interactions/interaction-forms.js';
import type { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';
import { otherStep, type SecondFactorStepsService } from './second-factor-steps.service.js';

/** What the responses need. */
export interface SecondFactorResponsesDependencies {
  engine: InteractionEngine;
  forms: InteractionForms;
  steps: SecondFactorStepsService;
  pages: Pages;
  issuer: string;
}

/** Why a page is shown again, and the status of the response. */
interface Refusal {
  problem: string;
  status: number;
}

/** The pages of the prompt for a second factor, and the way on from it. */
export class SecondFactorResponses {
  constructor(private readonly on: SecondFactorResponsesDependencies) {}

  /** The first page of the prompt. */
  async show(ctx: Koa.Context, pending: PendingInteraction, refused?: Refusal): Promise<void> {
    const { pages, steps } = this.on;
    const step = await steps.stepOf(pending);
    const common = await this.#common(pending, step.account.email, refused);
    const passkey = (name: string) =>
      step.passkey
        ? { action: `${common.base}/${name}`, options: `${common.base}/${name}`, csrf: common.csrf }
        : undefined;
    const page = step.setsUp
      ? pages.render('second-factor-set-up', {
          ...common,
          passkey: passkey('new-passkey'),
          passkeyOnly: !step.code,
          authenticatorUrl: `${common.base}/authenticator`,
        })
      : pages.render('second-factor', {
          ...common,
          passkey: passkey('passkey'),
          hasCode: step.code,
          trustable: pending.secondFactor?.trustable === true,
          recoveryUrl: step.recoveryCode ? `${common.base}/recovery-code` : undefined,
        });
    sendPage(ctx, page, { status: refused?.status ?? 200, leavesSite: true });
  }

  async showRecoveryCode(ctx: Koa.Context, pending: PendingInteraction, refused?: Refusal): Promise<void> {
    const step = await this.on.steps.stepOf(pending);
    // The last code may have been used up meanwhile.
    if (!step.recoveryCode && !refused) throw otherStep();
    const common = await this.#common(pending, step.account.email, refused);
    const model = { ...common, action: `${common.base}/recovery-code`, backUrl: backUrl(pending) };
    sendPage(ctx, this.on.pages.render('recovery-code', model), {
      status: refused?.status ?? 200,
      leavesSite: true,
    });
  }

  async showAuthenticator(
    ctx: Koa.Context,
    pending: PendingInteraction,
    refused?: Refusal & { sealed: string },
  ): Promise<void> {
    const { issuer, pages, steps } = this.on;
    const { account, code, setsUp } = await steps.stepOf(pending);
    if (!setsUp || !code) throw otherStep();
    const { secret, sealed } = steps.enrolment(account.id, refused?.sealed);
    const common = await this.#common(pending, account.email, refused);
    const model = {
      ...common,
      action: `${common.base}/authenticator`,
      backUrl: backUrl(pending),
      sealed,
      qrCode: qrCode(totpUri(secret, new URL(issuer).host, account.email)),
      secret: readableSecret(secret),
      label: account.email,
    };
    sendPage(ctx, pages.render('authenticator-set-up', model), {
      status: refused?.status ?? 200,
      leavesSite: true,
    });
  }

  /** Options for the browser's API. */
  sendOptions(ctx: Koa.Context, options: PasskeyOptions): void {
    ctx.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    ctx.body = options;
  }

  /** Goes on, with a page of recovery codes before it when some were made. */
  async finish(
    ctx: Koa.Context,
    pending: PendingInteraction,
    added: readonly string[],
    made?: { added: string; recoveryCodes: readonly string[] | undefined },
  ): Promise<void> {
    const location = await this.on.engine.stepUp(ctx.req, ctx.res, pending, added);
    if (!made?.recoveryCodes) return redirectTo(ctx, location);
    const model = { added: made.added, codes: made.recoveryCodes, continueUrl: location };
    sendPage(ctx, this.on.pages.render('recovery-codes', model), { status: 200, leavesSite: true });
  }

  async #common(pending: PendingInteraction, email: string, refused?: Refusal) {
    const interaction = `/interaction/${pending.uid}`;
    const base = `${interaction}/second-factor`;
    return {
      base,
      action: base,
      csrf: this.on.forms.csrf(pending),
      client: await this.on.steps.clientOf(pending),
      abortAction: `${interaction}/abort`,
      switchUrl: `${interaction}/another-account`,
      email,
      problem: refused?.problem,
    } satisfies SecondFactorPage & { base: string };
  }
}

function backUrl({ uid }: PendingInteraction): string {
  return `/interaction/${uid}`;
}
