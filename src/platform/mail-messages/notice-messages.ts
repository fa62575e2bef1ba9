import { dayAndTime, type MailContent, type MailSite, type Occasion } from './mail-content.js';

/** A notice about what was done to an account. */
export interface NoticeModel extends Occasion {
  kind: NoticeKind;
  /** The name of the passkey or the browser that it is about. */
  name?: string | undefined;
  /** When something takes effect, such as the deletion of the account. */
  until?: Date | undefined;
  /** The path of a page that takes it back. */
  path?: string | undefined;
}

interface Words {
  heading: string;
  says: (model: NoticeModel) => string;
  /** An operator did it, so the person is told whom to ask. */
  byOperator?: true;
  /** Nothing was done yet: an application asks. */
  asks?: true;
}

const named = ({ name }: NoticeModel) => (name === undefined ? '' : ` “${name}”`);

const NOTICES = {
  password_changed: {
    heading: 'Your password was changed',
    says: () => 'The password of your account was changed.',
  },
  password_reset: {
    heading: 'Your password was reset',
    says: () =>
      'The password of your account was set with a code from a mail to this address. Everybody was signed out.',
  },
  passkey_added: {
    heading: 'A passkey was added',
    says: (model) => `The passkey${named(model)} can sign in to your account now.`,
  },
  passkey_removed: {
    heading: 'A passkey was removed',
    says: (model) => `The passkey${named(model)} cannot sign in to your account any more.`,
  },
  passkey_refused: {
    heading: 'A passkey was refused',
    says: (model) =>
      `The passkey${named(model)} was used with a counter that went back, as that of a copied key does. It was refused.`,
  },
  authenticator_added: {
    heading: 'An authenticator app was added',
    says: () => 'Your account asks for the code of an authenticator app now.',
  },
  authenticator_removed: {
    heading: 'The authenticator app was removed',
    says: () => 'Your account does not ask for the code of an authenticator app any more.',
  },
  recovery_codes_made: {
    heading: 'New recovery codes were made',
    says: () => 'Your account has new recovery codes. Those from before do not work any more.',
  },
  recovery_code_used: {
    heading: 'A recovery code was used',
    says: () => 'Somebody signed in to your account with one of its recovery codes.',
  },
  email_changed: {
    heading: 'This is the address of your account now',
    says: () => 'The e-mail address of your account was changed to this one.',
  },
  email_change_undone: {
    heading: 'The change of your e-mail address was taken back',
    says: () => 'Your account has this e-mail address again. Everybody was signed out.',
  },
  new_browser: {
    heading: 'A new browser signed in',
    says: () => 'A browser that we have not seen with your account before signed in.',
  },
  request_waiting: {
    heading: 'An application asks for your approval',
    says: (model) =>
      `The application${named(model)} asks to act for you. Open the page to see what it asks for, and allow or deny it. The request expires within minutes.`,
    asks: true,
  },
  deletion_requested: {
    heading: 'Your account will be deleted',
    says: ({ until }) =>
      `You asked to delete your account.${until === undefined ? '' : ` It is deleted on ${dayAndTime(until)}; sign in before to keep it.`}`,
  },
  operator_deletes: {
    heading: 'Your account will be deleted',
    says: ({ until }) =>
      `An operator deletes your account.${until === undefined ? '' : ` It is gone on ${dayAndTime(until)}; until then an operator can keep it.`}`,
    byOperator: true,
  },
  deletion_cancelled: {
    heading: 'Your account will be kept',
    says: () => 'Your account will not be deleted.',
  },
  operator_set_password: {
    heading: 'An operator set your password',
    says: () => 'An operator set a new password for your account. Everybody was signed out.',
    byOperator: true,
  },
  operator_changed_email: {
    heading: 'An operator changed your e-mail address',
    says: () => 'An operator gave your account another e-mail address than this one.',
    byOperator: true,
  },
  operator_reset_factors: {
    heading: 'An operator reset your second factors',
    says: () =>
      'An operator removed the passkeys, the authenticator app and the recovery codes of your account. Everybody was signed out.',
    byOperator: true,
  },
  operator_disabled: {
    heading: 'An operator disabled your account',
    says: () => 'An operator disabled your account. Nobody can sign in to it.',
    byOperator: true,
  },
  operator_enabled: {
    heading: 'An operator enabled your account',
    says: () => 'An operator enabled your account. You can sign in again.',
    byOperator: true,
  },
} satisfies Record<string, Words>;

/** What a person is told about without asking, and cannot turn off. */
export type NoticeKind = keyof typeof NOTICES;

/** Tells a person what was done to the account. */
export function notice(site: MailSite, model: NoticeModel): MailContent {
  const { heading, says, byOperator, asks }: Words = NOTICES[model.kind];
  const { at, browser, address, path } = model;
  return {
    subject: `${heading}: ${site.name}`,
    heading,
    opening: [says(model)],
    ...(path === undefined ? {} : { link: { label: 'Open the page', url: site.issuer + path } }),
    occasion: { heading: asks ? 'Asked' : 'Done', at, ...(byOperator ? {} : { browser, address }) },
    doubt: asks
      ? {
          question: 'Do you not expect this?',
          answer: 'Then deny it, or do nothing: nobody gets anything without you.',
        }
      : byOperator
        ? {
            question: 'Did you not expect this?',
            answer: `Then ask those who operate ${site.name}.`,
          }
        : {
            question: 'Was it not you?',
            answer: 'Then set a new password now; that signs everybody out of the account.',
            link: { label: 'Set a new password', url: `${site.issuer}/recover` },
          },
    reason: 'because it is the address of an account at',
  };
}
