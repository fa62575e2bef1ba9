import { MEMBER_FIELD_DESCRIPTIONS } from '../../tenancy/members/member-response.schema.js';
import { buttonPage } from '../console-records/confirmation.pages.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { RecordField } from '../console-records/record-fields.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { memberCrumbs, type MemberLevel, membersPath } from './member-levels.js';

const EMAIL: RecordField = { name: 'email', label: 'E-mail address', control: 'email' };

/** The forms of a role for an account or a client, and of an invitation. */
export function newMemberPages(level: MemberLevel): ConsolePage[] {
  const role: RecordField = { name: 'role', label: 'Role', control: 'select', options: level.roles };
  const start = async () => ({ body: { role: level.roles[0]?.value }, version: undefined });
  const around = (visit: Visit, label: string) => ({
    section: level.section,
    crumbs: memberCrumbs(visit, level, label),
    cancelHref: membersPath(visit),
  });
  return [
    ...recordFormPages({
      path: `${level.base}/members/new`,
      operation: `add${level.name}Member`,
      isNew: true,
      fields: () => [
        { ...EMAIL, help: 'Of an account; or leave it empty and name a subject.' },
        {
          name: 'subject',
          label: 'Subject',
          help: 'client: and a client_id, account: and an id, or an issuer, | and a subject.',
          control: 'text',
        },
        role,
        {
          name: 'rotate_secret',
          label: 'Replace the secret of the client',
          help: MEMBER_FIELD_DESCRIPTIONS.rotate_secret,
          control: 'select',
          isFlag: true,
          options: [
            { value: '', text: 'No' },
            { value: 'true', text: 'true: yes; the new one is shown once' },
          ],
        },
      ],
      record: start,
      example: { email: 'ada@example.com', role: level.roles.at(-1)?.value },
      words: (visit) => ({
        ...around(visit, 'Add a member'),
        heading: 'Add a member',
        lead: 'Give a role to an account, a client or a person of an outside issuer.',
        button: 'Give the role',
        notes: [visit.invitationRefusal ?? 'A person without an account gets an invitation instead.'],
      }),
      done: (visit, { client_secret: secret, subject }) => {
        if (typeof secret !== 'string') return visit.redirect(`${membersPath(visit)}?done=added`);
        visit.show(
          'console/once',
          { section: level.section, crumbs: memberCrumbs(visit, level, 'New secret') },
          {
            heading: 'The role is given',
            lead: 'The client has a new secret. Copy it now: only a hash of it is kept.',
            label: 'Client secret',
            name: 'client_secret',
            secret,
            facts: [{ name: 'Subject', value: String(subject) }],
            openHref: membersPath(visit),
          },
          201,
        );
      },
    }),
    ...recordFormPages({
      path: `${level.base}/invitations/new`,
      operation: `create${level.name}Invitation`,
      isNew: true,
      fields: () => [
        { ...EMAIL, help: 'With or without an account; the answer is the same.', isRequired: true },
        role,
      ],
      record: start,
      example: { email: 'ada@example.com', role: level.roles.at(-1)?.value },
      words: (visit) => ({
        ...around(visit, 'Invite'),
        heading: 'Invite a person',
        lead: 'They get a mail with a link, with which they make an account if they have none.',
        button: 'Send the invitation',
        notes:
          visit.invitationRefusal === undefined
            ? ['The link works once, for seven days.', 'Until it is accepted it can be withdrawn.']
            : [visit.invitationRefusal],
      }),
      done: (visit) => {
        visit.redirect(`${membersPath(visit)}?done=invited`);
      },
    }),
    buttonPage({
      path: `${level.base}/invitations/:invitation/withdraw`,
      operation: `revoke${level.name}Invitation`,
      doneHref: (visit) => `${membersPath(visit)}?done=withdrawn`,
    }),
  ];
}
