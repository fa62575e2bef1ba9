import type * as z from 'zod';
import type {
  ActionOnPage,
  CellOnPage,
  TableOnPage,
  TableSection,
} from '../../platform/console-page-models/records.js';
import type {
  factorsResponse,
  grantList,
  roleList,
  sessionList,
} from '../../tenancy/account-admin/account-access.schema.js';
import { accountSubject } from '../../tenancy/access/subjects.js';
import { auditWords } from '../../tenancy/audit/audit-actions.js';
import type { EventPageWire, EventWire } from '../console-audit/event-wire.js';
import { dateOf } from '../console-records/list-parts.js';
import type { AccountWire } from './account-wire.js';

/** What belongs to an account, as the admin API shows it, with what the page adds in words. */
export interface AccountBelongings {
  path: string;
  mayChange: boolean;
  account: AccountWire;
  sessions: (z.infer<typeof sessionList>['data'][number] & {
    browser: string;
    network: string | undefined;
    how: string;
  })[];
  grants: z.infer<typeof grantList>['data'];
  factors: z.infer<typeof factorsResponse>;
  roles: (z.infer<typeof roleList>['data'][number] & { href: string })[];
  events: EventPageWire;
}

/** The parts of the page of an account. */
export function accountSections(given: AccountBelongings): TableSection[] {
  return [sessionsOf(given), applicationsOf(given), factorsOf(given), rolesOf(given), activityOf(given)];
}

function sessionsOf({ mayChange, path, sessions }: AccountBelongings): TableSection {
  return {
    id: 'sessions',
    heading: 'Sessions',
    lead: 'Where the person is signed in, last used first.',
    actions:
      mayChange && sessions.length > 1
        ? [{ text: 'End all', about: 'sessions', href: `${path}/end-sessions` }]
        : [],
    none: 'Signed in nowhere.',
    table: {
      caption: 'Sessions',
      columns: [{ label: 'Browser' }, { label: 'Since' }, { label: 'Last used' }, { label: '' }],
      rows: sessions.map(({ browser, how, id, last_used_at, network, signed_in_at }) => [
        { text: browser, detail: [network, how].filter(Boolean).join(' · ') },
        { at: dateOf(signed_in_at), as: 'minute' },
        { at: dateOf(last_used_at) },
        { actions: when(mayChange, { text: 'End', about: browser, action: `${path}/sessions/${id}/end` }) },
      ]),
    },
  };
}

function applicationsOf({ grants, mayChange, path }: AccountBelongings): TableSection {
  return {
    id: 'applications',
    heading: 'Applications',
    lead: 'What the person allowed them.',
    actions: [],
    none: 'No application has access.',
    table: {
      caption: 'Applications',
      columns: [
        { label: 'Application' },
        { label: 'Client id' },
        { label: 'Allowed' },
        { label: 'Last used' },
        { label: '' },
      ],
      rows: grants.map(({ allowed_at, client_id, client_name, last_used_at, offline, ...grant }) => [
        {
          text: client_name,
          detail: namesOf(grant).join(' ') + (offline ? ' · also when signed out' : ''),
        },
        { text: client_id, isCode: true },
        { at: dateOf(allowed_at), as: 'day' },
        { at: dateOf(last_used_at) },
        {
          actions: when(mayChange, {
            text: 'Revoke',
            about: client_name,
            action: `${path}/applications/${encodeURIComponent(client_id)}/revoke`,
          }),
        },
      ]),
    },
  };
}

/** The scopes, and the types of the authorization details. */
function namesOf({
  authorization_details: details,
  resources,
  scopes,
}: Pick<AccountBelongings['grants'][number], 'authorization_details' | 'resources' | 'scopes'>): string[] {
  const types = details.map(({ type }) => type);
  return [...scopes, ...Object.values(resources).flat(), ...new Set(types)];
}

function factorsOf({ account, factors }: AccountBelongings): TableSection {
  const { authenticator, passkeys, recovery_codes: codes } = factors;
  const used = (text: string | null) => (text === null ? { text: 'Never' } : { at: dateOf(text) });
  const rows: TableOnPage['rows'] = passkeys.map(({ created_at, last_used_at, name, synced }) => [
    { text: 'Passkey', detail: `${name} · ${synced ? 'in several devices' : 'in one device'}` },
    { at: dateOf(created_at), as: 'day' },
    used(last_used_at),
  ]);
  if (authenticator)
    rows.push([
      { text: 'Authenticator app' },
      { at: dateOf(authenticator.since), as: 'day' },
      used(authenticator.last_used_at),
    ]);
  if (codes.total > 0)
    rows.push([
      { text: 'Recovery codes' },
      { text: `${String(codes.left)} of ${String(codes.total)} left` },
      { text: '' },
    ]);
  if (account.has_password)
    rows.push([
      { text: 'Password' },
      { at: dateOf(account.password_changed_at ?? account.created_at), as: 'day' },
      { text: '' },
    ]);
  return {
    id: 'factors',
    heading: 'Ways to sign in',
    actions: [],
    none: 'None: the person cannot sign in.',
    table: {
      caption: 'Ways to sign in',
      columns: [{ label: 'Factor' }, { label: 'Since' }, { label: 'Last used' }],
      rows,
    },
  };
}

function rolesOf({ roles }: AccountBelongings): TableSection {
  return {
    id: 'roles',
    heading: 'Roles',
    lead: 'Where the person is an operator or a member.',
    actions: [],
    none: 'No role anywhere. Give one on the members’ page of an organization or a project.',
    table: {
      caption: 'Roles',
      columns: [{ label: 'Where' }, { label: 'Role' }, { label: 'Since' }],
      rows: roles.map(({ created_at, href, org_name, project_name, role }) => [
        {
          text: project_name ?? org_name ?? 'Installation',
          href,
          detail: project_name === null ? undefined : (org_name ?? undefined),
        },
        { text: role },
        { at: dateOf(created_at), as: 'day' },
      ]),
    },
  };
}

function activityOf({ events, path }: AccountBelongings): TableSection {
  return {
    id: 'activity',
    heading: 'Activity',
    lead: 'What the person did, and what was done to the account, newest first.',
    actions: [],
    none: 'Nothing was recorded.',
    table: eventTable(events.data),
    moreHref: events.next_cursor === null ? undefined : `${path}/activity`,
  };
}

/** Events of the audit trail as a table. */
export function eventTable(events: EventPageWire['data']): TableOnPage {
  return {
    caption: 'Activity, newest first',
    columns: [{ label: 'When' }, { label: 'What' }, { label: 'Who' }, { label: 'From', isExtra: true }],
    rows: events.map((event) => [
      { at: dateOf(event.occurred_at) },
      { text: auditWords(event.action), detail: aboutOf(event) },
      actorCell(event),
      { text: event.address ?? 'this server' },
    ]),
  };
}

function aboutOf({ action, changed_fields: fields, client_id: id, client_name: name }: EventWire): string {
  return [action, name ?? id, fields.join(', ')].filter(Boolean).join(' · ');
}

function actorCell({ actor, actor_name: name, target_id: target }: EventWire): CellOnPage {
  if (actor === accountSubject(target)) return { text: 'the person' };
  return name === null ? { text: actor, isCode: true } : { text: name, detail: actor };
}

function when(condition: boolean, action: ActionOnPage): ActionOnPage[] {
  return condition ? [action] : [];
}
