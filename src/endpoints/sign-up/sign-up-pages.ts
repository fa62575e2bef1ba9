import type Koa from 'koa';
import type { PasskeysService } from '../../identity/passkeys/passkeys.service.js';
import type { SignUpPurpose, SignUpService } from '../../identity/sign-up/sign-up.service.js';
import type { ClientOnPage } from '../../platform/page-models/shared.js';
import { sendPage } from '../../platform/pages/page-headers.js';
import type { Pages } from '../../platform/pages/pages.js';
import type { ClientPagesService } from '../../registry/clients/client-pages.service.js';
import { OWN_CLIENT_ID } from '../../registry/live-clients/own-client.js';
import type { Settings } from '../../settings/settings.js';
import type { InteractionForms } from '../interactions/interaction-forms.js';
import type { FormProblem } from '../mail-steps/form-problems.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';

const CODE_MINUTES = 15;

/** What the pages of a sign-up need. */
export interface SignUpPagesDependencies {
  pages: Pages;
  forms: InteractionForms;
  clients: Pick<ClientPagesService, 'consentView'>;
  passkeys: Pick<PasskeysService, 'available'>;
  signUp: Pick<SignUpService, 'mode'>;
  settings: Settings['signUp'];
}

/** Shows the pages of a sign-up within a sign-in. */
export class SignUpPages {
  constructor(private readonly deps: SignUpPagesDependencies) {}

  /** Step 1: the address. */
  async address(
    ctx: Koa.Context,
    pending: PendingInteraction,
    { email, problem, status = 200 }: { email: string } & Partial<FormProblem>,
  ): Promise<void> {
    const { base, ...shared } = await this.#shared(pending);
    const model = {
      ...shared,
      action: `${base}/sign-up`,
      email: email.slice(0, 254),
      problem,
      signInUrl: `${base}/another-account`,
      closed: this.deps.signUp.mode !== 'open',
    };
    sendPage(ctx, this.deps.pages.render('sign-up', model), { status, leavesSite: true });
  }

  /** Step 2: the code. */
  async code(
    ctx: Koa.Context,
    pending: PendingInteraction,
    email: string,
    { problem, status = 200 }: Partial<FormProblem> = {},
  ): Promise<void> {
    const { base, ...shared } = await this.#shared(pending);
    const model = {
      ...shared,
      action: `${base}/sign-up/code`,
      againAction: `${base}/sign-up/again`,
      otherUrl: `${base}/sign-up?address=other`,
      step: 'Step 2 of 3',
      onlyIfKnown: false,
      minutes: CODE_MINUTES,
      email,
      problem,
    };
    sendPage(ctx, this.deps.pages.render('mail-code', model), { status, leavesSite: true });
  }

  /** Step 3: the way to sign in. */
  async credential(
    ctx: Koa.Context,
    pending: PendingInteraction,
    { email, purpose }: { email: string; purpose: SignUpPurpose },
    { problem, status = 200 }: Partial<FormProblem> = {},
  ): Promise<void> {
    const { pages, settings } = this.deps;
    const { base, ...shared } = await this.#shared(pending);
    const model = {
      ...shared,
      action: `${base}/sign-up/create`,
      step: purpose === 'sign-up' ? 'Step 3 of 3' : undefined,
      email,
      problem,
      termsUrl: settings.termsUrl,
      passkey: this.deps.passkeys.available
        ? { action: `${base}/sign-up/passkey`, options: `${base}/sign-up/passkey`, csrf: shared.csrf }
        : undefined,
      privacyUrl: settings.privacyUrl,
    };
    sendPage(ctx, pages.render('sign-up-credential', model), { status, leavesSite: true });
  }

  /** After step 3, when a passkey was chosen. */
  recoveryCodes(ctx: Koa.Context, codes: readonly string[], continueUrl: string): void {
    const model = { added: 'Your account is ready, with a passkey.', codes, continueUrl };
    sendPage(ctx, this.deps.pages.render('recovery-codes', model), { status: 200, leavesSite: true });
  }

  async #shared(pending: PendingInteraction) {
    const { uid, clientId } = pending;
    const base = `/interaction/${uid}`;
    const view = clientId === OWN_CLIENT_ID ? undefined : await this.deps.clients.consentView(clientId);
    const client: ClientOnPage | undefined = view?.client;
    return { base, client, csrf: this.deps.forms.csrf(pending), abortAction: `${base}/abort` };
  }
}
