import type * as z from 'zod';
import type { CellOnPage } from '../../platform/console-page-models/records.js';
import type { accountResponse } from '../../tenancy/account-admin/account.schema.js';
import { CONSOLE } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

/** An account as the admin API shows it. */
export type AccountWire = z.infer<typeof accountResponse>;

/** The paths of pages about accounts, as the router writes them. */
export const ACCOUNTS = `${CONSOLE}/accounts`;
export const ACCOUNT = `${ACCOUNTS}/:account`;

/** The path of an account's pages. */
export function accountPath(visit: Visit): string {
  return `${ACCOUNTS}/${visit.param('account')}`;
}

/** What the account is called: the name of the person, or the address. */
export function nameOf({ email, profile }: AccountWire): string {
  return profile.name ?? email;
}

/** The state of an account that is not simply active. */
export function statusBadges({ status }: AccountWire): NonNullable<CellOnPage['badges']> {
  if (status === 'active') return [];
  return [{ kind: 'problem', text: status === 'disabled' ? 'Disabled' : 'Being deleted' }];
}

/** The way to a page about an account. */
export function accountCrumbs(visit: Visit, name: string, ...more: string[]) {
  const href = accountPath(visit);
  return [
    { label: 'Accounts', href: ACCOUNTS },
    { label: name, href },
    ...more.map((label) => ({ label, href })),
  ];
}
