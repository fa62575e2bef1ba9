import type { Actor } from '../../tenancy/audit/audit.service.js';
import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import type { Transaction } from '../../platform/db/database.js';
import { lacksSecret } from '../client-record/client-record.js';
import type { ClientSecretsService } from '../client-secrets/client-secrets.service.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { LiveClient } from '../live-clients/live-client.js';
import type { LiveClientsService } from '../live-clients/live-clients.service.js';
import type { RegistrationChannel } from '../clients/registration-channel.js';
import { AppError } from '../../platform/errors/errors.js';
import { equalInConstantTime } from '../../platform/crypto/sealing.js';
import type { Settings } from '../../settings/settings.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import type { TenantsService } from '../../tenancy/tenants/tenants.service.js';
import { digestOf, newBearerSecret } from '../../platform/crypto/bearer-secret.js';
import { type Metadata, type Registered, toMetadata } from './client-metadata.js';
import type {
  Admission,
  InitialAccessTokensService,
} from '../initial-access-tokens/initial-access-tokens.service.js';
import type { RegistrationMetadataService } from './registration-metadata.service.js';

/** What `RegistrationService` needs. */
export interface RegistrationDependencies {
  settings: Pick<Settings, 'issuer' | 'registration'>;
  metadata: RegistrationMetadataService;
  clients: ClientsService;
  liveClients: LiveClientsService;
  clientSecrets: ClientSecretsService;
  initialAccessTokens: InitialAccessTokensService;
  tenants: TenantsService;
  attempts: AttemptsService;
  rateLimits: Pick<RateLimits, 'registration'>;
}

/** Reads the body of the request, once it is known that the caller may send one. */
type Body = () => Promise<Metadata>;
type Origin = Pick<Actor, 'address' | 'requestId'>;

/**
 * Dynamic client registration (RFC 7591) and its management (RFC 7592): the registry's own operations under other names,
 * restricted by the installation's policy. Throws AppErrors: `invalid` with all errors, `unauthenticated` for invalid
 * tokens, `slow_down`.
 */
export class RegistrationService {
  constructor(private readonly deps: RegistrationDependencies) {}

  /**
   * The client as registered, with its secret and its registration access token, which are shown this once. Whether this
   * address and this initial access token may register one is decided before the body is read.
   */
  async register(origin: Origin, initialAccessToken: string | undefined, body: Body): Promise<Metadata> {
    const { clients, initialAccessTokens } = this.deps;
    await this.deps.attempts.reserve([this.deps.rateLimits.registration(origin.address ?? '')]);
    const { tenant, subject, use } =
      initialAccessToken === undefined
        ? await this.#admitWithoutToken()
        : await initialAccessTokens.admit(initialAccessToken);
    const { input, channel } = await this.deps.metadata.readNew(await body());
    const token = newBearerSecret('registration');
    const inTransaction: RegistrationChannel['inTransaction'] = async (tx, { id }) => {
      await use(tx);
      await clients.replaceRegistrationToken(tx, id, null, digestOf(token));
    };
    const options = { channel: { ...channel, inTransaction } };
    const created = await clients.create({ ...origin, subject }, tenant, input, options);
    return this.#answer(created.record, token, created.clientSecret);
  }

  /** The client as it is, without its secret, of which only a hash is stored. */
  async read(clientId: string, token: string | undefined): Promise<Metadata> {
    const { record } = await this.#authenticate(clientId, token);
    return this.#answer(record, token ?? '', null);
  }

  /**
   * Replaces the metadata: what is left out is reset to its default. The response has a new registration access token, and
   * a secret if the client needs one and had none. Of concurrent updates with the same token exactly one succeeds.
   */
  async update(clientId: string, token: string | undefined, origin: Origin, body: Body): Promise<Metadata> {
    const { clients, clientSecrets } = this.deps;
    const client = await this.#authenticate(clientId, token);
    const { record: before, secrets } = client;
    const { input, channel } = await this.deps.metadata.readUpdate(
      await body(),
      client,
      origin.address ?? '',
    );
    const next = newBearerSecret('registration');
    const mayLackSecret = before.clientType === 'confidential' && secrets.length === 0;
    const secret = mayLackSecret ? await clientSecrets.make() : undefined;
    const inTransaction: RegistrationChannel['inTransaction'] = async (tx, after) => {
      await this.#replaceToken(tx, after.id, token, digestOf(next));
      if (secret && lacksSecret(after)) await clientSecrets.attach(tx, after.id, secret);
    };
    const options = { channel: { ...channel, inTransaction } };
    const after = await clients.update(actorOf(client, origin), tenantOf(client), before.id, input, options);
    return this.#answer(after, next, secret && lacksSecret(after) ? secret.value : null);
  }

  /** Deletes the client as an operator would. An operator can restore it, but not its registration access token. */
  async delete(clientId: string, token: string | undefined, origin: Origin): Promise<void> {
    const client = await this.#authenticate(clientId, token);
    const channel: RegistrationChannel = {
      registrationType: 'dynamic',
      validate: () => [],
      inTransaction: (tx, { id }) => this.#replaceToken(tx, id, token, null),
    };
    const { record } = client;
    await this.deps.clients.delete(actorOf(client, origin), tenantOf(client), record.id, { channel });
  }

  async #admitWithoutToken(): Promise<Admission> {
    const { settings, tenants } = this.deps;
    if (settings.registration.mode !== 'open')
      throw new AppError('unauthenticated', 'Registering a client needs an initial access token.');
    try {
      const tenant = await tenants.resolve(...settings.registration.project);
      return { tenant, subject: 'dynamic-registration', use: () => Promise.resolve() };
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      throw new AppError('unavailable', 'Registration is not set up: its project does not exist.', { cause });
    }
  }

  async #authenticate(clientId: string, token: string | undefined): Promise<LiveClient> {
    const client = await this.deps.liveClients.find(clientId);
    const digest = client?.registrationTokenDigest;
    if (client && digest && token !== undefined && equalInConstantTime(digest, digestOf(token)))
      return client;
    throw refused();
  }

  async #replaceToken(
    tx: Transaction,
    id: string,
    token: string | undefined,
    to: Buffer | null,
  ): Promise<void> {
    const from = token === undefined ? null : digestOf(token);
    if (!(await this.deps.clients.replaceRegistrationToken(tx, id, from, to))) throw refused();
  }

  #answer(record: Registered, token: string, clientSecret: string | null): Metadata {
    return {
      ...toMetadata(record),
      ...(clientSecret === null ? {} : { client_secret: clientSecret, client_secret_expires_at: 0 }),
      registration_access_token: token,
      registration_client_uri: `${this.deps.settings.issuer}/oauth2/register/${encodeURIComponent(record.clientId)}`,
    };
  }
}

function actorOf({ record }: LiveClient, origin: Origin): Actor {
  return { ...origin, subject: `client:${record.clientId}` };
}

function tenantOf({ record: { orgId, projectId } }: LiveClient): ProjectTenant {
  return { orgId, projectId };
}

/** The same for a client that does not exist, one that an operator registered, and a token that was replaced. */
function refused(): AppError {
  return new AppError('unauthenticated', 'The registration access token is not good for this client.');
}
