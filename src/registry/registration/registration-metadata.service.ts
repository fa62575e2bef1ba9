import type { ValidationError } from '../../platform/errors/errors.js';
import type { Settings } from '../../settings/settings.js';
import type { ClientAuthenticationService } from '../client-secrets/client-authentication.service.js';
import type { RegistrationChannel } from '../clients/registration-channel.js';
import type { LiveClient } from '../live-clients/live-client.js';
import { ADMINISTRATION } from '../scopes/scope-record.js';
import type { ScopesService } from '../scopes/scopes.service.js';
import { type Metadata, toRecordInput } from './client-metadata.js';
import { policyErrors } from './registration-policy.js';

/** RFC 7592 section 2.2: what an update must not contain. */
const NOT_IN_UPDATES = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

/** Metadata as input of the registry, and the channel with the validation that the registry itself does not do. */
export interface RegistrationRequest {
  input: Metadata;
  channel: Omit<RegistrationChannel, 'inTransaction'>;
}

/** Reads the metadata that clients send about themselves, under the installation's policy. */
export class RegistrationMetadataService {
  constructor(
    private readonly policy: Pick<Settings['registration'], 'grantTypes' | 'redirectHosts' | 'scopes'>,
    private readonly scopes: ScopesService,
    private readonly clientAuthentication: ClientAuthenticationService,
  ) {}

  /** The metadata of a new client. */
  async readNew(metadata: Metadata): Promise<RegistrationRequest> {
    return this.#read(metadata, []);
  }

  /** The metadata that is to replace the client's. `address` is the caller's, for the limit on wrong secrets. */
  async readUpdate(metadata: Metadata, client: LiveClient, address: string): Promise<RegistrationRequest> {
    return this.#read(metadata, await this.#updateErrors(metadata, client, address));
  }

  async #read(metadata: Metadata, more: readonly ValidationError[]): Promise<RegistrationRequest> {
    const policy = { ...this.policy, scopes: await this.#offeredScopes() };
    const { input, errors } = toRecordInput(metadata, policy.scopes);
    return {
      input,
      channel: {
        registrationType: 'dynamic',
        validate: (draft, before) => [...more, ...errors, ...policyErrors(draft, policy, before)],
      },
    };
  }

  /** The policy's scopes that clients can be given now, without those of the admin API. */
  async #offeredScopes(): Promise<string[]> {
    const names = this.policy.scopes;
    const [known, unusable] = await Promise.all([this.scopes.describe(names), this.scopes.unknown(names)]);
    return known
      .filter(({ name, category }) => category !== ADMINISTRATION && !unusable.includes(name))
      .map(({ name }) => name);
  }

  /** The errors of metadata that an update cannot change (RFC 7592 section 2.2). */
  async #updateErrors(
    metadata: Metadata,
    { record, secrets }: LiveClient,
    address: string,
  ): Promise<ValidationError[]> {
    const errors = NOT_IN_UPDATES.filter((name) => Object.hasOwn(metadata, name)).map((name) => ({
      pointer: `/${name}`,
      detail: 'Leave this out of updates.',
    }));
    if (metadata['client_id'] !== record.clientId)
      errors.push({ pointer: '/client_id', detail: 'Send the client_id that the client has.' });
    const secret = metadata['client_secret'] ?? undefined;
    const isCurrent = (presented: string) =>
      this.clientAuthentication.verify(record.clientId, secrets, presented, address);
    if (secret !== undefined && !(typeof secret === 'string' && (await isCurrent(secret))))
      errors.push({ pointer: '/client_secret', detail: 'Send the current secret, or leave this out.' });
    return errors;
  }
}
