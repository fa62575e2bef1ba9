import type { LinkOnPage, NoticeOnPage } from '../page-models/shared.js';

/** What the layout of the console shows on each of its pages. */
export interface ConsoleShell {
  person: {
    name: string;
    email: string;
    initials: string;
    /** What the person is where the page is: "owner of Acme". */
    role: string;
  };
  /** The CSRF token of the own session, for every form of the page. */
  csrf: string;
  signOutAction: string;
  /** Whether the server is one on the developer's own computer. */
  isLocalhost: boolean;
  /** What the page belongs to, in words: the project with its organization, or the installation. */
  place: { organization: string | undefined; name: string };
  /** Where else the person can go: organizations with their projects. */
  switcher: {
    name: string;
    href: string;
    isCurrent: boolean;
    projects: (LinkOnPage & { isCurrent: boolean })[];
  }[];
  /** The list of all organizations. */
  organizationsHref: string;
  navigation: { heading: string; entries: (LinkOnPage & { key: string })[] }[];
  /** The entry of the navigation that is current. */
  section: string;
  /** The way to the page; the last is the page itself. */
  crumbs: LinkOnPage[];
}

/** What every page of the console has. */
export interface ConsolePage {
  shell: ConsoleShell;
  /** The result of the form that led here. */
  notice?: NoticeOnPage | undefined;
  /** The command that does what the page shows, or what its main form does. */
  curl?: string | undefined;
}

/** `console/no-role`: a person without a role. */
export interface NoRoleModel {
  email: string;
  name: string;
  csrf: string;
  signOutAction: string;
}

/** `console/kept-form`: a form that came without a session or with an old sign-in, and waits to be sent again. */
export interface KeptFormModel {
  action: string;
  /** Sealed; the page is the only one that has it. */
  kept: string;
  signInUrl: string;
  /** Whether the session had ended; else its sign-in is too old for the change. */
  isSignedOut: boolean;
}

/** `console/form-again`: the same form, once the person is signed in. */
export interface FormAgainModel {
  action: string;
  csrf: string;
  /** Everything that is sent, and those of its fields that were typed or chosen. */
  fields: { name: string; value: string; isShown: boolean }[];
}

/** The pages of the console that belong to no topic. */
export interface ConsolePages {
  'console/no-role': NoRoleModel;
  'console/kept-form': KeptFormModel;
  'console/form-again': FormAgainModel;
}
