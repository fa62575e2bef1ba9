import Router from '@koa/router';
import type Koa from 'koa';
import { personActor } from '../../identity/account-events/actor.js';
import type { AccountBeingDeleted } from '../../identity/accounts/account.js';
import { acrOf } from '../../identity/second-factors/authentication-level.js';
import type { Vault } from '../../platform/crypto/sealing.js';
import { requestIdOf } from '../../platform/pages/error-page.js';
import { field } from '../../platform/pages/form-tokens.js';
import { sendPage, redirectTo } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { AccountLifecycleService } from '../../tenancy/account-admin/account-lifecycle.service.js';
import type { InteractionEngine } from '../oidc-interactions/interaction-engine.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';
import { CHOSEN } from './interaction-forms.js';
import { type InteractionForms } from './interaction-forms.js';
import { OutdatedPage } from '../../platform/errors/outdated-page.js';

const PURPOSE = 'restore-account';
const LIFETIME_MILLISECONDS = 600_000;

/** That a person has signed in to an account that is being deleted. */
interface Proof {
  accountId: string;
  amr: string[];
  remember: boolean;
  /** Milliseconds since the epoch. */
  provedAt: number;
}

/** What the page and its route need. */
export interface RestoreAccountDependencies {
  accountLifecycle: AccountLifecycleService;
  engine: InteractionEngine;
  forms: InteractionForms;
  pages: Pages;
  vault: Vault;
}

/** Asks a person whose account is being deleted, and who has signed in to it, whether to bring it back. */
export class RestoreAccount {
  constructor(private readonly on: RestoreAccountDependencies) {}

  show(
    ctx: Koa.Context,
    pending: PendingInteraction,
    { account, amr }: AccountBeingDeleted,
    { remember, provedAt }: Pick<Proof, 'provedAt' | 'remember'>,
  ): void {
    const { forms, pages, vault } = this.on;
    const proof: Proof = { accountId: account.id, amr: [...amr], remember, provedAt };
    const base = `/interaction/${pending.uid}`;
    const model = {
      action: `${base}/restore`,
      abortAction: `${base}/abort`,
      csrf: forms.csrf(pending),
      email: account.email,
      deleteAfter: account.deleteAfter ?? new Date(),
      proof: vault.seal(PURPOSE, JSON.stringify(proof), pending.uid).toString('base64url'),
    };
    sendPage(ctx, pages.render('restore-account', model), { status: 200, leavesSite: true });
  }

  routes(): Router {
    const { accountLifecycle, engine, forms } = this.on;
    const router = new Router();

    router.post('/interaction/:uid/restore', async (ctx) => {
      const { pending, form } = await forms.openForm(ctx);
      const { accountId, amr, remember, provedAt } = this.#open(field(form, 'proof') ?? '', pending);
      const origin = { address: ctx.ip, requestId: requestIdOf(ctx) ?? null };
      await accountLifecycle.restore(personActor(accountId, origin), accountId);
      const ts = Math.floor(provedAt / 1000);
      const login = { accountId, amr, acr: acrOf(amr), remember, ts, proved_at: provedAt };
      redirectTo(ctx, await engine.finish(ctx.req, ctx.res, { login, ...CHOSEN }));
    });

    return router;
  }

  /** Throws AppError `malformed` for what is not a proof of ours for this interaction, or is too old. */
  #open(sealed: string, { uid }: PendingInteraction): Proof {
    try {
      const opened = this.on.vault.open(PURPOSE, Buffer.from(sealed, 'base64url'), uid).toString();
      const proof = JSON.parse(opened) as Proof;
      if (proof.provedAt + LIFETIME_MILLISECONDS > Date.now()) return proof;
    } catch {
      // Not a value of ours.
    }
    throw new OutdatedPage('This page was open for too long. Sign in again.');
  }
}
