import type * as z from 'zod';
import type { auditEventPage, auditEventResponse } from '../../tenancy/audit/audit-event.schema.js';
import { accountSubject } from '../../tenancy/access/subjects.js';
import { API, SCOPE } from '../console-catalogue/catalogue-wire.js';
import { ACCOUNT } from '../console-people/account-wire.js';
import { organizationPath, projectPath } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

/** An event of the audit trail, and a page of them, as the admin API shows them. */
export type EventWire = z.infer<typeof auditEventResponse>;
export type EventPageWire = z.infer<typeof auditEventPage>;

/** What the person may know of who did it: its name, where that is shown to them or is their own, and its key. */
export function actorOf(visit: Visit, { actor, actor_name: name }: EventWire) {
  const { accountId, account } = visit.ctx.state.person;
  const isSelf = actor === accountSubject(accountId);
  return { name: isSelf ? account.email : name, key: actor, isSelf };
}

/** The page of what the event was done to, where there is one that the person may open. */
export function targetHref(
  visit: Visit,
  { org_id: org, project_id: project, target_id: id, target_type: type }: EventWire,
): string | undefined {
  const key = encodeURIComponent(id);
  if (type === 'client' && org !== null && project !== null)
    return `${projectPath(org, project)}/clients/${key}`;
  if (type === 'project' && org !== null) return projectPath(org, id);
  if (type === 'organization') return organizationPath(id);
  if (type === 'account' && visit.canCall('getAccount')) return ACCOUNT.replace(':account', key);
  if (type === 'scope') return SCOPE.replace(':name', key);
  if (type === 'api') return API.replace(':id', key);
  return undefined;
}
