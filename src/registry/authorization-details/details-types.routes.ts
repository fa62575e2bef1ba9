import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf, uuid } from '../../platform/paging/query.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import type { Operation, RecordKey } from '../../tenancy/operations/operation.js';
import { ADMIN_API } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import { isDetailsTypeName } from './details-type-input.js';
import { type DetailsTypeRecord, detailsTypeToWire } from './details-type-record.js';
import {
  detailsTypePage,
  detailsTypePatchRequest,
  detailsTypeResponse,
  newDetailsTypeRequest,
} from './details-type.schema.js';
import type { DetailsTypesService } from './details-types.service.js';

/** What the routes of types need. `issuer` is the origin of the URLs in responses. */
export interface DetailsTypeRoutesDependencies {
  issuer: string;
  access: AccessService;
  detailsTypes: DetailsTypesService;
  /** Called after every change and awaited before the response, so that the next request to this node sees the change. */
  catalogueChanged: () => Promise<void>;
}

const COLLECTION = `${ADMIN_API}/authorization_details_types`;
const MAX_BYTES = 64 * 1024;

const TYPE: RecordKey = {
  parameter: 'type',
  description: 'The type.',
  noun: 'type',
  parse: (type) => (isDetailsTypeName(type) ? type : undefined),
};
const tag = {
  name: 'authorization details',
  description: 'The types of what clients can ask for in detail (RFC 9396).',
};
const change = { tag, authorization: { permission: 'catalogue.write', at: 'installation' } } as const;
const one = { record: TYPE, path: `${COLLECTION}/:type`, versioned: true } as const;

const OPERATIONS = {
  list: {
    tag,
    id: 'listAuthorizationDetailsTypes',
    method: 'get',
    path: COLLECTION,
    summary: 'List the types of authorization details, by name.',
    query: { ...PAGE, api_id: uuid('Types of the API.', 'Send the id of an API.') },
    status: 200,
    response: detailsTypePage,
  },
  create: {
    ...change,
    id: 'createAuthorizationDetailsType',
    method: 'post',
    path: COLLECTION,
    summary: 'Create a type of authorization details.',
    request: { schema: newDetailsTypeRequest, maxBytes: MAX_BYTES },
    status: 201,
    response: detailsTypeResponse,
    versioned: true,
    conflict: 'There is such a type.',
  },
  get: {
    ...one,
    tag,
    id: 'getAuthorizationDetailsType',
    method: 'get',
    summary: 'Read a type of authorization details.',
    status: 200,
    response: detailsTypeResponse,
  },
  update: {
    ...one,
    ...change,
    id: 'updateAuthorizationDetailsType',
    method: 'patch',
    summary: 'Change a type of authorization details.',
    request: { schema: detailsTypePatchRequest, maxBytes: MAX_BYTES },
    status: 200,
    response: detailsTypeResponse,
    conflict: 'Clients have the type, so that it cannot move to another API.',
  },
  delete: {
    ...one,
    ...change,
    id: 'deleteAuthorizationDetailsType',
    method: 'delete',
    summary: 'Remove a type of authorization details.',
    status: 204,
    conflict: 'Clients have the type.',
  },
} satisfies Record<string, Operation>;

/** The types of authorization details. Every token may read them; owners of the installation change them. */
export const detailsTypeRoutes = routeGroup(
  OPERATIONS,
  ({ issuer, detailsTypes, catalogueChanged }: DetailsTypeRoutesDependencies) => {
    const answer = (record: DetailsTypeRecord) => ({
      version: record.version,
      body: detailsTypeToWire(record, issuer),
    });
    return {
      list: async ({ query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const page = await detailsTypes.list(query.api_id, limit, cursor);
        return { body: pageResponse(page, (record) => detailsTypeToWire(record, issuer)) };
      },
      create: async ({ actor, body }) => {
        const record = await detailsTypes.create(actor, body);
        await catalogueChanged();
        return answer(record);
      },
      get: async ({ key }) => answer(await detailsTypes.get(key)),
      update: async ({ actor, key, body, ifMatch }) => {
        const record = await detailsTypes.update(actor, key, body, ifMatch);
        await catalogueChanged();
        return answer(record);
      },
      delete: async ({ actor, key, ifMatch }) => {
        await detailsTypes.delete(actor, key, ifMatch);
        await catalogueChanged();
        return {};
      },
    };
  },
);
