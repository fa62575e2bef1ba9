import type { MailContent, MailSite } from './mail-content.js';

/** What the owners of a tenant are told. */
export interface OwnerNoticeModel {
  kind: OwnerNoticeKind;
  /** Such as `the organization Acme`. */
  tenant: string;
  /** Whose role it is, and the role. */
  member?: { name: string; role: string } | undefined;
  /** Who did it. */
  by: string;
  at: Date;
}

interface Words {
  heading: string;
  says: (member: { name: string; role: string }, tenant: string) => string;
}

const NOTICES = {
  role_given: {
    heading: 'A role was given',
    says: ({ name, role }, tenant) => `${name} has the role ${role} in ${tenant} now.`,
  },
  role_changed: {
    heading: 'A role was changed',
    says: ({ name, role }, tenant) => `The role of ${name} in ${tenant} is ${role} now.`,
  },
  role_taken: {
    heading: 'A role was taken away',
    says: ({ name, role }, tenant) => `${name} does not have the role ${role} in ${tenant} any more.`,
  },
  keys_rotated: {
    heading: 'The signing keys were rotated',
    says: () => 'Tokens are signed with other keys now. Those from before are still accepted.',
  },
} satisfies Record<string, Words>;

export type OwnerNoticeKind = keyof typeof NOTICES;

/** Tells an owner who can act now, or that keys were rotated. */
export function ownerNotice(site: MailSite, model: OwnerNoticeModel): MailContent {
  const { at, by, kind, member = { name: '', role: '' }, tenant } = model;
  const { heading, says }: Words = NOTICES[kind];
  return {
    subject: `${heading}: ${site.name}`,
    heading,
    opening: [says(member, tenant), `Done by ${by}.`],
    occasion: { heading: 'Done', at },
    doubt: {
      question: 'Did you not expect this?',
      answer: 'Then look at the audit trail, and take roles away from whom you do not trust.',
    },
    reason: `because it is the address of an owner of ${tenant} at`,
  };
}
