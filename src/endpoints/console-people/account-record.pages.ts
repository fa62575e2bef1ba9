import type * as z from 'zod';
import { browserOf } from '../../identity/sessions/user-agent.js';
import type { RecordModel, TableSection } from '../../platform/console-page-models/records.js';
import type {
  factorsResponse,
  grantList,
  roleList,
  sessionList,
} from '../../tenancy/account-admin/account-access.schema.js';
import type { EventPageWire } from '../console-audit/event-wire.js';
import { howOf, networkIn } from '../account-access/sign-in-words.js';
import { fileHref, withFiles } from '../console-records/list-files.js';
import { listPage } from '../console-records/list-page.js';
import { dateOf, type ListState, noticeOf } from '../console-records/list-parts.js';
import type { ConsolePage } from '../console/console-page.js';
import { organizationPath, projectPath } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';
import {
  ACCOUNT,
  accountCrumbs,
  accountPath,
  type AccountWire,
  nameOf,
  statusBadges,
} from './account-wire.js';
import { accountSections, eventTable } from './account-sections.js';

const NOTICES = {
  created: 'The account was created.',
  saved: 'Saved.',
  password: 'The password was set; the person is signed out everywhere.',
  disabled: 'The account is disabled; the person is signed out everywhere.',
  enabled: 'The account is enabled.',
  deleting: 'The account will be deleted in seven days.',
  restored: 'The account is restored.',
  factors: 'The second factors are removed; the person is signed out everywhere.',
  recovery: 'The link is on its way.',
  sessions: 'The person is signed out everywhere.',
  access: 'The person is signed out everywhere, and no application has access any more.',
  session: 'The session has ended.',
  application: 'The application has no access any more.',
};
const EVENTS = '10';
const ofAccount = (visit: Visit) => ({ target_id: visit.param('account').toLowerCase() });
/** The lists of the page, by the ids of their sections. */
const FILES = {
  sessions: { operation: 'listAccountSessions' },
  applications: { operation: 'listAccountGrants' },
  roles: { operation: 'listAccountRoles' },
  activity: { operation: 'listAuditEvents', query: ofAccount },
};

/** One account: who it is, where it is signed in, what it allowed, how it signs in, its roles and what happened to it. */
export const accountRecordPages: readonly ConsolePage[] = [
  withFiles({ method: 'get', path: ACCOUNT, operation: 'getAccount', answer: showAccount }, FILES),
  listPage({
    path: `${ACCOUNT}/activity`,
    operation: 'listAuditEvents',
    toQuery: (_, visit) => ofAccount(visit),
    show: showActivity,
  }),
];

async function showAccount(visit: Visit): Promise<void> {
  const target = { ...ofAccount(visit), page_limit: EVENTS };
  const { body: account } = await visit.call<AccountWire>('getAccount');
  const [sessions, grants, factors, roles, events] = await Promise.all([
    visit.call<z.infer<typeof sessionList>>('listAccountSessions'),
    visit.call<z.infer<typeof grantList>>('listAccountGrants'),
    visit.call<z.infer<typeof factorsResponse>>('getAccountFactors'),
    visit.call<z.infer<typeof roleList>>('listAccountRoles'),
    visit.call<EventPageWire>('listAuditEvents', { query: target }),
  ]);
  const path = accountPath(visit);
  const mayChange = visit.canCall('updateAccount');
  visit.show(
    'console/record',
    { section: 'accounts', crumbs: accountCrumbs(visit, nameOf(account)) },
    {
      heading: nameOf(account),
      badges: statusBadges(account),
      key: { value: account.id, what: `account id ${account.id}` },
      lead: account.email,
      actions: mayChange ? [{ label: 'Edit', href: `${path}/edit` }] : [],
      facts: factsOf(account),
      sections: withFileHrefs(
        visit,
        accountSections({
          path,
          mayChange,
          account,
          sessions: sessions.body.data.map((one) => ({
            ...one,
            browser: browserOf(one.user_agent),
            network: networkIn(one.address),
            how: howOf(one.amr),
          })),
          grants: grants.body.data,
          factors: factors.body,
          roles: roles.body.data.map((role) => ({ ...role, href: hrefOfRole(visit, role) })),
          events: events.body,
        }),
      ),
      grave: mayChange ? graveOf(path, account) : [],
      notice: noticeOf(visit, NOTICES),
      curl: visit.curl('getAccount'),
    },
  );
}

