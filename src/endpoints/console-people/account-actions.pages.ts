import {
  buttonPage,
  type Confirmation,
  confirmationPages,
  type ConfirmationWords,
} from '../console-records/confirmation.pages.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { ACCOUNT, accountCrumbs, accountPath, type AccountWire, nameOf } from './account-wire.js';

/** What is asked before an operation, and what its button says. */
interface Question {
  path: string;
  operation: string;
  heading: (name: string) => string;
  text: string;
  button: string;
  done: string;
  /** Whether it takes something from the person: it needs a recent sign-in, and the address has to be typed. */
  isGrave: boolean;
}

const QUESTIONS: readonly Question[] = [
  {
    path: 'disable',
    operation: 'disableAccount',
    heading: (name) => `Disable ${name}?`,
    text: 'The person is signed out everywhere at once and cannot sign in until the account is enabled. They get a mail about it.',
    button: 'Disable this account',
    done: 'disabled',
    isGrave: true,
  },
  {
    path: 'enable',
    operation: 'enableAccount',
    heading: (name) => `Enable ${name}?`,
    text: 'The person can sign in again. What ended when the account was disabled stays ended.',
    button: 'Enable this account',
    done: 'enabled',
    isGrave: false,
  },
  {
    path: 'delete',
    operation: 'deleteAccount',
    heading: (name) => `Delete ${name}?`,
    text: 'The person is signed out everywhere at once. In seven days the account is deleted for good; until then it can be restored.',
    button: 'Delete this account',
    done: 'deleting',
    isGrave: true,
  },
  {
    path: 'restore',
    operation: 'restoreAccount',
    heading: (name) => `Restore ${name}?`,
    text: 'The account is not deleted, and keeps its roles. The person has to sign in again.',
    button: 'Restore this account',
    done: 'restored',
    isGrave: false,
  },
  {
    path: 'reset-factors',
    operation: 'resetAccountFactors',
    heading: (name) => `Reset the second factors of ${name}?`,
    text: 'Passkeys, the authenticator app and the recovery codes are removed, and every session and permission ends. Do it only when you know that it is the person who asks. They get a mail about it.',
    button: 'Reset the factors',
    done: 'factors',
    isGrave: true,
  },
  {
    path: 'send-recovery',
    operation: 'sendAccountRecovery',
    heading: (name) => `Send ${name} a link to set a password?`,
    text: 'The mail has a link that works once, for 30 minutes. The password stays as it is until the person sets another.',
    button: 'Send the link',
    done: 'recovery',
    isGrave: false,
  },
  {
    path: 'end-sessions',
    operation: 'endAccountSessions',
    heading: (name) => `Sign ${name} out everywhere?`,
    text: 'Every session ends, and the applications that registered for it are told. What the person allowed stays.',
    button: 'End all sessions',
    done: 'sessions',
    isGrave: false,
  },
  {
    path: 'end-access',
    operation: 'endAccountAccess',
    heading: (name) => `End all access of ${name}?`,
    text: 'Every session ends, and all that the person allowed applications is taken back, also those that work while the person is away. The person can sign in and allow them again.',
    button: 'End all access',
    done: 'access',
    isGrave: false,
  },
];

/** The actions on an account, each with the page that asks. */
export const accountActionPages: readonly ConsolePage[] = [
  buttonPage({
    path: `${ACCOUNT}/sessions/:session/end`,
    operation: 'endAccountSession',
    doneHref: (visit) => `${accountPath(visit)}?done=session#sessions`,
  }),
  buttonPage({
    path: `${ACCOUNT}/applications/:client/revoke`,
    operation: 'revokeAccountGrants',
    doneHref: (visit) => `${accountPath(visit)}?done=application#applications`,
  }),
  ...QUESTIONS.flatMap((question) => confirmationPages(confirmation(question))),
];

function confirmation({ path, operation, isGrave, done, ...question }: Question): Confirmation {
  const words = async (visit: Visit): Promise<ConfirmationWords> => {
    const { body: account } = await visit.call<AccountWire>('getAccount');
    return {
      heading: question.heading(nameOf(account)),
      text: question.text,
      button: question.button,
      section: 'accounts',
      crumbs: accountCrumbs(visit, nameOf(account), question.button),
      keepHref: accountPath(visit),
      ...(isGrave ? { typed: account.email } : {}),
    };
  };
  return {
    path: `${ACCOUNT}/${path}`,
    operation,
    words,
    isDangerous: isGrave,
    doneHref: (visit) => `${accountPath(visit)}?done=${done}`,
  };
}
