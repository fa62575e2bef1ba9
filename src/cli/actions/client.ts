import type { Context } from '../../context.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { type ClientRecord, toWire } from '../../registry/client-record/client-record.js';
import { tokenToWire } from '../../registry/initial-access-tokens/initial-access-token.js';
import { INSTALLATION } from '../../server/bootstrap.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import { type JsonOption, LIST_LIMIT } from '../options.js';
import { print, table } from '../output.js';
import { withContext } from '../with-context.js';

/** The project of the client, by ids or slugs. */
export interface ClientOptions extends JsonOption {
  org: string;
  project: string;
}

/** Fields of the record; `set` is a JSON object of any others. */
export interface CreateClientOptions extends ClientOptions {
  redirectUri?: string[];
  grantType?: string[];
  scope?: string[];
  authMethod?: string;
  set?: string;
}

/** Which clients to list, and how many. */
export interface ListClientsOptions extends ClientOptions {
  text?: string;
  limit: string;
  deleted?: boolean;
}

/** How long, in seconds, and for how many clients an initial access token is good. */
export interface InitialAccessTokenOptions extends ClientOptions {
  expiresIn: string;
  maxUses: string;
}

/** `postern client create` */
export async function createClient(name: string, options: CreateClientOptions): Promise<void> {
  const input = {
    client_name: name,
    ...given('redirect_uris', options.redirectUri),
    ...given('grant_types', options.grantType),
    ...given('scopes', options.scope),
    ...given('token_endpoint_auth_method', options.authMethod),
    ...parseObject(options.set),
  };
  const { wire, clientSecret } = await inTenant(options, async (context, tenant) => {
    const { record, clientSecret } = await context.clients.create(INSTALLATION, tenant, input, {
      adminReach: 'installation',
    });
    return { wire: wireOf(context, record), clientSecret };
  });
  const secret = clientSecret === null ? {} : { client_secret: clientSecret };
  print({ ...wire, ...secret }, options.json, describe({ ...wire, ...secret }));
}

/** `postern client list` */
export async function listClients(options: ListClientsOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT) {
    throw new AppError('invalid', `--limit is a whole number from 1 to ${String(LIST_LIMIT)}.`);
  }
  const filter = {
    deleted: options.deleted ?? false,
    ...(options.text === undefined ? {} : { text: options.text }),
  };
  const data = await inTenant(options, async (context, tenant) => {
    const page = await context.clients.list(tenant, filter, limit);
    return page.data.map((record) => wireOf(context, record));
  });
  const rows = data.map(({ client_id, client_type, client_name }) => [client_id, client_type, client_name]);
  print({ data }, options.json, table([['CLIENT_ID', 'TYPE', 'NAME'], ...rows]));
}

/** `postern client show` */
export async function showClient(name: string, options: ClientOptions): Promise<void> {
  const wire = await inTenant(options, async (context, tenant) =>
    wireOf(context, await find(context, tenant, name)),
  );
  print(wire, options.json, describe(wire));
}

/** `postern client delete` */
export async function deleteClient(name: string, options: ClientOptions): Promise<void> {
  const { id } = await inTenant(options, async (context, tenant) => {
    const record = await find(context, tenant, name);
    await context.clients.delete(INSTALLATION, tenant, record.id);
    return record;
  });
  print({ id, deleted: true }, options.json, `Deleted ${name}.`);
}

/** `postern client restore` */
export async function restoreClient(name: string, options: ClientOptions): Promise<void> {
  const wire = await inTenant(options, async (context, tenant) => {
    const { id } = await find(context, tenant, name);
    return wireOf(context, await context.deletedClients.restore(INSTALLATION, tenant, id));
  });
  print(wire, options.json, `Restored ${wire.client_id}.`);
}

/** `postern client rotate-secret` */
export async function rotateSecret(name: string, options: ClientOptions): Promise<void> {
  const secret = await inTenant(options, async (context, tenant) => {
    const { id } = await find(context, tenant, name);
    return (await context.clientSecrets.rotateSecret(INSTALLATION, tenant, id)).clientSecret;
  });
  print({ client_secret: secret }, options.json, `The new secret, shown only now: ${secret}`);
}

/** `postern client delete-rotated-secret` */
export async function deleteRotatedSecret(name: string, options: ClientOptions): Promise<void> {
  const wire = await inTenant(options, async (context, tenant) => {
    const { id } = await find(context, tenant, name);
    return wireOf(context, await context.clientSecrets.deleteRotatedSecret(INSTALLATION, tenant, id));
  });
  print(wire, options.json, `Deleted the rotated secret of ${name}.`);
}

/** `postern client initial-access-token` */
export async function createInitialAccessToken(options: InitialAccessTokenOptions): Promise<void> {
  const input = { expires_in: Number(options.expiresIn), max_uses: Number(options.maxUses) };
  const wire = await inTenant(options, async ({ initialAccessTokens }, tenant) =>
    tokenToWire(await initialAccessTokens.create(INSTALLATION, tenant, input)),
  );
  print(wire, options.json, wire.initial_access_token);
}

function inTenant<T>(
  { org, project }: ClientOptions,
  work: (context: Context, tenant: ProjectTenant) => Promise<T>,
): Promise<T> {
  return withContext(async (context) => work(context, await context.tenants.resolve(org, project)));
}

/** By client_id, else by the id of the record. */
async function find(
  { clients, liveClients }: Context,
  tenant: ProjectTenant,
  name: string,
): Promise<ClientRecord> {
  const byClientId = (await liveClients.find(name))?.record;
  const id = byClientId?.projectId === tenant.projectId ? byClientId.id : name;
  if (!isUuid(id)) throw notFound('client');
  return clients.get(tenant, id);
}

function wireOf({ settings }: Context, record: ClientRecord) {
  return toWire(record, settings.issuer);
}

function given(field: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [field]: value };
}

function parseObject(text: string | undefined): object {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Falls through to the one sentence for both.
  }
  throw new AppError('malformed', '--set takes a JSON object.');
}

function describe(wire: object): string {
  const shown = Object.entries(wire).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return table(shown.map(([name, value]) => [name, text(value)]));
}

function text(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
