import { Command } from 'commander';
import { INSTALLATION } from '../../server/bootstrap.js';
import { type ClientRecord, toWire } from '../../registry/client-record/client-record.js';
import type { Context } from '../../context.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { tokenToWire } from '../../registry/initial-access-tokens/initial-access-token.js';
import { print, table } from '../output.js';
import { withContext } from '../with-context.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';

interface ClientOptions {
  org: string;
  project: string;
  json?: boolean;
}
type Work<T> = (context: Context, tenant: ProjectTenant) => Promise<T>;

/** `postern client create | list | show | delete | restore | rotate-secret | … | initial-access-token` */
export function clientCommands(): Command {
  const command = new Command('client').description('The registered clients');
  const on = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('--org <org>', 'id or slug of the organization', 'default')
      .option('--project <project>', 'id or slug of the project', 'default')
      .option('--json', 'print JSON');
  const target = 'id or client_id of the client';

  on('create', 'Register a client; its secret is printed once')
    .argument('<name>', 'client_name')
    .option('--redirect-uri <uri...>', 'redirect_uris')
    .option('--grant-type <grant...>', 'grant_types')
    .option('--scope <scope...>', 'scopes')
    .option('--auth-method <method>', 'token_endpoint_auth_method')
    .option('--set <json>', 'any other fields of the record, as a JSON object')
    .action(async (name: string, options: ClientOptions & Record<string, unknown>) => {
      const input = {
        client_name: name,
        ...given('redirect_uris', options['redirectUri']),
        ...given('grant_types', options['grantType']),
        ...given('scopes', options['scope']),
        ...given('token_endpoint_auth_method', options['authMethod']),
        ...parseObject(options['set']),
      };
      const { wire, clientSecret } = await inTenant(options, async (context, tenant) => {
        const { record, clientSecret } = await context.clients.create(INSTALLATION, tenant, input);
        return { wire: wireOf(context, record), clientSecret };
      });
      const secret = clientSecret === null ? {} : { client_secret: clientSecret };
      print({ ...wire, ...secret }, options.json, describe({ ...wire, ...secret }));
    });

  on('list', 'List clients, newest first')
    .option('--text <text>', 'only those whose name, description, company or client_id contains this')
    .option('--limit <count>', 'how many, 1 to 100', '100')
    .option('--deleted', 'those that are deleted and can be restored, instead of the live ones')
    .action(async (options: ClientOptions & { text?: string; limit: string; deleted?: boolean }) => {
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
        throw new AppError('invalid', '--limit is a whole number from 1 to 100.');
      }
      const filter = {
        deleted: options.deleted ?? false,
        ...(options.text === undefined ? {} : { text: options.text }),
      };
      const data = await inTenant(options, async (context, tenant) => {
        const page = await context.clients.list(tenant, filter, limit);
        return page.data.map((record) => wireOf(context, record));
      });
      const rows = data.map(({ client_id, client_type, client_name }) => [
        client_id,
        client_type,
        client_name,
      ]);
      print({ data }, options.json, table([['CLIENT_ID', 'TYPE', 'NAME'], ...rows]));
    });

  on('show', 'Show a client')
    .argument('<client>', target)
    .action(async (name: string, options: ClientOptions) => {
      const wire = await inTenant(options, async (context, tenant) =>
        wireOf(context, await find(context, tenant, name)),
      );
      print(wire, options.json, describe(wire));
    });

  on('delete', 'Delete a client: it and everything issued to it stop working at once')
    .argument('<client>', target)
    .action(async (name: string, options: ClientOptions) => {
      const { id } = await inTenant(options, async (context, tenant) => {
        const record = await find(context, tenant, name);
        await context.clients.delete(INSTALLATION, tenant, record.id);
        return record;
      });
      print({ id, deleted: true }, options.json, `Deleted ${name}.`);
    });

  on('restore', 'Bring a deleted client back; what was issued to it stays dead')
    .argument('<id>', 'id of the client')
    .action(async (name: string, options: ClientOptions) => {
      const wire = await inTenant(options, async (context, tenant) => {
        const { id } = await find(context, tenant, name);
        return wireOf(context, await context.deletedClients.restore(INSTALLATION, tenant, id));
      });
      print(wire, options.json, `Restored ${wire.client_id}.`);
    });

  on('rotate-secret', 'Make a second secret, printed once; the old one works until it is deleted')
    .argument('<client>', target)
    .action(async (name: string, options: ClientOptions) => {
      const secret = await inTenant(options, async (context, tenant) => {
        const { id } = await find(context, tenant, name);
        return (await context.clientSecrets.rotateSecret(INSTALLATION, tenant, id)).clientSecret;
      });
      print({ client_secret: secret }, options.json, `The new secret, shown only now: ${secret}`);
    });

  on('delete-rotated-secret', 'Delete the older of two secrets')
    .argument('<client>', target)
    .action(async (name: string, options: ClientOptions) => {
      const wire = await inTenant(options, async (context, tenant) => {
        const { id } = await find(context, tenant, name);
        return wireOf(context, await context.clientSecrets.deleteRotatedSecret(INSTALLATION, tenant, id));
      });
      print(wire, options.json, `Deleted the rotated secret of ${name}.`);
    });

  on('initial-access-token', 'Make a token with which others can register clients here; it is printed once')
    .option('--expires-in <seconds>', 'how long it lasts', '86400')
    .option('--max-uses <count>', 'how many clients it registers', '1')
    .action(async (options: ClientOptions & { expiresIn: string; maxUses: string }) => {
      const input = { expires_in: Number(options.expiresIn), max_uses: Number(options.maxUses) };
      const wire = await inTenant(options, async ({ initialAccessTokens }, tenant) =>
        tokenToWire(await initialAccessTokens.create(INSTALLATION, tenant, input)),
      );
      print(wire, options.json, wire.initial_access_token);
    });
  return command;
}

function inTenant<T>({ org, project }: ClientOptions, work: Work<T>): Promise<T> {
  return withContext(async (context) => work(context, await context.tenants.resolve(org, project)));
}

/** By the record's id, else by client_id. */
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

function parseObject(text: unknown): object {
  if (typeof text !== 'string') return {};
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
