import { errors, type Provider } from 'oidc-provider';
import { forEngine } from '../../../adapters/engine-errors.js';
import { BackchannelRequestStore } from '../../../adapters/people/backchannel-request.store.js';
import { firstUseOfRequest } from '../../../adapters/tokens/first-use.js';
import type { Context } from '../../context.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { acrOf, satisfies } from '../../identity/second-factors/authentication-level.js';
import type { Engine } from '../oidc/engine.js';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import { secondFactorRules } from '../oidc-second-factor/second-factor-rules.js';
import type { SecondFactorRules } from '../oidc-second-factor/second-factor-prompt.js';
import { storedDetails } from '../oidc-authorization-details/details-parameter.js';
import { addDetails } from '../oidc-authorization-details/granted-details.js';
import { addDecision } from '../oidc-interactions/grant-decision.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

type Services = Pick<Context, 'artifacts' | 'database' | 'scopes' | 'vault'> &
  Parameters<typeof secondFactorRules>[0];
type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;

/** A request that waits for the person. */
export interface WaitingRequest {
  /** Names it on pages; it is no credential. */
  key: string;
  clientId: string;
  bindingMessage: string | undefined;
  scopes: string[];
  /** The authorization details (RFC 9396). */
  details: AuthorizationDetail[];
  askedAt: Date;
  expiresAt: Date;
}

/** The sign-in with which a person answers. */
export interface AnsweringSignIn {
  amr: readonly string[];
  /** Seconds since the epoch. */
  authTime: number;
}

/** The requests of clients for one person (CIBA), and the answers to them. */
export class BackchannelRequests {
  readonly #store: BackchannelRequestStore;
  readonly #secondFactor: SecondFactorRules;
  readonly #isFirstAnswer: (key: string, expiresAt: number) => Promise<boolean>;

  constructor(
    private readonly services: Services,
    private readonly engine: Pick<Engine, 'provider'>,
  ) {
    this.#store = new BackchannelRequestStore(services.database, services.vault);
    this.#secondFactor = secondFactorRules(services);
    this.#isFirstAnswer = firstUseOfRequest(services.artifacts);
  }

  /** Oldest first. */
  async waiting(accountId: string): Promise<WaitingRequest[]> {
    const found = await this.#find(accountId);
    return found.map(({ key, request: { clientId = '', exp = 0, iat = 0, params, scope } }) => ({
      key,
      clientId,
      bindingMessage: textOf(params?.['binding_message']),
      scopes: wordsOf(scope),
      details: storedDetails(params?.['authorization_details']),
      askedAt: new Date(iat * 1_000),
      expiresAt: new Date(exp * 1_000),
    }));
  }

  /**
   * Gives the client what it asks for. Throws AppError `not_found` for a request that does not wait for this person,
   * `forbidden` for a sign-in without the second factor that the client needs, and `conflict` when it was answered: one
   * answer counts, on all nodes.
   */
  async allow(accountId: string, key: string, { amr, authTime }: AnsweringSignIn): Promise<void> {
    const request = await this.#take(accountId, key, (clientId) =>
      this.#requireFactor(accountId, clientId, amr),
    );
    const { provider } = this.engine;
    const grant = new provider.Grant({ accountId, clientId: request.clientId ?? '' });
    addDecision(grant, { granted: await this.#grantedBy(request), rejected: NOTHING });
    const details = storedDetails(request.params?.['authorization_details']);
    addDetails(grant, details);
    const grantId = await grant.save();
    const rar = details.length > 0 ? details : undefined;
    const signIn = { acr: acrOf(amr), amr: [...amr], authTime, rar };
    await forEngine(() => provider.backchannelResult(request, grantId, signIn));
  }

  /** Tells the client that the person does not want it. Throws as `allow`. */
  async deny(accountId: string, key: string): Promise<void> {
    const request = await this.#take(accountId, key);
    const denied = new errors.AccessDenied('the person denied the request');
    await forEngine(() => this.engine.provider.backchannelResult(request, denied));
  }

  async #find(accountId: string): Promise<{ key: string; request: Request }[]> {
    const rows = await this.#store.waiting(accountId);
    const { BackchannelAuthenticationRequest: model } = this.engine.provider;
    const found = await Promise.all(
      rows.map(async ({ key, id }) => ({ key, request: await model.find(id) })),
    );
    return found.flatMap(({ key, request }) =>
      request?.isValid && !request.error && !request.grantId ? [{ key, request }] : [],
    );
  }

  async #take(
    accountId: string,
    key: string,
    check: (clientId: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<Request> {
    const found = (await this.#find(accountId)).find((waiting) => waiting.key === key);
    if (!found) throw notFound('request');
    await check(found.request.clientId ?? '');
    if (await this.#isFirstAnswer(key, found.request.exp ?? 0)) return found.request;
    throw new AppError('conflict', 'This request was answered a moment ago.');
  }

  async #requireFactor(accountId: string, clientId: string, amr: readonly string[]): Promise<void> {
    const { isRequired } = await this.#secondFactor.policyFor(accountId, clientId);
    if (isRequired && !satisfies(acrOf(amr), 'urn:postern:2fa'))
      throw new AppError('forbidden', FACTOR_NEEDED);
  }

  /** Each scope belongs to the account, or to the API of one of the resources. */
  async #grantedBy({ resource, scope }: Request) {
    const names = wordsOf(scope);
    const described = await this.services.scopes.describe(names);
    const audienceOf = new Map(described.map(({ name, api }) => [name, api?.audience]));
    const resources = [resource ?? []].flat();
    return {
      oidcScopes: names.filter((name) => audienceOf.get(name) === undefined),
      oidcClaims: [],
      resourceScopes: Object.fromEntries(
        resources.map((audience) => [audience, names.filter((name) => audienceOf.get(name) === audience)]),
      ),
    };
  }
}

const FACTOR_NEEDED =
  'This application needs more than a password. Set up a passkey or an authenticator app in Security, sign in with it, and answer again.';
const NOTHING = { oidcScopes: [], oidcClaims: [], resourceScopes: {} };

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
