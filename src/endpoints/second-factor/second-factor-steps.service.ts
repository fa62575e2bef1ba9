import type { Account } from '../../identity/accounts/account.js';
import type { AccountsService } from '../../identity/accounts/accounts.service.js';
import type { PasskeyOptions, PasskeysService } from '../../identity/passkeys/passkeys.service.js';
import { acrOf, satisfies, weaker } from '../../identity/second-factors/authentication-level.js';
import type { SecondFactorsService } from '../../identity/second-factors/second-factors.service.js';
import { AppError } from '../../platform/errors/errors.js';
import { OWN_CLIENT_ID } from '../../registry/live-clients/own-client.js';
import type { ClientOnPage } from '../../platform/page-models/shared.js';
import type { ClientPagesService } from '../../registry/clients/client-pages.service.js';
import { InteractionOver } from '../oidc-interactions/interaction-over.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';
import { reachOf } from '../oidc-second-factor/second-factor-prompt.js';
import { OutdatedPage } from '../../platform/errors/outdated-page.js';
import { ENROLMENT_SECONDS } from '../../identity/second-factors/second-factors.service.js';

/** What a person is asked for, and can answer with. */
export interface SecondFactorStep {
  account: Account;
  /** Whether the person has to set something up, because nothing that the account has is enough. */
  setsUp: boolean;
  /** Whether a passkey will do. */
  passkey: boolean;
  /** Whether a code of the authenticator app will do; when something is set up, whether an app will do. */
  code: boolean;
  /** Whether a recovery code will do, and there is one. */
  recoveryCode: boolean;
}

/** What the prompt for a second factor asks a person for, by what their account has now. */
export class SecondFactorStepsService {
  constructor(
    private readonly clients: Pick<ClientPagesService, 'consentView'>,
    private readonly accounts: Pick<AccountsService, 'findActive'>,
    private readonly factors: SecondFactorsService,
    private readonly passkeys: PasskeysService,
  ) {}

  /** Throws InteractionOver when nobody is signed in. */
  async stepOf({ accountId, amr, clientId, secondFactor }: PendingInteraction): Promise<SecondFactorStep> {
    const account = accountId === undefined ? undefined : await this.accounts.findActive(accountId);
    if (!account || !secondFactor) throw new InteractionOver('session-changed', clientId);
    const [enrolled, { recoveryCodes }] = await Promise.all([
      this.factors.enrolled(account.id),
      this.factors.of(account.id),
    ]);
    const { wanted, signedInAt } = secondFactor;
    const reach = reachOf(enrolled, { passkeys: this.passkeys.available });
    const next = weaker(reach, wanted);
    const setsUp = satisfies(acrOf(amr), next);
    if (setsUp && Date.now() / 1000 - signedInAt > ENROLMENT_SECONDS)
      throw new AppError('malformed', 'This took too long. Start again from the application.');
    const codeIsEnough = satisfies('urn:postern:2fa', setsUp ? wanted : next);
    return {
      account,
      setsUp,
      passkey: this.passkeys.available && (setsUp || enrolled.passkey),
      code: codeIsEnough && (setsUp || enrolled.totp),
      recoveryCode: codeIsEnough && !setsUp && recoveryCodes.left > 0,
    };
  }

  /** Options for the browser: to use a passkey of the account, or to make one. Throws AppError `malformed` for the other. */
  async passkeyOptions(pending: PendingInteraction, creates: boolean): Promise<PasskeyOptions> {
    const { account, passkey, setsUp } = await this.stepOf(pending);
    if (!passkey || setsUp !== creates) throw otherStep();
    const context = secondFactorContext(pending);
    return creates
      ? this.passkeys.creationOptions(context, account)
      : this.passkeys.requestOptions(context, account.id);
  }

  /** Undefined for our own pages. Throws AppError `malformed` when the application is deleted. */
  async clientOf({ clientId }: PendingInteraction): Promise<ClientOnPage | undefined> {
    if (clientId === OWN_CLIENT_ID) return undefined;
    const view = await this.clients.consentView(clientId);
    if (view) return view.client;
    throw new AppError('malformed', 'The application that sent you here is not registered any more.');
  }

  /** The secret of a form that was sent, or a new one. Throws as `resumeTotp` does. */
  enrolment(accountId: string, sealed: string | undefined) {
    return sealed === undefined
      ? this.factors.beginTotp(accountId)
      : this.factors.resumeTotp(accountId, sealed);
  }
}

/** What the challenges of passkeys at this prompt are made for. */
export function secondFactorContext({ uid }: PendingInteraction): string {
  return `second factor ${uid}`;
}

/** The account has changed since the page was shown. */
export function otherStep(): AppError {
  return new OutdatedPage('This page is out of date.');
}