function withFileHrefs(visit: Visit, sections: TableSection[]): TableSection[] {
  const files = new Map(Object.entries(FILES));
  return sections.map((section) => {
    const file = files.get(section.id);
    return file ? { ...section, csvHref: fileHref(visit, section.id, file.operation) } : section;
  });
}

async function showActivity(visit: Visit, body: EventPageWire, state: ListState): Promise<void> {
  const { body: account } = await visit.call<AccountWire>('getAccount');
  visit.show(
    'console/list',
    { section: 'accounts', crumbs: accountCrumbs(visit, nameOf(account), 'Activity') },
    {
      ...state,
      heading: 'Activity',
      lead: `What ${nameOf(account)} did, and what was done to the account.`,
      actions: [],
      nextHref: state.nextHref(body.next_cursor),
      table: eventTable(body.data),
      empty: {
        symbol: 'list',
        heading: 'Nothing was recorded',
        text: 'Sign-ins and changes will stand here.',
      },
      curl: visit.curl('listAuditEvents', { query: state.query }),
    },
  );
}

function hrefOfRole(visit: Visit, role: z.infer<typeof roleList>['data'][number]): string {
  const { org_slug: org, project_slug: project } = role;
  if (org === null) return `${visit.home}/members`;
  return `${project === null ? organizationPath(org) : projectPath(org, project)}/members`;
}

function factsOf(account: AccountWire): RecordModel['facts'] {
  const { email, email_verified, created_at, has_password, last_sign_in_at, password_changed_at } = account;
  const { delete_after, deletion_requested_by, disabled_at } = account;
  const at = (text: string | null) => (text === null ? { text: 'Never' } : { at: dateOf(text) });
  return [
    {
      name: 'E-mail address',
      cell: {
        text: email,
        badges: [
          email_verified ? { kind: 'good', text: 'Verified' } : { kind: 'caution', text: 'Not verified' },
        ],
      },
    },
    { name: 'Last sign-in', cell: at(last_sign_in_at) },
    {
      name: 'Password',
      cell: !has_password
        ? { text: 'None: signs in with passkeys' }
        : password_changed_at === null
          ? { text: 'The first one' }
          : { text: 'Changed', at: dateOf(password_changed_at) },
    },
    { name: 'Created', cell: { at: dateOf(created_at), as: 'minute' } },
    ...(disabled_at === null ? [] : [{ name: 'Disabled', cell: { at: dateOf(disabled_at) } }]),
    ...(delete_after === null
      ? []
      : [
          {
            name: 'Deleted for good',
            cell: {
              at: dateOf(delete_after),
              as: 'minute' as const,
              detail: `Asked for by ${deletion_requested_by === 'person' ? 'the person' : 'an operator'}`,
            },
          },
        ]),
  ];
}

/** What can be done to the account in its state. */
function graveOf(path: string, account: AccountWire): RecordModel['grave'] {
  const { status } = account;
  const about = nameOf(account);
  const one = (heading: string, text: string, label: string, page: string, isDangerous = false) => ({
    heading,
    text,
    action: { text: label, about, href: `${path}/${page}`, isDangerous },
  });
  if (status === 'deleting')
    return [one('Restore', 'The account is not deleted, and keeps its roles.', 'Restore', 'restore')];
  return [
    ...(status === 'active'
      ? [
          one(
            'Link to set a password',
            'By mail, for 30 minutes; the person chooses it.',
            'Send',
            'send-recovery',
          ),
          one('Password', 'Set one yourself; every session ends.', 'Set', 'password'),
        ]
      : []),
    one(
      'Second factors',
      'For a person who lost them all; every session ends.',
      'Reset',
      'reset-factors',
      true,
    ),
    one('Access', 'Ends every session and the access of every application.', 'End', 'end-access'),
    status === 'disabled'
      ? one('Enable', 'The person can sign in again.', 'Enable', 'enable')
      : one('Disable', 'Signs the person out everywhere; they cannot sign in.', 'Disable', 'disable', true),
    one('Delete', 'In seven days, until which it can be restored.', 'Delete', 'delete', true),
  ];
}
