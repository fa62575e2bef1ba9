import type { Context } from '../../context.js';
import { notFound } from '../../platform/errors/errors.js';
import { readParameters } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { CLIENT_FILTERS, clientFilterOf } from '../../registry/client-filters/client-query.js';
import { type ClientRecord, toWire } from '../../registry/client-record/client-record.js';
import { tokenToWire } from '../../registry/initial-access-tokens/initial-access-token.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { UsageError } from '../usage-error.js';
import { commandLineActor } from '../context/actor.js';
import { describeRecord, print } from '../output.js';
import { withContext } from '../context/with-context.js';
import {
  type ClientOptions,
  type CreateClientOptions,
  fieldsOf,
  type UpdateClientOptions,
} from './client-fields.js';

/** Which clients to list, and how many. */
export interface ListClientsOptions extends ClientOptions, ListOptions {
  text?: string;
  kind?: string;
  unusedSince?: string;
  failingSince?: string;
  failedOn?: string;
  secretCreatedBefore?: string;
  unprotectedSince?: string;
  sort?: string;
  deleted?: boolean;
}

/** How long, in seconds, and for how many clients an initial access token is good. */
export interface InitialAccessTokenOptions extends ClientOptions {
  expiresIn: string;
  maxUses: string;
}

/** `postern client create` */
export async function createClient(name: string, options: CreateClientOptions): Promise<void> {
  const input = { client_name: name, ...(await fieldsOf(options)) };
  const { wire, clientSecret } = await inTenant(options, async (context, tenant) => {
    const { record, clientSecret } = await context.clients.create(commandLineActor(), tenant, input, {
      adminReach: 'installation',
    });
    return { wire: wireOf(context, record), clientSecret };
  });
  const secret = clientSecret === null ? {} : { client_secret: clientSecret };
  print({ ...wire, ...secret }, options.json, describeRecord({ ...wire, ...secret }));
}

/** `postern client list` */
export async function listClients(options: ListClientsOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const asked = Object.entries(toSnake(options)).filter(([name]) => name in CLIENT_FILTERS);
  const query = Object.fromEntries(asked.map(([name, value]) => [name, String(value)]));
  const filter = clientFilterOf(readParameters(query, CLIENT_FILTERS));
  const page = await inTenant(options, async (context, tenant) => {
    const found = await context.clients.list(tenant, filter, limit, cursor);
    return { ...found, data: found.data.map((record) => wireOf(context, record)) };
  });
  printPage(page, options.json, ['CLIENT_ID', 'TYPE', 'NAME'], (client) => [
    client.client_id,
    client.client_type,
    client.client_name,
  ]);
}

/** `postern client show` */
export async function showClient(name: string, options: ClientOptions): Promise<void> {
  const wire = await inTenant(options, async (context, tenant) =>
    wireOf(context, await findClient(context, tenant, name)),
  );
  print(wire, options.json, describeRecord(wire));
}

/** `postern client update` */
export async function updateClient(name: string, options: UpdateClientOptions): Promise<void> {
  const patch = await fieldsOf(options);
  if (Object.keys(patch).length === 0) throw new UsageError('Say what to change; see --help.');
  const wire = await change(name, options, patch);
  print(wire, options.json, describeRecord(wire));
}

/** `postern client promote` */
export async function promoteClient(name: string, options: ClientOptions): Promise<void> {
  const wire = await change(name, options, { visibility: 'public' });
  print(wire, options.json, `${wire.client_id} is public now; that is for good.`);
}

/** `postern client people` */
export async function listPeople(name: string, options: ClientOptions & ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await inTenant(options, async (context, tenant) => {
    const { id } = await findClient(context, tenant, name);
    const people = await context.clientUse.peopleOf(tenant, id, limit, cursor);
    return { ...people, data: people.data.map((person) => toSnake(person)) };
  });
  printPage(page, options.json, ['ACCOUNT', 'E-MAIL', 'ALLOWED'], (person) => [
    person.account_id,
    person.email,
    person.allowed_at.toISOString(),
  ]);
}

/** `postern client delete` */
export async function deleteClient(name: string, options: ClientOptions): Promise<void> {
  const { id } = await inTenant(options, async (context, tenant) => {
    const record = await findClient(context, tenant, name);
    await context.clients.delete(commandLineActor(), tenant, record.id);
    return record;
  });
  print({ id, deleted: true }, options.json, `Deleted ${name}.`);
}

