import type { PasskeyOnPage } from './interactions.js';
import type { ClientOnPage, FormOnPage, LinkOnPage } from './shared.js';

/** Where a flow leads that may be part of a sign-in. */
interface InFlow {
  /** The application that the person signs in to; undefined for the pages of this server, or without a sign-in. */
  client: ClientOnPage | undefined;
  /** The form that ends the sign-in; undefined without one. */
  abortAction: string | undefined;
  problem: string | undefined;
}

/** `sign-up`: the address of the new account. */
export interface SignUpModel extends FormOnPage, InFlow {
  email: string;
  signInUrl: string;
  /** Only with an invitation. */
  closed: boolean;
}

/** `mail-code`: the digits of a mail. */
export interface MailCodeModel extends FormOnPage, InFlow {
  /** Such as `Step 2 of 3`. */
  step: string | undefined;
  email: string;
  /** Whether a mail goes there only if the address has an account. */
  onlyIfKnown: boolean;
  minutes: number;
  /** The form that sends another code. */
  againAction: string;
  /** The page on which another address is typed. */
  otherUrl: string;
}

/** `sign-up-credential`: the way to sign in to the new account. */
export interface SignUpCredentialModel extends FormOnPage, InFlow {
  email: string;
  step: string | undefined;
  termsUrl: string | undefined;
  privacyUrl: string | undefined;
  /** Undefined where passkeys are not possible. */
  passkey: PasskeyOnPage | undefined;
}

/** `recover`: the address of the account whose password is forgotten. */
export interface RecoverModel extends FormOnPage {
  email: string;
  problem: string | undefined;
  signInUrl: string;
}

/** `new-password`: sets it with a code or link from a mail. */
export interface NewPasswordModel extends FormOnPage {
  email: string;
  problem: string | undefined;
}

/** `mail-link`: where a link of a mail leads; nothing happens before the button is pressed. */
export interface MailLinkModel extends FormOnPage {
  heading: string;
  text: string;
  /** The address or the role that it is about. */
  about: string;
  button: string;
}

/** `done`: something is finished. */
export interface DoneModel {
  heading: string;
  text: string;
  link: LinkOnPage;
}

/** The pages of flows with codes and links from mails. */
export interface MailStepPages {
  'sign-up': SignUpModel;
  'mail-code': MailCodeModel;
  'sign-up-credential': SignUpCredentialModel;
  recover: RecoverModel;
  'new-password': NewPasswordModel;
  'mail-link': MailLinkModel;
  done: DoneModel;
}
