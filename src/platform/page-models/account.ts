import type { NoticeOnPage } from './shared.js';

/** An entry of the navigation of the account area. */
export type AccountSection =
  'overview' | 'profile' | 'security' | 'sessions' | 'applications' | 'activity' | 'data';

/** What the layout of the account area shows on each of its pages. */
export interface AccountPage {
  /** The entry of the navigation that is current. */
  section: AccountSection;
  /** The address of the account that is signed in. */
  email: string;
  /** The CSRF token of the own session, for every form of the page. */
  csrf: string;
  signOutAction: string;
  /** The result of the form that led here. */
  notice?: NoticeOnPage | undefined;
}

/** The pages of the account area. */
export interface AccountPages {
  'account/overview': AccountPage;
}
