import { pageResponse } from '../../platform/paging/page-response.js';
import { flag, PAGE, pageRequestOf, type QueryValues, text, uuid } from '../../platform/paging/query.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import type { Operation, RecordKey } from '../../tenancy/operations/operation.js';
import { ADMIN_API } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import type { CatalogueService, ScopeFilter } from './catalogue.service.js';
import { isScopeName } from './scope-name.js';
import { type ScopeRecord, scopeToWire } from './scope-record.js';
import { newScopeRequest, scopePage, scopePatchRequest, scopeResponse } from './scope.schema.js';

/** What the routes of scopes need. `issuer` is the origin of the URLs in responses. */
export interface ScopeRoutesDependencies {
  issuer: string;
  access: AccessService;
  catalogue: CatalogueService;
  /** Called after every change and awaited before the response, so that the next request to this node sees the change. */
  catalogueChanged: () => Promise<void>;
}

const COLLECTION = `${ADMIN_API}/scopes`;
const MAX_BYTES = 64 * 1024;

const FILTERS = {
  category: text('Scopes of the category.'),
  api_id: uuid('Scopes of the API.', 'Send the id of an API.'),
  retired: flag('Retired scopes, or those in use.'),
};

/** The scope that a path names. */
export const SCOPE_NAME: RecordKey = {
  parameter: 'name',
  description: 'The name of the scope.',
  noun: 'scope',
  parse: (name) => (isScopeName(name) ? name : undefined),
};
/** The chapter of the reference. */
export const SCOPES_TAG = { name: 'scopes', description: 'The catalogue of what clients can ask for.' };
const tag = SCOPES_TAG;
const change = { tag, authorization: { permission: 'catalogue.write', at: 'installation' } } as const;
const one = { record: SCOPE_NAME, path: `${COLLECTION}/:name`, versioned: true } as const;

const OPERATIONS = {
  list: {
    tag,
    id: 'listScopes',
    method: 'get',
    path: COLLECTION,
    summary: 'List the scopes, by name.',
    query: { ...PAGE, ...FILTERS },
    status: 200,
    response: scopePage,
  },
  create: {
    ...change,
    id: 'createScope',
    method: 'post',
    path: COLLECTION,
    summary: 'Create a scope.',
    request: { schema: newScopeRequest, maxBytes: MAX_BYTES },
    status: 201,
    response: scopeResponse,
    versioned: true,
    conflict: 'There is a scope of the name.',
  },
  get: {
    ...one,
    tag,
    id: 'getScope',
    method: 'get',
    summary: 'Read a scope.',
    status: 200,
    response: scopeResponse,
  },
  update: {
    ...one,
    ...change,
    id: 'updateScope',
    method: 'patch',
    summary: 'Change a scope.',
    request: { schema: scopePatchRequest, maxBytes: MAX_BYTES },
    status: 200,
    response: scopeResponse,
    conflict: 'Clients have the scope, so that it cannot move to another API.',
  },
  delete: {
    ...one,
    ...change,
    id: 'deleteScope',
    method: 'delete',
    summary: 'Remove a scope.',
    status: 204,
    conflict: 'Clients have the scope, or the server itself needs it.',
  },
} satisfies Record<string, Operation>;

/** The scope catalogue. Every token may read it; owners of the installation change it. */
export const scopeRoutes = routeGroup(
  OPERATIONS,
  ({ issuer, catalogue, catalogueChanged }: ScopeRoutesDependencies) => {
    const answer = (record: ScopeRecord) => ({
      version: record.version,
      body: scopeToWire(record, issuer),
    });
    return {
      list: async ({ query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const page = await catalogue.list(filterOf(query), limit, cursor);
        return { body: pageResponse(page, (record) => scopeToWire(record, issuer)) };
      },
      create: async ({ actor, body }) => {
        const record = await catalogue.create(actor, body);
        await catalogueChanged();
        return answer(record);
      },
      get: async ({ key }) => answer(await catalogue.get(key)),
      update: async ({ actor, key, body, ifMatch }) => {
        const record = await catalogue.update(actor, key, body, ifMatch);
        await catalogueChanged();
        return answer(record);
      },
      delete: async ({ actor, key, ifMatch }) => {
        await catalogue.delete(actor, key, ifMatch);
        await catalogueChanged();
        return {};
      },
    };
  },
);

function filterOf({ category, api_id, retired }: QueryValues<typeof FILTERS>): ScopeFilter {
  return {
    ...(category === undefined ? {} : { category }),
    ...(api_id === undefined ? {} : { apiId: api_id }),
    ...(retired === undefined ? {} : { retired: retired === 'true' }),
  };
}
