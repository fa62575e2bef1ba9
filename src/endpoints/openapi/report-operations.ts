import { ORGANIZATION, PROJECT } from '../../tenancy/access/admin-paths.js';
import type { Need, Operation } from './operation.js';
import { AUDIT_QUERY, PAGE, SPAN_QUERY } from './parameters.js';
import { template } from './template.js';

const usage = (id: string, route: string, summary: string): Operation => ({
  id,
  tag: 'usage',
  method: 'get',
  path: template(route),
  summary,
  need: { permission: 'clients.read', at: 'place' },
  query: SPAN_QUERY,
  status: 200,
  answer: 'UsageReport',
});

const audit = (id: string, route: string, at: Need['at'], summary: string): Operation => ({
  id,
  tag: 'audit trail',
  method: 'get',
  path: template(route),
  summary,
  need: { permission: 'audit.read', at },
  query: { ...PAGE, ...AUDIT_QUERY },
  status: 200,
  answer: 'AuditEventPage',
});

/** What can only be read: usage reports and the audit trail. */
export const reportOperations: Operation[] = [
  usage('getClientUsage', `${PROJECT}/oauth_clients/:id/usage`, 'Report what a client was used for.'),
  usage('getProjectUsage', `${PROJECT}/usage`, 'Report what the clients of a project were used for.'),
  usage(
    'getOrganizationUsage',
    `${ORGANIZATION}/usage`,
    'Report what the clients of an organization were used for.',
  ),
  audit(
    'listProjectAuditEvents',
    `${PROJECT}/audit_events`,
    'place',
    'List what happened in a project, newest first.',
  ),
  audit(
    'listAuditEvents',
    '/admin/v1/audit_events',
    'installation',
    'List what happened in the whole installation, newest first.',
  ),
];