/** `postern client restore` */
export async function restoreClient(name: string, options: ClientOptions): Promise<void> {
  const wire = await inTenant(options, async (context, tenant) => {
    const { id } = await findClient(context, tenant, name);
    return wireOf(context, await context.deletedClients.restore(commandLineActor(), tenant, id));
  });
  print(wire, options.json, `Restored ${wire.client_id}.`);
}

/** `postern client rotate-secret` */
export async function rotateSecret(name: string, options: ClientOptions): Promise<void> {
  const secret = await inTenant(options, async (context, tenant) => {
    const { id } = await findClient(context, tenant, name);
    return (await context.clientSecrets.rotateSecret(commandLineActor(), tenant, id)).clientSecret;
  });
  print({ client_secret: secret }, options.json, `The new secret, shown only now: ${secret}`);
}

/** `postern client delete-rotated-secret` */
export async function deleteRotatedSecret(name: string, options: ClientOptions): Promise<void> {
  const wire = await inTenant(options, async (context, tenant) => {
    const { id } = await findClient(context, tenant, name);
    return wireOf(context, await context.clientSecrets.deleteRotatedSecret(commandLineActor(), tenant, id));
  });
  print(wire, options.json, `Deleted the rotated secret of ${name}.`);
}

/** `postern client initial-access-token` */
export async function createInitialAccessToken(options: InitialAccessTokenOptions): Promise<void> {
  const input = { expires_in: Number(options.expiresIn), max_uses: Number(options.maxUses) };
  const wire = await inTenant(options, async ({ initialAccessTokens }, tenant) =>
    tokenToWire(await initialAccessTokens.create(commandLineActor(), tenant, input)),
  );
  print(wire, options.json, wire.initial_access_token);
}

/** `postern client initial-access-tokens` */
export async function listInitialAccessTokens(options: ClientOptions & ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await inTenant(options, async ({ initialAccessTokens }, tenant) => {
    const tokens = await initialAccessTokens.list(tenant, limit, cursor);
    return { ...tokens, data: tokens.data.map((token) => toSnake(token)) };
  });
  printPage(page, options.json, ['ID', 'CLIENTS', 'BY', 'ENDS'], (token) => [
    token.id,
    `${String(token.uses)} of ${String(token.max_uses)}`,
    token.created_by,
    token.expires_at.toISOString(),
  ]);
}

/** `postern client revoke-initial-access-token` */
export async function revokeInitialAccessToken(id: string, options: ClientOptions): Promise<void> {
  if (!isUuid(id)) throw new UsageError('The id is one of those of `client initial-access-tokens`.');
  await inTenant(options, ({ initialAccessTokens }, tenant) =>
    initialAccessTokens.delete(commandLineActor(), tenant, id.toLowerCase()),
  );
  print({ id, deleted: true }, options.json, 'Revoked; the clients that it registered stay.');
}

/** Runs the work of a command in the project that it names. */
export function inTenant<T>(
  { org, project }: ClientOptions,
  work: (context: Context, tenant: ProjectTenant) => Promise<T>,
): Promise<T> {
  return withContext(async (context) => work(context, await context.tenants.resolve(org, project)));
}

/** Finds a client by client_id, else by the id of the record; deleted clients, too, until they are purged. */
export async function findClient(
  { clients, liveClients }: Context,
  tenant: ProjectTenant,
  name: string,
): Promise<ClientRecord> {
  const byClientId = (await liveClients.find(name))?.record;
  if (byClientId?.projectId === tenant.projectId) return clients.get(tenant, byClientId.id);
  const deleted = await clients.list(tenant, { deleted: true, text: name }, 100);
  const named = deleted.data.find(({ clientId }) => clientId === name);
  if (named) return named;
  if (!isUuid(name)) throw notFound('client');
  return clients.get(tenant, name);
}

function change(name: string, options: ClientOptions, patch: Record<string, unknown>) {
  return inTenant(options, async (context, tenant) => {
    const { id } = await findClient(context, tenant, name);
    return wireOf(context, await context.clients.update(commandLineActor(), tenant, id, patch));
  });
}

function wireOf({ settings }: Context, record: ClientRecord) {
  return toWire(record, settings.issuer);
}
