import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { type Operation, recordId } from '../../tenancy/operations/operation.js';
import { PROJECT } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import { type ClientRecord, toWire } from '../client-record/client-record.js';
import { clientPatchRequest, newClientRequest } from '../client-record/client-request.schema.js';
import {
  clientPage,
  clientResponse,
  createdClientResponse,
  rotatedClientResponse,
} from '../client-record/client-response.schema.js';
import type { ClientSecretsService } from '../client-secrets/client-secrets.service.js';
import { clientDetailsResponse, summaryWire } from '../usage-reports/usage-report.schema.js';
import type { UsageReportsService } from '../usage-reports/usage-reports.service.js';
import { CLIENT_FILTERS, clientFilterOf } from '../client-filters/client-query.js';
import type { ClientsService } from './clients.service.js';
import type { NewClientsService } from '../import/new-clients.service.js';
import type { DeletedClientsService } from './deleted-clients.service.js';

/** What the routes of clients need. `issuer` is the origin of the URLs in responses. */
export interface ClientRoutesDependencies {
  issuer: string;
  access: AccessService;
  clients: ClientsService;
  clientSecrets: ClientSecretsService;
  usageReports: UsageReportsService;
  deletedClients: DeletedClientsService;
  newClients: NewClientsService;
}

const COLLECTION = `${PROJECT}/oauth_clients`;
/** The largest legal record has 700 kB. */
const MAX_BYTES = 1024 * 1024;

/** The chapter of clients. */
export const CLIENTS_TAG = { name: 'clients', description: 'The applications that may ask for tokens.' };
const tag = CLIENTS_TAG;
const read = { tag, authorization: { permission: 'clients.read', at: 'project' } } as const;
const change = {
  tag,
  authorization: { permission: 'clients.write', at: 'project', changesClient: true },
  record: recordId('client'),
  versioned: true,
} as const;

const OPERATIONS = {
  list: {
    ...read,
    id: 'listClients',
    method: 'get',
    path: COLLECTION,
    summary: 'List the clients of a project, newest first.',
    query: { ...PAGE, ...CLIENT_FILTERS },
    status: 200,
    response: clientPage,
  },
  create: {
    tag,
    id: 'createClient',
    method: 'post',
    path: COLLECTION,
    summary: 'Create a client; its secret is in this answer only.',
    authorization: { permission: 'clients.write', at: 'project' },
    request: { schema: newClientRequest, maxBytes: MAX_BYTES },
    status: 201,
    response: createdClientResponse,
    versioned: true,
    conflict: 'The client_id is or ever was in use.',
  },
  get: {
    ...read,
    id: 'getClient',
    method: 'get',
    path: `${COLLECTION}/:id`,
    record: change.record,
    summary: 'Read a client, live or deleted, with what it was used for in the last 30 days.',
    status: 200,
    response: clientDetailsResponse,
    versioned: true,
    volatile: ['last_used_at', 'usage', 'client_uri_verification'],
  },
  update: {
    ...change,
    id: 'updateClient',
    method: 'patch',
    path: `${COLLECTION}/:id`,
    summary: 'Change a client, or promote it.',
    request: { schema: clientPatchRequest, maxBytes: MAX_BYTES },
    status: 200,
    response: clientResponse,
  },
  delete: {
    ...change,
    id: 'deleteClient',
    method: 'delete',
    path: `${COLLECTION}/:id`,
    summary: 'Delete a client at once, with everything that was issued to it; it can be restored.',
    status: 204,
  },
  restore: {
    ...change,
    id: 'restoreClient',
    method: 'post',
    path: `${COLLECTION}/:id/restore`,
    summary: 'Bring a deleted client back; what was issued to it stays revoked.',
    status: 200,
    response: clientResponse,
    conflict: 'The client is not deleted, or was deleted too long ago.',
  },
  rotateSecret: {
    ...change,
    id: 'rotateClientSecret',
    method: 'post',
    path: `${COLLECTION}/:id/rotate_secret`,
    summary: 'Make a new secret beside the present one; it is in this answer only.',
    status: 200,
    response: rotatedClientResponse,
    conflict: 'The client has two secrets, or its auth method uses none.',
  },
  deleteRotatedSecret: {
    ...change,
    id: 'deleteRotatedClientSecret',
    method: 'delete',
    path: `${COLLECTION}/:id/rotate_secret`,
    summary: 'Delete the older of two secrets, which stops at once.',
    status: 204,
  },
} satisfies Record<string, Operation>;

/** The client registry. */
export const clientRoutes = routeGroup(OPERATIONS, (deps: ClientRoutesDependencies) => {
  const { issuer, access, clients, clientSecrets, usageReports, deletedClients, newClients } = deps;
  const answer = (record: ClientRecord, more: object = {}) => ({
    version: record.version,
    body: { ...toWire(record, issuer), ...more },
  });
  return {
    list: async ({ tenant, query }) => {
      const { limit, cursor } = pageRequestOf(query);
      const page = await clients.list(tenant, clientFilterOf(query), limit, cursor);
      return { body: pageResponse(page, (record) => toWire(record, issuer)) };
    },
    create: async ({ actor, caller, tenant, body }) => {
      const { input, leftOut, options } = await newClients.read(body);
      const adminReach = await access.authorizeNewClient(caller, tenant, arrayOf(input['scopes']));
      const { record, clientSecret } = await clients.create(actor, tenant, input, {
        adminReach,
        authorizeFirstParty: () => access.authorizeFirstParty(caller),
        ...options,
      });
      return answer(record, {
        ...(clientSecret === null ? {} : { client_secret: clientSecret }),
        ...(leftOut.length > 0 ? { left_out: leftOut } : {}),
      });
    },
    get: async ({ tenant, key }) => {
      const record = await clients.get(tenant, key);
      const usage = await usageReports.summary({ clientRowId: record.id });
      return answer(record, { usage: summaryWire(usage) });
    },
    update: async ({ actor, caller, tenant, key, body, ifMatch }) => {
      await access.authorizeClientChange(caller, tenant, key, arrayOf(body['scopes']));
      return answer(
        await clients.update(actor, tenant, key, body, {
          ifMatch,
          authorizeDelegation: (scopes, reach) => access.authorizeScopes(caller, tenant, scopes, reach),
          authorizeFirstParty: () => access.authorizeFirstParty(caller),
        }),
      );
    },
    delete: async ({ actor, tenant, key, ifMatch }) => {
      await clients.delete(actor, tenant, key, { ifMatch });
      return {};
    },
    restore: async ({ actor, tenant, key, ifMatch }) =>
      answer(await deletedClients.restore(actor, tenant, key, ifMatch)),
    rotateSecret: async ({ actor, tenant, key, ifMatch }) => {
      const { record, clientSecret } = await clientSecrets.rotateSecret(actor, tenant, key, ifMatch);
      return answer(record, { client_secret: clientSecret });
    },
    deleteRotatedSecret: async ({ actor, tenant, key, ifMatch }) => {
      const { version } = await clientSecrets.deleteRotatedSecret(actor, tenant, key, ifMatch);
      return { version };
    },
  };
});

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
