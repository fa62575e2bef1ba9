import type { Actor } from '../../tenancy/audit/audit.service.js';
import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import { usesSecret } from '../client-record/client-record.js';
import type { ClientAuthenticationService } from '../client-secrets/client-authentication.service.js';
import type { ClientSecretsService, NewSecret } from '../client-secrets/client-secrets.service.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { LiveClient } from '../live-clients/live-client.js';
import type { Door } from '../clients/registration-channel.js';
import { AppError, type Mistake } from '../../platform/errors/errors.js';
import { ADMINISTRATION } from '../scopes/scope-record.js';
import type { ScopesService } from '../scopes/scopes.service.js';
import { equalInConstantTime } from '../../platform/crypto/sealing.js';
import type { Settings } from '../../settings/settings.js';
import type { TenantsService } from '../../tenancy/tenants/tenants.service.js';
import { digestOf, newBearerSecret } from './bearer-secret.js';
import { type Metadata, type Registered, toMetadata, toRecordInput } from './client-metadata.js';
import type { Admission, InitialAccessTokensService } from './initial-access-tokens.service.js';
import { policyMistakes } from './registration-policy.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';

/** RFC 7592 section 2.2: what an update must not contain. */
const NOT_IN_UPDATES = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

/** What dynamic registration needs. */
export interface RegistrationDependencies {
  settings: Pick<Settings, 'issuer' | 'registration'>;
  clients: ClientsService;
  clientSecrets: ClientSecretsService;
  clientAuthentication: ClientAuthenticationService;
  initialAccessTokens: InitialAccessTokensService;
  scopes: ScopesService;
  tenants: TenantsService;
  attempts: AttemptsService;
  rateLimits: Pick<RateLimits, 'registration'>;
}

/** Reads the body of the request, once it is known that the caller may send one. */
type Body = () => Promise<Metadata>;
type Origin = Pick<Actor, 'address' | 'requestId'>;

