import { randomUUID } from 'node:crypto';
import type { ValidationError } from '../../platform/errors/errors.js';
import type { ClientAuthenticationService } from '../client-secrets/client-authentication.service.js';
import type { RegistrationChannel } from '../clients/registration-channel.js';
import type { LiveClient } from '../live-clients/live-client.js';
import { metadataErrors } from '../client-documents/document-rules.js';
import { ADMINISTRATION } from '../scopes/scope-record.js';
import type { DetailsTypesService } from '../authorization-details/details-types.service.js';
import type { ScopesService } from '../scopes/scopes.service.js';
import { type Metadata, toRecordInput, withoutEmpty } from './client-metadata.js';
import { permittedMetadata } from './permitted-metadata.js';
import { policyErrors, type RegistrationPolicy } from './registration-policy.js';
import { DEFAULT_ID_TOKEN_ALG } from '../../settings/protocol/signing-algorithms.js';

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
    /** The installation's policy; its grant types are those that are turned on. */
    private readonly policy: RegistrationPolicy,
    private readonly scopes: ScopesService,
    private readonly detailsTypes: Pick<DetailsTypesService, 'openToRegistration'>,
    private readonly clientAuthentication: ClientAuthenticationService,
  ) {}

  /** The metadata of a new client. */
  async readNew(metadata: Metadata): Promise<RegistrationRequest> {
    const clientId = randomUUID();
    const { input, channel } = await this.#read(withoutEmpty(metadata), clientId, []);
    return { input: { ...input, client_id: clientId }, channel };
  }

  /** The metadata that is to replace the client's. `address` is the caller's, for the limit on wrong secrets. */
  async readUpdate(metadata: Metadata, client: LiveClient, address: string): Promise<RegistrationRequest> {
    const errors = await this.#updateErrors(metadata, client, address);
    return this.#read(withoutEmpty(metadata), client.record.clientId, errors, client);
  }

  /** The metadata that a document says of the client, which has no secret; its name is that of the host by default. */
  readDocument(metadata: Metadata, clientId: string, before?: LiveClient): Promise<RegistrationRequest> {
    const given = withoutEmpty(metadata);
    const named = { client_name: new URL(clientId).host, token_endpoint_auth_method: 'none', ...given };
    return this.#read(named, clientId, metadataErrors(metadata, clientId), before, 'document');
  }

  async #read(
    metadata: Metadata,
    clientId: string,
    more: readonly ValidationError[],
    before?: LiveClient,
    registrationType: RegistrationChannel['registrationType'] = 'dynamic',
  ): Promise<RegistrationRequest> {
    const asksForDetails = metadata['authorization_details_types'] !== undefined;
    const policy = {
      ...this.policy,
      scopes: await this.#offeredScopes(),
      detailsTypes: asksForDetails ? await this.detailsTypes.openToRegistration() : [],
    };
    const permitted = permittedMetadata(
      withIdTokenAlg(metadata, registrationType, before),
      policy,
      before?.record,
    );
    const { input, errors } = toRecordInput(permitted, policy.scopes, defaultName(metadata, clientId));
    return {
      input,
      channel: {
        registrationType,
        validate: (draft, before) => [...more, ...errors, ...policyErrors(draft, policy, before)],
      },
    };
  }

  /** The scopes of the policy and of open APIs that clients can be given now, without those of the admin API. */
  async #offeredScopes(): Promise<string[]> {
    const names = [...new Set([...this.policy.scopes, ...(await this.scopes.openToRegistration())])];
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
    const { client_secret: secret } = withoutEmpty(metadata);
    const isCurrent = (presented: string) =>
      this.clientAuthentication.verify(record.clientId, secrets, presented, address);
    if (secret !== undefined && !(typeof secret === 'string' && (await isCurrent(secret))))
      errors.push({ pointer: '/client_secret', detail: 'Send the current secret, or leave this out.' });
    return errors;
  }
}

/**
 * The setting `ID_TOKEN_ALG` is for new clients, which the response tells of it: a client keeps what it has when it leaves
 * that out, and one of a document gets the default of OpenID Connect Registration section 2.
 */
function withIdTokenAlg(
  metadata: Metadata,
  registrationType: RegistrationChannel['registrationType'],
  before: LiveClient | undefined,
): Metadata {
  const kept =
    before?.record.idTokenSignedResponseAlg ??
    (registrationType === 'document' ? DEFAULT_ID_TOKEN_ALG : undefined);
  return kept === undefined ? metadata : { id_token_signed_response_alg: kept, ...metadata };
}

/** The name of a client that sends none: the host of its first redirect URI of the web, else the client_id. */
function defaultName({ redirect_uris: uris }: Metadata, clientId: string): string {
  const urls = Array.isArray(uris) ? uris.flatMap((uri) => URL.parse(String(uri)) ?? []) : [];
  const web = (scheme: string) => urls.find(({ protocol }) => protocol === scheme)?.hostname;
  return web('https:') ?? web('http:') ?? clientId;
}
