import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { type Operation, recordId } from '../../tenancy/operations/operation.js';
import { PROJECT } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import {
  initialAccessTokenPage,
  initialAccessTokenResponse,
  newInitialAccessTokenRequest,
} from './initial-access-token.schema.js';
import { tokenToWire } from './initial-access-token.js';
import type { InitialAccessTokensService } from './initial-access-tokens.service.js';

/** What the routes of initial access tokens need. */
export interface InitialAccessTokenRoutesDependencies {
  access: AccessService;
  initialAccessTokens: InitialAccessTokensService;
}

const COLLECTION = `${PROJECT}/initial_access_tokens`;

const common = {
  tag: {
    name: 'initial access tokens',
    description: 'What lets others register clients in a project by themselves (RFC 7591).',
  },
  authorization: { permission: 'clients.write', at: 'project' },
} as const;

const OPERATIONS = {
  list: {
    ...common,
    authorization: { permission: 'clients.read', at: 'project' },
    id: 'listInitialAccessTokens',
    method: 'get',
    path: COLLECTION,
    summary: 'List the initial access tokens that have not expired, without their values, newest first.',
    query: PAGE,
    status: 200,
    response: initialAccessTokenPage,
  },
  create: {
    ...common,
    id: 'createInitialAccessToken',
    method: 'post',
    path: COLLECTION,
    summary: 'Make an initial access token; it is in this answer only.',
    request: { schema: newInitialAccessTokenRequest, maxBytes: 10_000 },
    status: 201,
    response: initialAccessTokenResponse,
    conflict: 'Dynamic registration is off.',
  },
  delete: {
    ...common,
    id: 'deleteInitialAccessToken',
    method: 'delete',
    path: `${COLLECTION}/:id`,
    record: recordId('initial access token'),
    summary: 'Revoke an initial access token; the clients that it registered stay.',
    status: 204,
  },
} satisfies Record<string, Operation>;

/** The tokens with which others register clients in a project. */
export const initialAccessTokenRoutes = routeGroup(
  OPERATIONS,
  ({ initialAccessTokens }: InitialAccessTokenRoutesDependencies) => ({
    list: async ({ tenant, query }) => {
      const { limit, cursor } = pageRequestOf(query);
      return {
        body: pageResponse(await initialAccessTokens.list(tenant, limit, cursor), (token) => toSnake(token)),
      };
    },
    create: async ({ actor, tenant, body }) => ({
      body: tokenToWire(await initialAccessTokens.create(actor, tenant, body)),
    }),
    delete: async ({ actor, tenant, key }) => {
      await initialAccessTokens.delete(actor, tenant, key);
      return {};
    },
  }),
);
