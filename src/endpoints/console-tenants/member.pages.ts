import type * as z from 'zod';
import type { TableSection } from '../../platform/console-page-models/records.js';
import type { invitationPage } from '../../tenancy/invitations/invitation.schema.js';
import type { memberPage, memberResponse } from '../../tenancy/members/member-response.schema.js';
import { confirmationPages } from '../console-records/confirmation.pages.js';
import { dateOf, listState, noticeOf } from '../console-records/list-parts.js';
import { fileHref, withFiles } from '../console-records/list-files.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { RecordField } from '../console-records/record-fields.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { MEMBER_LEVELS, memberCrumbs, type MemberLevel, membersPath } from './member-levels.js';
import { newMemberPages } from './new-member.pages.js';
import { ACCOUNTS } from '../console-people/account-wire.js';

type MemberWire = z.infer<typeof memberResponse>;

const NOTICES = {
  added: 'The role is given; it counts from the next request.',
  saved: 'The role is changed; it counts from the next request.',
  removed: 'The role is taken away; that counts from the next request.',
  invited: 'The invitation is on its way. It works for seven days.',
  withdrawn: 'The invitation does not work any more.',
};

/** Who has a role in the installation, an organization or a project, and who is invited. */
export const memberPages: readonly ConsolePage[] = MEMBER_LEVELS.flatMap((level) => [
  withFiles(
    {
      method: 'get',
      path: `${level.base}/members`,
      operation: `list${level.name}Members`,
      answer: (visit) => showMembers(visit, level),
    },
    {
      members: { operation: `list${level.name}Members` },
      invitations: { operation: `list${level.name}Invitations` },
    },
  ),
  ...newMemberPages(level),
  ...changePages(level),
]);

function changePages(level: MemberLevel): ConsolePage[] {
  const read = (visit: Visit) => visit.call<MemberWire>(`get${level.name}Member`);
  const role: RecordField = { name: 'role', label: 'Role', control: 'select', options: level.roles };
  return [
    ...recordFormPages({
      path: `${level.base}/members/:member`,
      operation: `update${level.name}Member`,
      fields: () => [role],
      record: read,
      words: (visit, record) => ({
        heading: `Role of ${whoIs(record as MemberWire)}`,
        lead: 'It counts from the next request, on every node.',
        button: 'Save',
        section: level.section,
        crumbs: memberCrumbs(visit, level, whoIs(record as MemberWire)),
        cancelHref: membersPath(visit),
      }),
      done: (visit) => {
        visit.redirect(`${membersPath(visit)}?done=saved`);
      },
    }),
    ...confirmationPages({
      path: `${level.base}/members/:member/remove`,
      operation: `remove${level.name}Member`,
      isDangerous: true,
      words: async (visit) => {
        const { body } = await read(visit);
        return {
          heading: `Take the role ${body.role} from ${whoIs(body)}?`,
          text: 'It is gone with the next request, on every node. The account itself stays.',
          button: 'Take the role away',
          section: level.section,
          crumbs: memberCrumbs(visit, level, 'Remove'),
          keepHref: membersPath(visit),
          typed: whoIs(body),
        };
      },
      doneHref: (visit) => `${membersPath(visit)}?done=removed`,
    }),
  ];
}

