import type { DetailOnPage, ScopeGroup } from './interactions.js';
import type { ClientOnPage, FormOnPage, NoticeOnPage } from './shared.js';

/** An entry of the navigation of the account area. */
export type AccountSection =
  'overview' | 'profile' | 'security' | 'sessions' | 'applications' | 'requests' | 'activity' | 'data';

/** What the layout of the account area shows on each of its pages. */
export interface AccountPage {
  /** The entry of the navigation that is current. */
  section: AccountSection;
  /** The address of the account that is signed in. */
  email: string;
  /** The CSRF token of the own session, for every form of the page. */
  csrf: string;
  signOutAction: string;
  /** Whether applications can ask for the person by themselves, and the page to answer them on is there. */
  hasRequests: boolean;
  /** The time zone of the person (IANA); undefined for UTC. */
  timeZone?: string | undefined;
  /** The result of the form that led here. */
  notice?: NoticeOnPage | undefined;
}

/** What is done, or left to do, for the security of the account. */
export interface SecurityLine {
  text: string;
  detail: string;
  href: string;
  /** `caution`: something to do. */
  tone: 'good' | 'caution';
}

/** A time that the person signed in. */
export interface SignInOnPage {
  at: Date;
  /** In words, as in `Firefox on Linux`. */
  browser: string;
  /** Where from, roughly; undefined when it is not known. */
  network: string | undefined;
  /** How, as in `Password and code`. */
  how: string;
  /** The application that it was for. */
  clientName: string | undefined;
  endedAt: Date | null;
}

/** `account/overview` */
export interface OverviewModel extends AccountPage {
  name: string | undefined;
  emailVerified: boolean;
  security: readonly SecurityLine[];
  signIns: readonly SignInOnPage[];
  /** Those that were used last. */
  applications: readonly ApplicationOnPage[];
  applicationCount: number;
}

/** A claim of the profile in its form. */
export interface ProfileField {
  name: string;
  label: string;
  value: string;
  problem: string | undefined;
  help?: string;
  type?: string;
  autocomplete?: string;
  maxlength?: number;
  /** Makes it a select. */
  options?: readonly { value: string; text: string }[];
}

/** `account/profile` */
export interface ProfileModel extends AccountPage {
  groups: readonly { heading: string; lead?: string; fields: readonly ProfileField[] }[];
  emailVerified: boolean;
  /** The page to change the address on; undefined where there is no mail. */
  emailHref: string | undefined;
}

/** `account/email` */
export interface EmailModel extends AccountPage {
  emailVerified: boolean;
  /** What was typed as the new address. */
  typed: string;
  problem: string | undefined;
}

/** `account/email-code`: the code that was sent. */
export interface EmailCodeModel extends AccountPage {
  to: string;
  minutes: number;
  problem: string | undefined;
}

/** `account/password` */
export interface PasswordModel extends AccountPage {
  /** Whether there is a password that the form asks for. */
  hasPassword: boolean;
  changedAt: Date | null;
  endOthers: boolean;
  currentProblem: string | undefined;
  problem: string | undefined;
}

/** A session of the person. */
export interface SessionOnPage {
  id: string;
  browser: string;
  mobile: boolean;
  network: string | undefined;
  signedInAt: Date;
  lastUsedAt: Date;
  /** As in `a password and a code`. */
  how: string;
  /** Whether no browser of that name signed in before, and it did so in the last week. */
  isNew: boolean;
}

/** `account/sessions` */
export interface SessionsModel extends AccountPage {
  current: SessionOnPage | undefined;
  others: readonly SessionOnPage[];
}

/** What the person allowed an application. */
export interface ApplicationOnPage {
  client: ClientOnPage;
  groups: readonly ScopeGroup[];
  details: readonly DetailOnPage[];
  allowedAt: Date;
  lastUsedAt: Date;
  /** Whole months without use, from 6 on. */
  unusedMonths: number | undefined;
  /** Whether the access continues when the person is signed out. */
  offline: boolean;
}

/** A request of an application that asks for the person by itself (CIBA). */
export interface RequestOnPage {
  key: string;
  client: ClientOnPage;
  groups: readonly ScopeGroup[];
  details: readonly DetailOnPage[];
  /** What the application shows the person too, so that they can compare. */
  bindingMessage: string | undefined;
  askedAt: Date;
  expiresAt: Date;
}

/** `account/requests` */
export interface RequestsModel extends AccountPage {
  requests: readonly RequestOnPage[];
}

/** `account/applications` */
export interface ApplicationsModel extends AccountPage {
  applications: readonly ApplicationOnPage[];
  /** The client_id of the application whose revocation is to be confirmed. */
  revoking: string | undefined;
  /** Whether the revocation of all of them is to be confirmed. */
  revokingAll: boolean;
}

/** Something that happened to the account. */
export interface EventOnPage {
  at: Date;
  text: string;
  /** Who did it, when it was not the person. */
  by: string | undefined;
  network: string | undefined;
}

/** `account/activity` */
export interface ActivityModel extends AccountPage {
  days: number;
  signIns: readonly SignInOnPage[];
  events: readonly EventOnPage[];
  /** The next pages of the two lists. */
  olderSignInsHref: string | undefined;
  olderEventsHref: string | undefined;
  /** Back to the beginning; undefined there. */
  newestHref: string | undefined;
}

/** `account/data` */
export interface DataModel extends AccountPage {
  historyDays: number;
  applicationCount: number;
  /** The day until which a deletion can be taken back. */
  restorableUntil: Date;
  typed: string | undefined;
  problem: string | undefined;
}

/** `restore-account`: asks a person whose account is being deleted whether to bring it back, during a sign-in. */
export interface RestoreAccountModel extends FormOnPage {
  abortAction: string;
  email: string;
  deleteAfter: Date;
  /** That the person has shown their password, sealed. */
  proof: string;
}

/** The pages of the account area, and those for its end. */
export interface AccountPages {
  'account/overview': OverviewModel;
  'account/profile': ProfileModel;
  'account/email': EmailModel;
  'account/email-code': EmailCodeModel;
  'account/password': PasswordModel;
  'account/sessions': SessionsModel;
  'account/applications': ApplicationsModel;
  'account/requests': RequestsModel;
  'account/activity': ActivityModel;
  'account/data': DataModel;
  /** It says nothing about anybody. */
  'account-deleted': object;
  'restore-account': RestoreAccountModel;
}
