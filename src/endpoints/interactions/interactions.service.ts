import type { AccountEvents } from '../../identity/account-events/account-events.js';
import { personActor, type RequestOrigin } from '../../identity/account-events/actor.js';
import type { Account } from '../../identity/accounts/account.js';
import type { AccountsService } from '../../identity/accounts/accounts.service.js';
import type {
  PasswordSignInService,
  SignedIn,
  SignIn,
} from '../../identity/passwords/password-sign-in.service.js';
import { AppError } from '../../platform/errors/errors.js';
import { destinationOf } from '../../platform/pages/destination.js';
import type {
  ConsentModel,
  DetailOnPage,
  NotAMemberModel,
  PasskeyOnPage,
  SelectAccountModel,
  SignInModel,
} from '../../platform/page-models/interactions.js';
import type { ClientOnPage, FormOnPage } from '../../platform/page-models/shared.js';
import type { ClientPagesService, ConsentView } from '../../registry/clients/client-pages.service.js';
import { OWN_CLIENT_ID } from '../../registry/live-clients/own-client.js';
import type { DetailsTypesService } from '../../registry/authorization-details/details-types.service.js';
import type { ScopesService } from '../../registry/scopes/scopes.service.js';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import type { ConsentDecision } from '../oidc-interactions/grant-decision.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';
import type { EngineSubjects } from '../oidc-subjects/engine-subjects.js';
import { consentQuestionOf, decisionOf, scopeChoicesOf } from './consent.js';
import { detailsOnPage } from './details-on-page.js';
import { groupByApi } from './scope-groups.js';

const ADMIN: readonly string[] = ADMIN_SCOPES;

type Forms = FormOnPage & { abortAction: string; passkey?: PasskeyOnPage };
type SwitchingForms = Forms & { switchUrl: string };

/** What the pages between an authorization request and its response show, and what a submitted form means. */
export class InteractionsService {
  constructor(
    private readonly clients: Pick<ClientPagesService, 'consentView'>,
    private readonly scopes: Pick<ScopesService, 'describe'>,
    private readonly detailsTypes: Pick<DetailsTypesService, 'describe'>,
    private readonly accounts: Pick<AccountsService, 'findActive'>,
    private readonly passwordSignIn: PasswordSignInService,
    private readonly events: Pick<AccountEvents, 'add'>,
    private readonly subjects: Pick<EngineSubjects, 'accountOf'>,
  ) {}

  /**
   * The sign-in page, filled in with the login hint of the request, the address of the person whom it names by an ID token,
   * or the address that is signed in already.
   */
  async signInPage(pending: PendingInteraction, forms: Forms): Promise<SignInModel> {
    const { clientId, hintedSubject, loginHint } = pending;
    const accountId =
      hintedSubject === undefined
        ? pending.accountId
        : await this.subjects.accountOf(clientId, hintedSubject);
    const account = await this.#account({ accountId });
    const email = loginHint?.includes('@') ? loginHint.slice(0, 254) : (account?.email ?? '');
    return this.#signInPage(pending, forms, email);
  }

  /** The sign-in page for a person who is signed in already, and wants to use another account. */
  async anotherAccountPage(pending: PendingInteraction, forms: Forms): Promise<SignInModel> {
    return this.#signInPage(pending, forms, '');
  }

  async #signInPage(pending: PendingInteraction, forms: Forms, email: string): Promise<SignInModel> {
    const client = await this.#outsideClient(pending);
    return { ...forms, client, email, remember: false, problem: undefined };
  }

  /** The page on which a person chooses the account that is signed in, or another; undefined when none is. */
  async selectAccountPage(
    pending: PendingInteraction,
    forms: SwitchingForms,
  ): Promise<SelectAccountModel | undefined> {
    const account = await this.#account(pending);
    if (!account) return undefined;
    return { ...forms, client: await this.#outsideClient(pending), email: account.email };
  }

  /** The page for a person who may not authorize the client; it shows only the client's name. */
  async notAMemberPage(
    pending: PendingInteraction,
    form: FormOnPage & { switchUrl: string },
  ): Promise<NotAMemberModel> {
    const { client } = await this.#client(pending);
    const account = await this.#account(pending);
    const { redirectUri } = pending;
    return {
      ...form,
      clientName: client.clientName,
      email: account?.email,
      device: redirectUri === undefined,
    };
  }

  /** Throws AppError `unauthenticated`, `slow_down` or `unavailable`. */
  authenticate(signIn: SignIn): Promise<SignedIn> {
    return this.passwordSignIn.authenticate(signIn);
  }

  /** The consent page. Throws AppError `malformed` when no account is signed in, or the client is deleted. */
  async consentPage(
    pending: PendingInteraction,
    earlier: ConsentDecision | undefined,
    forms: SwitchingForms,
  ): Promise<ConsentModel> {
    const { client, optionalScopes, administration } = await this.#client(pending);
    const account = await this.#account(pending);
    if (!account)
      throw new AppError(
        'malformed',
        'You are not signed in here any more. Start again from the application.',
      );
    const question = consentQuestionOf(pending.missing, pending.requested, earlier);
    // A page of an unknown publisher suggests nothing.
    const preticked = client.verifiedHost !== null;
    const choices = scopeChoicesOf(question, optionalScopes, earlier, preticked);
    const described = await this.scopes.describe(choices.map((choice) => choice.name));
    return {
      ...forms,
      client,
      groups: groupByApi(choices, described),
      details: await this.#details(pending),
      administration: choices.some(({ name }) => ADMIN.includes(name)) ? administration : undefined,
      email: account.email,
      destination: destinationOf(pending.redirectUri),
    };
  }

  /** What a person grants and rejects who allowed the request with these optional scopes ticked. */
  async decide(
    pending: PendingInteraction,
    earlier: ConsentDecision | undefined,
    ticked: readonly string[],
  ): Promise<ConsentDecision> {
    const { optionalScopes } = await this.#client(pending);
    return decisionOf(consentQuestionOf(pending.missing, pending.requested, earlier), optionalScopes, ticked);
  }

  /** Records that the person allowed the application something. */
  noteConsent({ accountId, clientId }: PendingInteraction, origin: RequestOrigin): Promise<void> {
    if (accountId === undefined) return Promise.resolve();
    const actor = personActor(accountId, origin);
    return this.events.add({ actor, action: 'account.application_allowed', accountId, clientId });
  }

  async #details({ details }: PendingInteraction): Promise<DetailOnPage[]> {
    if (details.length === 0) return [];
    return detailsOnPage(details, await this.detailsTypes.describe(details.map(({ type }) => type)));
  }

  async #account({ accountId }: Pick<PendingInteraction, 'accountId'>): Promise<Account | undefined> {
    return accountId === undefined ? undefined : this.accounts.findActive(accountId);
  }

  /** The client; undefined when it is that of our own pages. */
  async #outsideClient(pending: PendingInteraction): Promise<ClientOnPage | undefined> {
    return pending.clientId === OWN_CLIENT_ID ? undefined : (await this.#client(pending)).client;
  }

  async #client({ clientId }: PendingInteraction): Promise<ConsentView> {
    const view = await this.clients.consentView(clientId);
    if (view) return view;
    throw new AppError('malformed', 'The application that sent you here is not registered any more.');
  }
}
