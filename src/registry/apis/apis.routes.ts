import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { type Operation, recordId } from '../../tenancy/operations/operation.js';
import { ADMIN_API } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import { type ApiRecord, apiToWire } from './api-record.js';
import { apiPage, apiPatchRequest, apiResponse, newApiRequest } from './api.schema.js';
import type { ApisService } from './apis.service.js';

/** What the routes of APIs need. `issuer` is the origin of the URLs in responses. */
export interface ApiRoutesDependencies {
  issuer: string;
  access: AccessService;
  apis: ApisService;
  /** Called after every change and awaited before the response, so that the next request to this node sees the change. */
  catalogueChanged: () => Promise<void>;
}

const COLLECTION = `${ADMIN_API}/apis`;
const MAX_BYTES = 64 * 1024;

const tag = { name: 'APIs', description: 'The resource servers that access tokens can be for (RFC 8707).' };
const change = { tag, authorization: { permission: 'catalogue.write', at: 'installation' } } as const;
const one = { record: recordId('API'), path: `${COLLECTION}/:id`, versioned: true } as const;

const OPERATIONS = {
  list: {
    tag,
    id: 'listApis',
    method: 'get',
    path: COLLECTION,
    summary: 'List the APIs: the admin API itself, then the others, newest first.',
    query: PAGE,
    status: 200,
    response: apiPage,
  },
  create: {
    ...change,
    id: 'createApi',
    method: 'post',
    path: COLLECTION,
    summary: 'Create an API.',
    request: { schema: newApiRequest, maxBytes: MAX_BYTES },
    status: 201,
    response: apiResponse,
    versioned: true,
    conflict: 'The audience is that of another API.',
  },
  get: {
    ...one,
    tag,
    id: 'getApi',
    method: 'get',
    summary: 'Read an API.',
    status: 200,
    response: apiResponse,
  },
  update: {
    ...one,
    ...change,
    id: 'updateApi',
    method: 'patch',
    summary: 'Change an API.',
    request: { schema: apiPatchRequest, maxBytes: MAX_BYTES },
    status: 200,
    response: apiResponse,
    conflict: 'It is the admin API itself.',
  },
  delete: {
    ...one,
    ...change,
    id: 'deleteApi',
    method: 'delete',
    summary: 'Remove an API.',
    status: 204,
    conflict: 'Clients have scopes of it, or it is the admin API itself.',
  },
} satisfies Record<string, Operation>;

/** The APIs. Every token may read them; owners of the installation change them. */
export const apiRoutes = routeGroup(
  OPERATIONS,
  ({ issuer, apis, catalogueChanged }: ApiRoutesDependencies) => {
    const answer = (record: ApiRecord) => ({ version: record.version, body: apiToWire(record, issuer) });
    return {
      list: async ({ query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const page = await apis.list(limit, cursor);
        return { body: pageResponse(page, (record) => apiToWire(record, issuer)) };
      },
      create: async ({ actor, body }) => {
        const record = await apis.create(actor, body);
        await catalogueChanged();
        return answer(record);
      },
      get: async ({ key }) => answer(await apis.get(key)),
      update: async ({ actor, key, body, ifMatch }) => {
        const record = await apis.update(actor, key, body, ifMatch);
        await catalogueChanged();
        return answer(record);
      },
      delete: async ({ actor, key, ifMatch }) => {
        await apis.delete(actor, key, ifMatch);
        await catalogueChanged();
        return {};
      },
    };
  },
);
