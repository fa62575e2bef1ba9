import { PROJECT } from '../../tenancy/access/admin-paths.js';
import type { Need, Operation } from './operation.js';
import { CLIENTS_QUERY, PAGE } from './parameters.js';
import { template } from './template.js';

const collection = template(`${PROJECT}/oauth_clients`);
const record = `${collection}/{id}`;
const tokens = template(`${PROJECT}/initial_access_tokens`);
const read: Need = { permission: 'clients.read', at: 'place' };
const write: Need = { permission: 'clients.write', at: 'place' };
const tag = 'clients' as const;

/** Clients, their secrets, and the tokens with which others register them. */
export const clientOperations: Operation[] = [
  {
    id: 'listClients',
    tag,
    method: 'get',
    path: collection,
    summary: 'List the clients of a project, newest first.',
    need: read,
    query: { ...PAGE, ...CLIENTS_QUERY },
    status: 200,
    answer: 'ClientPage',
  },
  {
    id: 'createClient',
    tag,
    method: 'post',
    path: collection,
    summary: 'Create a client; its secret is in this answer only.',
    need: write,
    body: 'NewClient',
    status: 201,
    answer: 'CreatedClient',
    versioned: true,
    conflict: 'The client_id is or ever was in use.',
  },
  {
    id: 'getClient',
    tag,
    method: 'get',
    path: record,
    summary: 'Read a client, live or deleted, with what it was used for in the last 30 days.',
    need: read,
    status: 200,
    answer: 'ClientDetails',
    versioned: true,
  },
  {
    id: 'updateClient',
    tag,
    method: 'patch',
    path: record,
    summary: 'Change a client, or promote it.',
    need: write,
    body: 'ClientPatch',
    status: 200,
    answer: 'Client',
    versioned: true,
  },
  {
    id: 'deleteClient',
    tag,
    method: 'delete',
    path: record,
    summary: 'Delete a client at once, with everything that was issued to it; it can be restored.',
    need: write,
    status: 204,
    versioned: true,
  },
  {
    id: 'restoreClient',
    tag,
    method: 'post',
    path: `${record}/restore`,
    summary: 'Bring a deleted client back; what was issued to it stays dead.',
    need: write,
    status: 200,
    answer: 'Client',
    versioned: true,
    conflict: 'The client is not deleted, or was deleted too long ago.',
  },
  {
    id: 'rotateClientSecret',
    tag,
    method: 'post',
    path: `${record}/rotate_secret`,
    summary: 'Make a new secret beside the present one; it is in this answer only.',
    need: write,
    status: 200,
    answer: 'RotatedClient',
    versioned: true,
    conflict: 'The client has two secrets, or its auth method uses none.',
  },
  {
    id: 'deleteRotatedClientSecret',
    tag,
    method: 'delete',
    path: `${record}/rotate_secret`,
    summary: 'Delete the older of two secrets, which stops at once.',
    need: write,
    status: 204,
    versioned: true,
  },
  {
    id: 'createInitialAccessToken',
    tag: 'initial access tokens',
    method: 'post',
    path: tokens,
    summary: 'Make an initial access token; it is in this answer only.',
    need: write,
    body: 'NewInitialAccessToken',
    status: 201,
    answer: 'InitialAccessToken',
    conflict: 'Dynamic registration is off.',
  },
  {
    id: 'deleteInitialAccessToken',
    tag: 'initial access tokens',
    method: 'delete',
    path: `${tokens}/{id}`,
    summary: 'Take an initial access token back; the clients that it registered stay.',
    need: write,
    status: 204,
  },
];
