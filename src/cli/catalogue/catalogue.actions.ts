import type { Context } from '../../context.js';
import { found } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import { type ApiRecord, apiToWire } from '../../registry/apis/api-record.js';
import { type ScopeRecord, scopeToWire } from '../../registry/scopes/scope-record.js';
import { commandLineActor } from '../context/actor.js';
import { withContext } from '../context/with-context.js';
import { type ListOptions, pageOptions, printPage } from '../list.js';
import { describeRecord, type JsonOption, print } from '../output.js';
import { jsonObject, UsageError } from '../usage-error.js';

/** Fields of a scope; `set` is a JSON object of any others. */
export interface CreateScopeOptions extends JsonOption {
  title?: string;
  description?: string;
  api?: string;
  set?: string;
}

/** What of a scope changes. */
export interface ScopeOptions extends CreateScopeOptions {
  retired?: boolean;
}

/** Which scopes to list. */
export interface ListScopesOptions extends ListOptions {
  category?: string;
  api?: string;
  retired?: boolean;
}

/** Fields of an API; `set` is a JSON object of any others. */
export interface CreateApiOptions extends JsonOption {
  name?: string;
  format?: string;
  ttl?: string;
  openToRegistration?: boolean;
  set?: string;
}
export type ApiOptions = CreateApiOptions;

/** `postern scope list` */
export async function listScopes(options: ListScopesOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withContext(async (context) => {
    const filter = {
      ...(options.category === undefined ? {} : { category: options.category }),
      ...(options.api === undefined ? {} : { apiId: (await findApi(context, options.api)).id }),
      ...(options.retired === undefined ? {} : { retired: options.retired }),
    };
    const listed = await context.catalogue.list(filter, limit, cursor);
    return { ...listed, data: listed.data.map((record) => scopeWire(context, record)) };
  });
  printPage(page, options.json, ['SCOPE', 'CATEGORY', 'TITLE'], (scope) => [
    scope.retired_at === null ? scope.name : `${scope.name} (retired)`,
    scope.category,
    scope.title,
  ]);
}

/** `postern scope show` */
export async function showScope(name: string, { json }: JsonOption): Promise<void> {
  const wire = await withContext(async (context) => scopeWire(context, await context.catalogue.get(name)));
  print(wire, json, describeRecord(wire));
}

/** `postern scope create`; without a title the name is the title. */
export async function createScope(name: string, options: CreateScopeOptions): Promise<void> {
  const wire = await withContext(async (context) => {
    const input = { name, title: name, ...(await scopeInput(context, options)) };
    return scopeWire(context, await context.catalogue.create(commandLineActor(), input));
  });
  print(wire, options.json, describeRecord(wire));
}

/** `postern scope update` */
export async function updateScope(name: string, options: ScopeOptions): Promise<void> {
  const wire = await withContext(async (context) => {
    const retired = options.retired === undefined ? {} : { retired: options.retired };
    const patch = notEmpty({ ...(await scopeInput(context, options)), ...retired });
    return scopeWire(context, await context.catalogue.update(commandLineActor(), name, patch));
  });
  print(wire, options.json, describeRecord(wire));
}

/** `postern scope delete` */
export async function deleteScope(name: string, { json }: JsonOption): Promise<void> {
  await withContext(({ catalogue }) => catalogue.delete(commandLineActor(), name));
  print({ name, deleted: true }, json, `Deleted ${name}.`);
}

/** `postern scope clients` */
export async function listClientsOfScope(name: string, options: ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withContext(({ clientUse }) => clientUse.clientsWithScope(name, limit, cursor));
  const shown = { ...page, data: page.data.map((client) => toSnake(client)) };
  printPage(shown, options.json, ['CLIENT_ID', 'PROJECT', 'ORGANIZATION', 'NAME'], (client) => [
    client.client_id,
    client.project_name,
    client.org_name,
    client.client_name,
  ]);
}

/** `postern api list` */
export async function listApis(options: ListOptions): Promise<void> {
  const { limit, cursor } = pageOptions(options);
  const page = await withContext(async (context) => {
    const listed = await context.apis.list(limit, cursor);
    return { ...listed, data: listed.data.map((record) => apiWire(context, record)) };
  });
  printPage(page, options.json, ['AUDIENCE', 'TOKENS', 'ID', 'NAME'], (api) => [
    api.audience,
    api.access_token_format,
    api.id,
    api.name,
  ]);
}

/** `postern api show` */
export async function showApi(name: string, { json }: JsonOption): Promise<void> {
  const wire = await withContext(async (context) => apiWire(context, await findApi(context, name)));
  print(wire, json, describeRecord(wire));
}

/** `postern api create`; without a name the audience is the name. */
export async function createApi(audience: string, options: CreateApiOptions): Promise<void> {
  const input = { audience, name: audience, ...apiInput(options) };
  const wire = await withContext(async (context) =>
    apiWire(context, await context.apis.create(commandLineActor(), input)),
  );
  print(wire, options.json, describeRecord(wire));
}

/** `postern api update` */
export async function updateApi(name: string, options: ApiOptions): Promise<void> {
  const patch = notEmpty(apiInput(options));
  const wire = await withContext(async (context) => {
    const { id } = await findApi(context, name);
    return apiWire(context, await context.apis.update(commandLineActor(), id, patch));
  });
  print(wire, options.json, describeRecord(wire));
}

/** `postern api delete` */
export async function deleteApi(name: string, { json }: JsonOption): Promise<void> {
  const { id } = await withContext(async (context) => {
    const api = await findApi(context, name);
    await context.apis.delete(commandLineActor(), api.id);
    return api;
  });
  print({ id, deleted: true }, json, `Deleted ${name}.`);
}

/** The API with this id or audience. Throws AppError `not_found`. */
export async function findApi({ apis }: Context, name: string): Promise<ApiRecord> {
  return isUuid(name) ? apis.get(name.toLowerCase()) : found(await apis.findByAudience(name), 'API');
}

async function scopeInput(context: Context, { api, description, set, title }: CreateScopeOptions) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(api === undefined ? {} : { api_id: (await findApi(context, api)).id }),
    ...(set === undefined ? {} : jsonObject('--set', set)),
  };
}

function apiInput({ format, name, openToRegistration, set, ttl }: CreateApiOptions) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(format === undefined ? {} : { access_token_format: format }),
    ...(ttl === undefined ? {} : { access_token_ttl: Number(ttl) }),
    ...(openToRegistration === undefined ? {} : { open_to_registration: openToRegistration }),
    ...(set === undefined ? {} : jsonObject('--set', set)),
  };
}

/** Throws UsageError for a patch that changes nothing. */
export function notEmpty(patch: Record<string, unknown>): Record<string, unknown> {
  if (Object.keys(patch).length === 0) throw new UsageError('Say what to change; see --help.');
  return patch;
}

function scopeWire({ settings }: Context, record: ScopeRecord) {
  return scopeToWire(record, settings.issuer);
}

function apiWire({ settings }: Context, record: ApiRecord) {
  return apiToWire(record, settings.issuer);
}
