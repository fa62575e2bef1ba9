import type { z } from 'zod';
import type { ConsoleField } from '../../platform/page-models/console/clients.js';
import type { auditEventPage } from '../../tenancy/audit/audit-event.schema.js';
import type { ConsolePage } from '../console/console-page.js';
import { CONSOLE, ORGANIZATION_PAGES, projectPath, PROJECT_PAGES } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

const ROWS = '50';
const DAY_MS = 86_400_000;

/** The filters of the page; dates are days. */
const FILTERS = [
  { name: 'actor', label: 'Actor, such as account:… or client:…', type: 'text' },
  { name: 'action', label: 'Action, such as client.updated', type: 'text' },
  { name: 'target_id', label: 'Id of what was changed', type: 'text' },
  { name: 'from', label: 'From', type: 'date' },
  { name: 'to', label: 'To', type: 'date' },
] as const;

/** Audit trails: of a project, of an organization, and of the installation. */
export const auditPages: readonly ConsolePage[] = [
  page(PROJECT_PAGES, 'listProjectAuditEvents', 'audit'),
  page(ORGANIZATION_PAGES, 'listOrganizationAuditEvents', 'organization-audit'),
  page(CONSOLE, 'listAuditEvents', 'installation-audit'),
];

function page(base: string, operation: string, section: string): ConsolePage {
  const answer = (visit: Visit) => showAudit(visit, operation, section);
  return { method: 'get', path: `${base}/audit`, operation, answer };
}

async function showAudit(visit: Visit, operation: string, section: string): Promise<void> {
  const listHref = visit.ctx.path;
  const given = new Map(
    FILTERS.flatMap(({ name }): [string, string][] => {
      const value = visit.query.get(name)?.trim() ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
  const cursor = visit.query.get('cursor') ?? '';
  const filter = apiFilter(given);
  if (visit.wantsCsv) return visit.sendCsv(operation, { query: filter }, 'audit_events');
  const query = { ...filter, page_limit: ROWS, ...(cursor === '' ? {} : { cursor }) };
  const { body } = await visit.call<z.infer<typeof auditEventPage>>(operation, { query });
  const hrefWith = (more: Record<string, string>) => {
    const search = new URLSearchParams({ ...Object.fromEntries(given), ...more }).toString();
    return search === '' ? listHref : `${listHref}?${search}`;
  };
  const place = visit.overview.project?.name ?? visit.overview.organization?.name ?? 'this installation';
  visit.show(
    'console/audit',
    { section, crumbs: [{ label: 'Audit', href: listHref }] },
    {
      lead: `Every change in ${place}: who, what, from where. Names of fields, never their values. It cannot be edited or removed.`,
      listHref,
      filters: FILTERS.map((one): ConsoleField => fieldOf(one, given.get(one.name) ?? '')),
      isFiltered: given.size > 0,
      events: body.data.map((event) => ({
        at: new Date(event.occurred_at),
        actor: { label: event.actor, href: hrefWith({ actor: event.actor }) },
        action: { label: event.action, href: hrefWith({ action: event.action }) },
        target: { type: event.target_type, id: event.target_id, href: targetHref(event) },
        changedFields: event.changed_fields,
        address: event.address,
        requestId: event.request_id,
      })),
      nextHref: body.next_cursor === null ? undefined : hrefWith({ cursor: body.next_cursor }),
      firstHref: cursor === '' ? undefined : hrefWith({}),
      csvHref: hrefWith({ format: 'csv' }),
      curl: visit.curl(operation, { query }),
    },
  );
}

function fieldOf({ name, label, type }: (typeof FILTERS)[number], value: string): ConsoleField {
  const control = type === 'date' ? 'date' : 'text';
  return { name, label, help: '', control, value, values: [], options: [] };
}

/** The filter of the API: a day becomes its beginning, the last one the beginning of the next. Anything else is left to it. */
function apiFilter(given: ReadonlyMap<string, string>): Record<string, string> {
  const { from, to, ...rest } = Object.fromEntries(given);
  const start = (day: string, days: number) => {
    const time = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
    return Number.isNaN(time) ? day : new Date(time + days * DAY_MS).toISOString();
  };
  return {
    ...rest,
    ...(from === undefined ? {} : { from: start(from, 0) }),
    ...(to === undefined ? {} : { to: start(to, 1) }),
  };
}

interface Target {
  target_type: string;
  target_id: string;
  org_id: string | null;
  project_id: string | null;
}

function targetHref({ target_type, target_id, org_id, project_id }: Target): string | undefined {
  if (target_type !== 'client' || org_id === null || project_id === null) return undefined;
  return `${projectPath(org_id, project_id)}/clients/${encodeURIComponent(target_id)}`;
}
