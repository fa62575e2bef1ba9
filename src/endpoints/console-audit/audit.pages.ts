import { AUDIT_ACTIONS } from '../../tenancy/audit/audit-actions.js';
import { listPage } from '../console-records/list-page.js';
import type { Filter, ListState } from '../console-records/list-parts.js';
import type { ConsolePage } from '../console/console-page.js';
import { CONSOLE, ORGANIZATION_PAGES, PROJECT_PAGES } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';
import { eventRows } from './event-rows.js';
import type { EventPageWire } from './event-wire.js';

const DAY_MS = 86_400_000;

/** The filters of the page; dates are days. */
const FILTERS: readonly Filter[] = [
  { name: 'actor', label: 'Actor, such as account:… or client:…' },
  {
    name: 'action',
    label: 'Action',
    options: [{ value: '', text: 'Any' }, ...AUDIT_ACTIONS.map(([value, text]) => ({ value, text }))],
  },
  { name: 'target_id', label: 'Id of what was changed' },
  { name: 'from', label: 'From', control: 'date' },
  { name: 'to', label: 'To', control: 'date' },
];

/** Audit trails: of a project, of an organization, and of the installation. */
export const auditPages: readonly ConsolePage[] = [
  page(PROJECT_PAGES, 'listProjectAuditEvents', 'audit'),
  page(ORGANIZATION_PAGES, 'listOrganizationAuditEvents', 'organization-audit'),
  page(CONSOLE, 'listAuditEvents', 'installation-audit'),
];

function page(base: string, operation: string, section: string): ConsolePage {
  return listPage<EventPageWire>({
    path: `${base}/audit`,
    operation,
    filters: FILTERS,
    toQuery: apiQuery,
    show: (visit, body, state) => {
      showAudit(visit, body, state, { operation, section });
    },
  });
}

function showAudit(
  visit: Visit,
  body: EventPageWire,
  state: ListState,
  { operation, section }: { operation: string; section: string },
): void {
  const { listHref } = state;
  const only = (name: string, value: string) =>
    `${listHref}?${new URLSearchParams({ ...Object.fromEntries(state.given), [name]: value }).toString()}`;
  const place = visit.overview.project?.name ?? visit.overview.organization?.name ?? 'this installation';
  visit.show(
    'console/audit',
    { section, crumbs: [{ label: 'Audit', href: listHref }] },
    {
      lead: `Every change in ${place}: who, what, from where. Names of fields, never their values. It cannot be edited or removed.`,
      ...state,
      events: eventRows(visit, body.data, only),
      nextHref: state.nextHref(body.next_cursor),
      curl: visit.curl(operation, { query: state.query }),
    },
  );
}

/**
 * The filter of the API: a day becomes its beginning, the last one the beginning of the next. Anything else is left to
 * it.
 */
function apiQuery({ from, to, ...rest }: Readonly<Record<string, string>>): Record<string, string> {
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
