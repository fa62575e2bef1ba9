import type { LinkOnPage } from '../page-models/shared.js';
import type { ConsoleField } from './clients.js';
import type { ConsolePage } from './console.js';
import type { ListPage } from './records.js';

/** `console/keys`: the signing keys. */
export interface KeysModel extends ConsolePage {
  keys: { kid: string; alg: string; state: string; createdAt: Date; replacedAt: Date | undefined }[];
  csvHref: string;
  jwksHref: string;
  rotateHref: string | undefined;
  rotation: { action: string; keepHref: string; problem: string | undefined } | undefined;
}

/** `console/settings`: the settings in effect, with versions and warnings. */
export interface SettingsModel extends ConsolePage {
  warnings: string[];
  listHref: string;
  filters: ConsoleField[];
  isFiltered: boolean;
  groups: {
    id: string;
    name: string;
    /** The page with this group open. */
    href: string;
    isOpen: boolean;
    settings: { name: string; value: string | null; isDefault: boolean }[];
  }[];
  facts: { name: string; value: string }[];
  pendingMigrations: string[];
  csvHref: string;
}

/** `console/jobs`: periodic jobs, and messages that wait or were given up. */
export interface JobsModel extends ListPage {
  jobsCsvHref: string | undefined;
  jobs: {
    job: string;
    condition: 'ok' | 'failed' | 'late' | 'unknown' | 'not_yet';
    /** Every process runs it, and its runs are not recorded. */
    isEverywhere: boolean;
    startedAt: Date | undefined;
    seconds: number | null;
    error: string | null;
  }[];
  waiting: number;
  dead: number;
  oldestSeconds: number;
  /** Those of one state. */
  state: 'waiting' | 'dead';
  states: (LinkOnPage & { isCurrent: boolean })[];
  messages: {
    id: string;
    kind: string;
    attempts: number;
    at: Date;
    createdAt: Date;
    lastError: string | null;
    redeliverAction: string | undefined;
  }[];
}

/** `console/mailbox`: the mails of an installation on localhost. */
export interface MailboxModel extends ListPage {
  /** Where mails go. */
  delivery: string;
  mails: { href: string; to: string; subject: string; at: Date }[];
}

/** `console/mail`: one of them. */
export interface MailModel extends ConsolePage {
  to: string;
  subject: string;
  at: Date;
  text: string;
  /** The links of the text, so that they can be followed. */
  links: string[];
  listHref: string;
}

/** The pages of the installation. */
export interface ConsoleInstallationPages {
  'console/keys': KeysModel;
  'console/settings': SettingsModel;
  'console/jobs': JobsModel;
  'console/mailbox': MailboxModel;
  'console/mail': MailModel;
}