/**
 * Dynamic client registration (RFC 7591) and its management (RFC 7592): other names for the registry's own operations, with
 * the installation's policy on top. Throws AppErrors: `invalid` with all mistakes, `unauthenticated` for tokens that are
 * none, `slow_down`.
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
        ? await this.#openDoor()
        : await initialAccessTokens.admit(initialAccessToken);
    const { input, door } = await this.#read(await body());
    const token = newBearerSecret('registration');
    const { record, clientSecret } = await clients.create({ ...origin, subject }, tenant, input, undefined, {
      ...door,
      alongside: async (tx, { id }) => {
        await use(tx);
        await clients.replaceRegistrationToken(tx, id, null, digestOf(token));
      },
    });
    return this.#answer(record, token, clientSecret);
  }

  /** The client as it is; its secret is known to nobody but itself. */
  async read(clientId: string, token: string | undefined): Promise<Metadata> {
    const { record } = await this.#authenticate(clientId, token);
    return this.#answer(record, token ?? '', null);
  }

  /**
   * Replaces the metadata: what is left out goes back to its default. Answers with a new registration access token, and with
   * a secret if the client needs one and had none. Of updates at the same time with the same token one succeeds.
   */
  async update(clientId: string, token: string | undefined, origin: Origin, body: Body): Promise<Metadata> {
    const { clients, clientSecrets } = this.deps;
    const client = await this.#authenticate(clientId, token);
    const { record: before, secrets } = client;
    const metadata = await body();
    const { input, door } = await this.#read(metadata, await this.#claimMistakes(client, origin, metadata));
    const next = newBearerSecret('registration');
    const spare =
      before.clientType === 'confidential' && secrets.length === 0 ? await clientSecrets.make() : undefined;
    let added: NewSecret | undefined;
    const record = await clients.update(
      actorOf(client, origin),
      tenantOf(client),
      before.id,
      input,
      undefined,
      {
        ...door,
        alongside: async (tx, after) => {
          await this.#replaceToken(tx, after.id, token, digestOf(next));
          if (!spare || after.secrets.length > 0 || !usesSecret(after.tokenEndpointAuthMethod)) return;
          await clientSecrets.attach(tx, after.id, spare);
          added = spare;
        },
      },
    );
    return this.#answer(record, next, added?.value ?? null);
  }

  /** Deletes the client as an operator would: an operator can restore it, its registration access token is dead for ever. */
  async remove(clientId: string, token: string | undefined, origin: Origin): Promise<void> {
    const client = await this.#authenticate(clientId, token);
    const door: Door = {
      registrationType: 'dynamic',
      mistakes: () => [],
      alongside: (tx, { id }) => this.#replaceToken(tx, id, token, null),
    };
    await this.deps.clients.delete(
      actorOf(client, origin),
      tenantOf(client),
      client.record.id,
      undefined,
      undefined,
      door,
    );
  }

  async #openDoor(): Promise<Admission> {
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
    const client = await this.deps.clients.findForEngine(clientId);
    const digest = client?.registrationTokenDigest;
    if (client && digest && token !== undefined && equalInConstantTime(digest, digestOf(token)))
      return client;
    throw refused();
  }

  async #replaceToken(
    tx: Parameters<Door['alongside']>[0],
    id: string,
    token: string | undefined,
    to: Buffer | null,
  ): Promise<void> {
    const from = token === undefined ? null : digestOf(token);
    if (!(await this.deps.clients.replaceRegistrationToken(tx, id, from, to))) throw refused();
  }

  async #read(
    metadata: Metadata,
    more: Mistake[] = [],
  ): Promise<{ input: Metadata; door: Omit<Door, 'alongside'> }> {
    const { scopes, settings } = this.deps;
    const names = settings.registration.scopes;
    const [known, unusable] = await Promise.all([scopes.describe(names), scopes.unknown(names)]);
    const open = known.filter(
      ({ name, category }) => category !== ADMINISTRATION && !unusable.includes(name),
    );
    const policy = { ...settings.registration, scopes: open.map(({ name }) => name) };
    const { input, mistakes } = toRecordInput(metadata, policy.scopes);
    return {
      input,
      door: {
        registrationType: 'dynamic',
        mistakes: (draft, before) => [...more, ...mistakes, ...policyMistakes(draft, policy, before)],
      },
    };
  }

  /** What an update says of things that it cannot change (RFC 7592 section 2.2). */
  async #claimMistakes(
    { record, secrets }: LiveClient,
    { address }: Origin,
    metadata: Metadata,
  ): Promise<Mistake[]> {
    const mistakes = NOT_IN_UPDATES.filter((name) => Object.hasOwn(metadata, name)).map((name) => ({
      pointer: `/${name}`,
      detail: 'Leave this out of updates.',
    }));
    if (metadata['client_id'] !== record.clientId)
      mistakes.push({ pointer: '/client_id', detail: 'Send the client_id that the client has.' });
    const secret = metadata['client_secret'] ?? undefined;
    const { clientAuthentication } = this.deps;
    const isCurrent = (presented: string) =>
      clientAuthentication.verify(record.clientId, secrets, presented, address ?? '');
    if (secret !== undefined && !(typeof secret === 'string' && (await isCurrent(secret))))
      mistakes.push({ pointer: '/client_secret', detail: 'Send the current secret, or leave this out.' });
    return mistakes;
  }

  #answer(record: Registered, token: string, clientSecret: string | null): Metadata {
    return {
      ...toMetadata(record),
      ...(clientSecret === null ? {} : { client_secret: clientSecret, client_secret_expires_at: 0 }),
      registration_access_token: token,
      registration_client_uri: `${this.deps.settings.issuer}/oauth2/register/${record.clientId}`,
    };
  }
}

function actorOf({ record }: LiveClient, origin: Origin): Actor {
  return { ...origin, subject: `client:${record.clientId}` };
}

function tenantOf({ record: { orgId, projectId } }: LiveClient): ProjectTenant {
  return { orgId, projectId };
}

/** The same for a client that is not there, one that was registered by an operator, and a token that was rotated. */
function refused(): AppError {
  return new AppError('unauthenticated', 'The registration access token is not good for this client.');
}
