import type { Account } from '../../identity/accounts/account.js';
import type { SignIn } from '../../identity/accounts/accounts.service.js';
import { AppError } from '../../platform/errors/errors.js';
import { choicesOf, decide, questionOf, type EarlierAnswers } from './consent.js';
import type { DescribedScope } from '../../registry/scopes/scope-record.js';
import { groupByApi } from './scope-groups.js';
import { destinationOf } from '../../platform/pages/destination.js';
import type {
  ClientOnPage,
  ConsentModel,
  FormOnPage,
  NotAMemberModel,
  SignInModel,
} from '../../platform/pages/page-models.js';
import type { PendingInteraction } from '../oidc-interactions/pending-interaction.js';

/** What people are shown of a client. */
export interface ConsentView extends Omit<ClientOnPage, 'clientId'> {
  optionalScopes: string[];
}

/** The client registry, as far as this door needs it. */
export interface ClientDescriptions {
  /** Undefined when there is no such client any more. */
  consentView(clientId: string): Promise<ConsentView | undefined>;
}

/** The scope catalogue, as far as this door needs it; names that it does not know are left out. */
export interface ScopeDescriptions {
  describe(names: string[]): Promise<DescribedScope[]>;
}

/** The accounts, as far as this door needs them. */
export interface People {
  authenticate(signIn: SignIn): Promise<Account>;
  find(id: string): Promise<Account | undefined>;
}

type Forms = FormOnPage & { abortAction: string };

/** What the pages between an authorization request and its answer show, and what an answer means. */
export class InteractionsService {
  constructor(
    private readonly clients: ClientDescriptions,
    private readonly scopes: ScopeDescriptions,
    private readonly people: People,
  ) {}

  /** The sign-in page, with the address that the request hints at or that is signed in already. */
  async signInPage(pending: PendingInteraction, forms: Forms): Promise<SignInModel> {
    const account = await this.#account(pending);
    const email = pending.loginHint?.includes('@') ? pending.loginHint.slice(0, 254) : (account?.email ?? '');
    const { client } = await this.#client(pending);
    return { ...forms, client, email, remember: false, problem: undefined };
  }

  /** The page for somebody who may not authorize the client; it says nothing of the client but its name. */
  async notAMemberPage(pending: PendingInteraction, form: FormOnPage): Promise<NotAMemberModel> {
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

  /** Throws AppError `unauthenticated` or `slow_down`. */
  authenticate(signIn: SignIn): Promise<Account> {
    return this.people.authenticate(signIn);
  }

  /** The consent page. Throws AppError `malformed` when nobody is signed in, or the client is gone. */
  async consentPage(
    pending: PendingInteraction,
    earlier: EarlierAnswers | undefined,
    forms: Forms,
  ): Promise<ConsentModel> {
    const { client, optionalScopes } = await this.#client(pending);
    const account = await this.#account(pending);
    if (!account)
      throw new AppError('malformed', 'Nobody is signed in here any more. Start again from the application.');
    const question = questionOf(pending.missing, pending.requested, earlier);
    const choices = choicesOf(question, optionalScopes, earlier);
    const described = await this.scopes.describe(choices.map((choice) => choice.name));
    return {
      ...forms,
      client,
      groups: groupByApi(choices, described),
      email: account.email,
      destination: destinationOf(pending.redirectUri),
    };
  }

  /** What a person who allowed the request, with these optional scopes ticked, grants and rejects. */
  async decide(
    pending: PendingInteraction,
    earlier: EarlierAnswers | undefined,
    ticked: readonly string[],
  ): Promise<EarlierAnswers> {
    const { optionalScopes } = await this.#client(pending);
    return decide(questionOf(pending.missing, pending.requested, earlier), optionalScopes, ticked);
  }

  async #account({ accountId }: PendingInteraction): Promise<Account | undefined> {
    return accountId === undefined ? undefined : this.people.find(accountId);
  }

  async #client({
    clientId,
  }: PendingInteraction): Promise<{ client: ClientOnPage; optionalScopes: string[] }> {
    const view = await this.clients.consentView(clientId);
    if (!view)
      throw new AppError('malformed', 'The application that sent you here is not registered any more.');
    const { optionalScopes, ...client } = view;
    return { client: { ...client, clientId }, optionalScopes };
  }
}
