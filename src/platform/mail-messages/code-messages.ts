import {
  type CodeModel,
  groupedCode,
  type MailContent,
  type MailSite,
  type Occasion,
  untilTime,
} from './mail-content.js';

const TELL_NOBODY = 'Tell the code to nobody; we never ask for it by phone or mail.';
const ASKED = 'Asked for';

/** What the messages with a code have in common. */
function codeContent({ issuer }: MailSite, model: CodeModel) {
  const { code, path, expiresAt, codeExpiresAt, at, browser, address } = model;
  const link =
    expiresAt.getTime() === codeExpiresAt.getTime()
      ? 'Is the page gone? Open it again:'
      : `Is the page gone? This link works once, ${untilTime(expiresAt, at)}:`;
  return {
    code: groupedCode(code),
    validity: `It works once, ${untilTime(codeExpiresAt, at)}. ${link}`,
    link: { label: 'Open the page', url: issuer + path },
    occasion: { at, browser, address, heading: ASKED },
  };
}

/** Confirms the address of a new account. */
export function signUpCode(site: MailSite, model: CodeModel): MailContent {
  return {
    subject: `Your code for ${site.name}`,
    heading: 'Confirm your e-mail address',
    opening: [
      `Somebody, most likely you, is creating an account at ${site.name} with this address. Enter this code on the page that is open in your browser:`,
    ],
    ...codeContent(site, model),
    doubt: {
      question: 'Was it not you?',
      answer: `Then do nothing: without this code no account is made. ${TELL_NOBODY}`,
    },
    reason: 'because somebody typed this address at',
  };
}

/** To an address that has an account and was typed to create one. */
export function signUpKnown(site: MailSite, model: Occasion): MailContent {
  return {
    subject: `You have an account at ${site.name}`,
    heading: 'You have an account already',
    opening: [
      `Somebody, most likely you, wanted to create an account at ${site.name} with this address. It has an account already, so no other was made. Sign in with it:`,
    ],
    link: { label: 'Sign in', url: `${site.issuer}/account` },
    closing: [`Did you forget the password? Set a new one: ${site.issuer}/recover`],
    occasion: { ...model, heading: ASKED },
    doubt: { question: 'Was it not you?', answer: 'Then do nothing: your account has not changed.' },
    reason: 'because somebody typed this address at',
  };
}

/** Leads to the page that sets a new password. */
export function recoveryCode(site: MailSite, model: CodeModel): MailContent {
  return {
    subject: `Set a new password for ${site.name}`,
    heading: 'Set a new password',
    opening: [
      `Somebody, most likely you, forgot the password of your account at ${site.name}. Enter this code on the page that is open in your browser:`,
    ],
    ...codeContent(site, model),
    doubt: {
      question: 'Was it not you?',
      answer: `Then do nothing: your password stays as it is. ${TELL_NOBODY}`,
    },
    reason: 'because somebody typed this address at',
  };
}

/** What a person gets for whom an operator asked for a new password. */
export interface RecoveryLinkModel {
  path: string;
  at: Date;
  expiresAt: Date;
}

/** Leads to the page that sets a new password, because an operator sent it. */
export function recoveryLink(site: MailSite, { path, at, expiresAt }: RecoveryLinkModel): MailContent {
  return {
    subject: `Set a new password for ${site.name}`,
    heading: 'Set a new password',
    opening: [
      `An operator of ${site.name} sent you this link, with which you can set a new password for your account.`,
    ],
    validity: `The link works once, ${untilTime(expiresAt, at)}.`,
    link: { label: 'Set a new password', url: site.issuer + path },
    doubt: {
      question: 'Did you not ask for it?',
      answer: 'Then do nothing: your password stays as it is.',
    },
    reason: 'because it is the address of an account at',
  };
}

/** Confirms the address of an account that exists. */
export function verificationCode(site: MailSite, model: CodeModel): MailContent {
  return {
    subject: `Your code for ${site.name}`,
    heading: 'Confirm your e-mail address',
    opening: [
      `You asked to confirm this address for your account at ${site.name}. Enter this code on the page that is open in your browser:`,
    ],
    ...codeContent(site, model),
    doubt: {
      question: 'Was it not you?',
      answer: `Then do nothing: without this code the address is not confirmed. ${TELL_NOBODY}`,
    },
    reason: 'because it is the address of an account at',
  };
}

/** Confirms the new address of an account. */
export function emailChangeCode(site: MailSite, model: CodeModel): MailContent {
  return {
    subject: `Your code for ${site.name}`,
    heading: 'Confirm your new e-mail address',
    opening: [
      `Somebody, most likely you, wants to use this address for an account at ${site.name}. Enter this code on the page that is open in your browser:`,
    ],
    ...codeContent(site, model),
    doubt: {
      question: 'Was it not you?',
      answer: `Then do nothing: without this code the account keeps its address. ${TELL_NOBODY}`,
    },
    reason: 'because somebody typed this address at',
  };
}

/** To an address that has an account and was typed as the new address of another one. */
export function emailChangeTaken(site: MailSite, model: Occasion): MailContent {
  return {
    subject: `You have an account at ${site.name}`,
    heading: 'This address has an account already',
    opening: [
      `Somebody, most likely you, wanted to use this address for another account at ${site.name}. It has an account already, so nothing was changed.`,
    ],
    occasion: { ...model, heading: ASKED },
    doubt: { question: 'Was it not you?', answer: 'Then do nothing: your account has not changed.' },
    reason: 'because somebody typed this address at',
  };
}

/** What the former address of an account gets. */
export interface EmailChangedModel extends Occasion {
  newEmail: string;
  /** The path of the link that undoes the change. */
  path: string;
  expiresAt: Date;
}

/** Tells the former address, with a link that undoes the change. */
export function emailChanged(site: MailSite, model: EmailChangedModel): MailContent {
  const { newEmail, path, expiresAt, ...occasion } = model;
  return {
    subject: `The e-mail address of your account at ${site.name} was changed`,
    heading: 'Your e-mail address was changed',
    opening: [`Your account at ${site.name} has another e-mail address now: ${newEmail}.`],
    occasion: { ...occasion, heading: 'Changed' },
    doubt: {
      question: 'Was it not you?',
      answer: `Then take it back, ${untilTime(expiresAt, occasion.at)}. That signs everybody out of the account.`,
      link: { label: 'Take the change back', url: site.issuer + path },
    },
    reason: 'because it was the address of an account at',
  };
}

/** What an invited person gets. */
export interface InvitationModel {
  /** Such as `the organization Acme`. */
  tenant: string;
  role: string;
  path: string;
  at: Date;
  expiresAt: Date;
}

/** Invites an address to a role. */
export function invitation(site: MailSite, model: InvitationModel): MailContent {
  const { tenant, role, path, at, expiresAt } = model;
  return {
    subject: `You are invited to ${site.name}`,
    heading: 'You are invited',
    opening: [`You are invited to be ${role} of ${tenant} at ${site.name}.`],
    validity: `The invitation works once, ${untilTime(expiresAt, at)}.`,
    link: { label: 'Look at the invitation', url: site.issuer + path },
    doubt: {
      question: 'Do you not know what this is about?',
      answer: 'Then do nothing: without you nothing comes of it.',
    },
    reason: 'because an operator typed this address at',
  };
}
