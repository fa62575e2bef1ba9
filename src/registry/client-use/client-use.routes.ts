import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { type Operation, recordId } from '../../tenancy/operations/operation.js';
import { ADMIN_API, PROJECT } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import { INSTALLATION_TENANT } from '../../tenancy/tenants/tenant.js';
import { CLIENTS_TAG } from '../clients/clients.routes.js';
import { SCOPE_NAME, SCOPES_TAG } from '../scopes/scopes.routes.js';
import { clientPeoplePage, clientUsePage } from './client-use.schema.js';
import type { ClientUseService } from './client-use.service.js';

/** What the routes need. */
export interface ClientUseRoutesDependencies {
  access: AccessService;
  clientUse: ClientUseService;
}

const OPERATIONS = {
  clientsOfScope: {
    id: 'listClientsOfScope',
    tag: SCOPES_TAG,
    method: 'get',
    path: `${ADMIN_API}/scopes/:name/clients`,
    summary: 'List the clients that have a scope, live or deleted, newest first.',
    authorization: { permission: 'clients.read', at: 'installation' },
    record: SCOPE_NAME,
    query: PAGE,
    status: 200,
    response: clientUsePage,
  },
  peopleOfClient: {
    id: 'listPeopleOfClient',
    tag: CLIENTS_TAG,
    method: 'get',
    path: `${PROJECT}/oauth_clients/:id/people`,
    summary: 'List the people who allowed a client something, by the ids of their accounts.',
    authorization: { permission: 'clients.read', at: 'project' },
    record: recordId('client'),
    query: PAGE,
    status: 200,
    response: clientPeoplePage,
  },
} satisfies Record<string, Operation>;

/** Who uses a scope, and who uses a client. */
export const clientUseRoutes = routeGroup(
  OPERATIONS,
  ({ access, clientUse }: ClientUseRoutesDependencies) => ({
    clientsOfScope: async ({ key, query }) => {
      const { limit, cursor } = pageRequestOf(query);
      return {
        body: pageResponse(await clientUse.clientsWithScope(key, limit, cursor), (client) => toSnake(client)),
      };
    },
    peopleOfClient: async ({ caller, key, query, tenant }) => {
      const { limit, cursor } = pageRequestOf(query);
      const knowsAccounts = await access.may(caller, INSTALLATION_TENANT, 'accounts.read');
      const page = await clientUse.peopleOf(tenant, key, limit, cursor);
      return {
        body: pageResponse(page, (person) => ({
          ...toSnake(person),
          ...(knowsAccounts ? {} : { email: null, name: null }),
        })),
      };
    },
  }),
);