async function showMembers(visit: Visit, level: MemberLevel): Promise<void> {
  const path = membersPath(visit);
  const state = listState(visit, [], path);
  const cursor = visit.query.get('invitations');
  const [{ body: members }, { body: invitations }] = await Promise.all([
    visit.call<z.infer<typeof memberPage>>(`list${level.name}Members`, { query: state.query }),
    visit.call<z.infer<typeof invitationPage>>(`list${level.name}Invitations`, {
      query: { page_limit: '50', ...(cursor === null ? {} : { cursor }) },
    }),
  ]);
  const mayChange = visit.canCall(`add${level.name}Member`);
  const refusal = visit.invitationRefusal;
  visit.show(
    'console/record',
    { section: level.section, crumbs: memberCrumbs(visit, level) },
    {
      heading: level.heading,
      badges: [],
      key: undefined,
      lead: level.lead,
      actions: mayChange
        ? [
            ...(refusal === undefined ? [{ label: 'Invite', href: `${visit.home}/invitations/new` }] : []),
            { label: 'Add a member', href: `${path}/new` },
          ]
        : [],
      facts: [],
      sections: [
        {
          ...membersOf(visit, members, mayChange, state.nextHref(members.next_cursor)),
          csvHref: fileHref(visit, 'members', `list${level.name}Members`),
        },
        ...(invitations.data.length > 0 || (mayChange && refusal !== undefined)
          ? [
              {
                ...invitationsOf(visit, invitations, mayChange),
                none: refusal ?? '',
                ...(invitations.data.length > 0 && {
                  csvHref: fileHref(visit, 'invitations', `list${level.name}Invitations`),
                }),
              },
            ]
          : []),
      ],
      grave: [],
      notice: noticeOf(visit, NOTICES),
      curl: visit.curl(`list${level.name}Members`, { query: state.query }),
    },
  );
}

function membersOf(
  visit: Visit,
  { data }: z.infer<typeof memberPage>,
  mayChange: boolean,
  moreHref: string | undefined,
): TableSection {
  const path = membersPath(visit);
  return {
    id: 'members',
    heading: 'Roles',
    actions: [],
    none: 'No role is given here itself.',
    moreHref,
    table: {
      caption: 'Roles, newest first',
      columns: [
        { label: 'Who' },
        { label: 'Role' },
        { label: 'Since' },
        ...(mayChange ? [{ label: '' }] : []),
      ],
      rows: data.map((member) => {
        const account = /^account:(.+)$/.exec(member.subject)?.[1];
        const mayOpen = account !== undefined && visit.canCall('getAccount');
        return [
          {
            text: whoIs(member),
            isCode: member.email === null,
            href: mayOpen ? `${ACCOUNTS}/${account}` : undefined,
            detail: member.email === null || member.subject.startsWith('email:') ? undefined : member.subject,
          },
          { text: member.role },
          { at: dateOf(member.created_at), as: 'day' as const },
          ...(mayChange
            ? [
                {
                  actions: [
                    { text: 'Change', about: `the role of ${whoIs(member)}`, href: `${path}/${member.id}` },
                    {
                      text: 'Remove',
                      about: `the role of ${whoIs(member)}`,
                      href: `${path}/${member.id}/remove`,
                      isDangerous: true,
                    },
                  ],
                },
              ]
            : []),
        ];
      }),
    },
  };
}

function invitationsOf(
  visit: Visit,
  { data, next_cursor: next }: z.infer<typeof invitationPage>,
  mayChange: boolean,
): TableSection {
  return {
    id: 'invitations',
    heading: 'Invitations',
    lead: 'Who is invited and has not accepted yet.',
    actions: [],
    none: '',
    moreHref:
      next === null
        ? undefined
        : `${membersPath(visit)}?${new URLSearchParams({ invitations: next }).toString()}#invitations`,
    table: {
      caption: 'Invitations, newest first',
      columns: [
        { label: 'E-mail address' },
        { label: 'Role' },
        { label: 'Works until' },
        ...(mayChange ? [{ label: '' }] : []),
      ],
      rows: data.map(({ email, expires_at, id, role }) => [
        { text: email },
        { text: role },
        { at: dateOf(expires_at), as: 'minute' as const },
        ...(mayChange
          ? [
              {
                actions: [
                  { text: 'Withdraw', about: email, action: `${visit.home}/invitations/${id}/withdraw` },
                ],
              },
            ]
          : []),
      ]),
    },
  };
}

/** The e-mail address, where it may be shown, or the subject. */
function whoIs({ email, subject }: MemberWire): string {
  return email ?? subject;
}
