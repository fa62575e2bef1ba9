import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf, type QueryValues, text, timestamp } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../access/access.service.js';
import type { Caller } from '../access/caller.js';
import type { Operation } from '../operations/operation.js';
import { ADMIN_API, ORGANIZATION, PROJECT } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import { auditEventPage } from './audit-event.schema.js';
import type { AuditNamesService } from './audit-names.service.js';
import type { AuditFilter, AuditService } from './audit.service.js';

/** What the routes of the audit trail need. */
export interface AuditRoutesDependencies {
  audit: AuditService;
  auditNames: AuditNamesService;
  access: AccessService;
}

const FILTERS = {
  actor: text('What this subject did.'),
  action: text('Events of this kind, such as client.updated.'),
  target_id: text('What was done to the record with this key.'),
  from: timestamp('Events from then on.'),
  to: timestamp('Events before then.'),
};

const list = {
  tag: { name: 'audit trail', description: 'Who changed what, and when.' },
  method: 'get',
  query: { ...PAGE, ...FILTERS },
  status: 200,
  response: auditEventPage,
} as const;

const OPERATIONS = {
  listOfProject: {
    ...list,
    id: 'listProjectAuditEvents',
    path: `${PROJECT}/audit_events`,
    summary: 'List what happened in a project, newest first.',
    authorization: { permission: 'audit.read', at: 'project' },
  },
  listOfOrganization: {
    ...list,
    id: 'listOrganizationAuditEvents',
    path: `${ORGANIZATION}/audit_events`,
    summary: 'List what happened in an organization and its projects, newest first.',
    authorization: { permission: 'audit.read', at: 'organization' },
  },
  listAll: {
    ...list,
    id: 'listAuditEvents',
    path: `${ADMIN_API}/audit_events`,
    summary: 'List what happened in the whole installation, newest first.',
    authorization: { permission: 'audit.read', at: 'installation' },
  },
} satisfies Record<string, Operation>;

/** The audit trail, which can only be read: of a project, and of the installation. */
export const auditRoutes = routeGroup(OPERATIONS, ({ audit, auditNames }: AuditRoutesDependencies) => {
  const answer = async (caller: Caller, query: QueryValues<typeof list.query>, within: AuditFilter) => {
    const { limit, cursor } = pageRequestOf(query);
    const page = await audit.list({ ...filterOf(query), ...within }, limit, cursor);
    const named = { ...page, data: await auditNames.withNames(caller, page.data) };
    return { body: pageResponse(named, (event) => toSnake(event)) };
  };
  return {
    listOfProject: ({ caller, query, tenant: { projectId } }) => answer(caller, query, { projectId }),
    listOfOrganization: ({ caller, query, tenant: { orgId } }) => answer(caller, query, { orgId }),
    listAll: ({ caller, query }) => answer(caller, query, {}),
  };
});

function filterOf({ actor, action, target_id, from, to }: QueryValues<typeof FILTERS>): AuditFilter {
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
    ...(target_id === undefined ? {} : { targetId: target_id }),
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
  };
}
