import type { ClientPage, ConsoleField } from './clients.js';
import type { ListPage } from './records.js';

/** The key of a record with its name, where the person may know that. */
export interface KeyOnPage {
  name: string | null;
  key: string;
  href?: string | undefined;
}

/** An event of the audit trail. */
export interface EventOnPage {
  at: Date;
  actor: KeyOnPage;
  action: { label: string; code: string; href: string };
  target: KeyOnPage & { type: string };
  /** The application that an event of an account is about. */
  application: KeyOnPage | undefined;
  changedFields: string[];
  address: string | null;
  requestId: string | null;
}

/** `console/audit`: who changed what, in a project, an organization or the installation. */
export interface AuditModel extends ListPage {
  lead: string;
  listHref: string;
  filters: ConsoleField[];
  isFiltered: boolean;
  events: EventOnPage[];
}

/** `console/client-audit`: what was done to the client. */
export type ClientAuditModel = ClientPage & ListPage & { events: EventOnPage[] };

/** The pages of audit trails. */
export interface ConsoleAuditPages {
  'console/audit': AuditModel;
  'console/client-audit': ClientAuditModel;
}
